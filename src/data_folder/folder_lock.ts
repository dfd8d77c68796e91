import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { isReadOnlyError } from "../files/explain_file_error.ts";
import { freeSomeSpace, isDiskFull, LITTLE_BYTES } from "../files/full_disk.ts";
import { FileLock } from "../files/lock.ts";
import type { ShardCommits } from "./shard_commits.ts";

/** Who holds a data folder: the file `owner.json`, readable while the folder is locked. */
interface Owner {
  pid: number;
  since: string;
  /** Which file `lock` is on its disk: in a copy of the folder it is another one. */
  lock_file: string;
  /** Whether it has given the folder free, with everything in order. */
  is_released: boolean;
  /** The shards as they were when the folder was given free in order last. */
  shards?: ShardCommits;
}

/** Another process holds the data folder. */
export class FolderInUseError extends UsyncError {
  /** Its number, where it is known. */
  readonly pid: number | undefined;

  constructor(dataFolder: string, owner: Owner | undefined) {
    const who = owner ? ` (process ${owner.pid}, since ${owner.since})` : "";
    super(`The data folder ${dataFolder} is in use by another usync-db${who}`, {
      hint: "Wait until it has finished, or close it, and try again.",
    });
    this.pid = owner?.pid;
  }
}

/**
 * Holds a data folder for this process. The lock is the operating system's, on the file `lock`: it ends with the process,
 * however that ends.
 */
export class FolderLock {
  /** Whether the folder is a copy that was made while its store was in use. */
  readonly isCopyOfUsed: boolean;
  /** Whether the folder may only be read; then others may read it, too. */
  readonly isReadOnly: boolean;
  /** Undefined where it is not there and cannot be made. */
  readonly #lock: FileLock | undefined;
  readonly #dataFolder: string;
  readonly #owner: Owner;
  /** Whether who had the folder before has given it free with everything in order. */
  readonly wasInOrder: boolean;

  private constructor(lock: FileLock | undefined, dataFolder: string, isReadOnly: boolean) {
    this.#lock = lock;
    this.#dataFolder = dataFolder;
    this.isReadOnly = isReadOnly;
    const before = readOwner(dataFolder), lock_file = lock ? fileIdOf(join(dataFolder, "lock")) : "";
    this.isCopyOfUsed = before?.lock_file !== undefined && before.lock_file !== lock_file && !before.is_released;
    this.wasInOrder = before?.is_released ?? false;
    const shards = before?.shards;
    this.#owner = { pid: process.pid, since: new Date().toISOString(), lock_file, is_released: false, shards };
    if (!isReadOnly) this.#writeOwner();
  }

  #writeOwner(): void {
    writeFileSync(join(this.#dataFolder, "owner.json"), JSON.stringify(this.#owner) + "\n");
  }

  /** Takes the lock; throws a `UsyncError` that says who has it, or why it cannot be had. */
  static take(dataFolder: string): FolderLock {
    try {
      return FolderLock.#takeWith(FileLock.tryNow(join(dataFolder, "lock")), dataFolder);
    } catch (error) {
      if (error instanceof UsyncError) throw error;
      // A store that may only be read is read: from a read-only disk, or by another account.
      if (!isReadOnlyError(error) || !existsSync(join(dataFolder, "store.json"))) throw cannotUse(dataFolder, error);
      return FolderLock.#takeReading(dataFolder);
    }
  }

  static #takeWith(lock: FileLock | undefined, dataFolder: string): FolderLock {
    if (!lock) throw inUse(dataFolder);
    try {
      return new FolderLock(lock, dataFolder, false);
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  static #takeReading(dataFolder: string): FolderLock {
    const path = join(dataFolder, "lock");
    if (!existsSync(path)) return new FolderLock(undefined, dataFolder, true);
    try {
      const lock = FileLock.tryReading(path);
      if (!lock) throw inUse(dataFolder);
      return new FolderLock(lock, dataFolder, true);
    } catch (error) {
      throw error instanceof UsyncError ? error : cannotUse(dataFolder, error);
    }
  }

  /** The shards as they were when the folder was given free in order last. */
  get shards(): ShardCommits | undefined {
    return this.#owner.shards;
  }

  /** Forgets what shards are like, durably before others take their place. */
  forgetShards(): void {
    this.#owner.shards = undefined;
    this.#writeOwner();
  }

  /** Gives the folder free. `shards`: as they are, where all that was written is in the files. */
  release(shards?: ShardCommits): void {
    try {
      if (shards && !this.isReadOnly) {
        Object.assign(this.#owner, { is_released: true, shards });
        this.#writeOwner();
      }
    } catch {
      // a full disk: a copy of the folder is then one that must be verified
    }
    this.#lock?.[Symbol.dispose]();
  }
}

function inUse(dataFolder: string): FolderInUseError {
  const owner = readOwner(dataFolder);
  return new FolderInUseError(dataFolder, owner?.is_released ? undefined : owner);
}

function cannotUse(dataFolder: string, error: unknown): UsyncError {
  const why = isDiskFull(error) ? "the disk is full" : messageOf(error);
  return new UsyncError(`Cannot use the data folder ${dataFolder}: ${why}`, {
    hint: isDiskFull(error)
      ? freeSomeSpace(dataFolder, LITTLE_BYTES)
      : "Choose a folder that your account may write in (--data DIR), on a disk with free space.",
    cause: error,
  });
}

/** Undefined where there is none yet, or it is just being written. */
function readOwner(dataFolder: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(join(dataFolder, "owner.json"), "utf8"));
  } catch {
    return undefined;
  }
}

/** What tells a file from others of its disk; a copy of it has another. Not the disk's number, which a restart may change. */
function fileIdOf(path: string): string {
  return `${statSync(path).ino}`;
}
