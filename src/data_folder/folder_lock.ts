import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { FileLock } from "../files/lock.ts";

/** Who holds a data folder: the file `owner.json`, readable while the folder is locked. */
interface Owner {
  pid: number;
  since: string;
}

/** Another process holds the data folder. */
export class FolderInUseError extends UsyncError {}

/**
 * Holds a data folder for this process. The lock is the operating system's, on the file `lock`: it ends with the process,
 * however that ends.
 */
export class FolderLock {
  readonly #lock: FileLock;

  private constructor(lock: FileLock) {
    this.#lock = lock;
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
    const owner: Owner = { pid: process.pid, since: new Date().toISOString() };
    try {
      writeFileSync(join(dataFolder, "owner.json"), JSON.stringify(owner) + "\n");
      return new FolderLock(lock);
    } catch (error) {
      lock[Symbol.dispose]();
      throw cannotUse(dataFolder, error);
    }
  }

  /** Gives the folder free. */
  release(): void {
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

function ownerText(dataFolder: string): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(join(dataFolder, "owner.json"), "utf8")) as Owner;
    return ` (process ${pid}, since ${since})`;
  } catch {
    return ""; // it has only just started
  }
}
