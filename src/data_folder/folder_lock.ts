import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { FileLock } from "../files/lock.ts";

/** Who holds a data folder: the file `owner.json`, readable while the folder is locked. */
interface Owner {
  pid: number;
  since: string;
  /** Which file `lock` is on its disk: in a copy of the folder it is another one. */
  lock_file: string;
  /** Whether it has given the folder free, with everything in order. */
  is_released: boolean;
}

/** Another process holds the data folder. */
export class FolderInUseError extends UsyncError {}

/**
 * Holds a data folder for this process. The lock is the operating system's, on the file `lock`: it ends with the process,
 * however that ends.
 */
export class FolderLock {
  /** Whether the folder is a copy that was made while its store was in use. */
  readonly isCopyOfUsed: boolean;
  readonly #lock: FileLock;
  readonly #dataFolder: string;
  readonly #owner: Owner;

  private constructor(lock: FileLock, dataFolder: string) {
    this.#lock = lock;
    this.#dataFolder = dataFolder;
    const before = readOwner(dataFolder), lock_file = fileIdOf(join(dataFolder, "lock"));
    this.isCopyOfUsed = before?.lock_file !== undefined && before.lock_file !== lock_file && !before.is_released;
    this.#owner = { pid: process.pid, since: new Date().toISOString(), lock_file, is_released: false };
    this.#writeOwner();
  }

  #writeOwner(): void {
    writeFileSync(join(this.#dataFolder, "owner.json"), JSON.stringify(this.#owner) + "\n");
  }

  /** Takes the lock; throws a `UsyncError` that says who has it, or why it cannot be had. */
  static take(dataFolder: string): FolderLock {
    const lock = tryLock(dataFolder);
    if (!lock) {
      throw new FolderInUseError(
        `The data folder ${dataFolder} is in use by another usync-db${ownerText(dataFolder)}`,
        { hint: "Wait until it has finished, or close it, and try again." },
      );
    }
    try {
      return new FolderLock(lock, dataFolder);
    } catch (error) {
      lock[Symbol.dispose]();
      throw cannotUse(dataFolder, error);
    }
  }

  /** Gives the folder free. `isInOrder`: whether all that was written is in the files. */
  release(isInOrder = false): void {
    this.#owner.is_released = isInOrder;
    try {
      if (isInOrder) this.#writeOwner();
    } catch {
      // a full disk: a copy of the folder is then one that must be verified
    }
    this.#lock[Symbol.dispose]();
  }
}

function tryLock(dataFolder: string): FileLock | undefined {
  try {
    return FileLock.tryNow(join(dataFolder, "lock"));
  } catch (error) {
    throw error instanceof UsyncError ? error : cannotUse(dataFolder, error);
  }
}

function cannotUse(dataFolder: string, error: unknown): UsyncError {
  return new UsyncError(`Cannot use the data folder ${dataFolder}: ${messageOf(error)}`, {
    hint: "Choose a folder that your account may write in (--data DIR), on a disk with free space.",
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

function ownerText(dataFolder: string): string {
  const owner = readOwner(dataFolder);
  return owner ? ` (process ${owner.pid}, since ${owner.since})` : "";
}
