import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { messageOf, UsyncError } from "../domain/errors.ts";

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
  #file: Deno.FsFile;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Takes the lock; throws a `UsyncError` that says who has it. */
  static take(dataFolder: string): FolderLock {
    const file = openLockFile(dataFolder);
    if (!tryLock(file)) {
      file.close();
      throw new FolderInUseError(
        `The data folder ${dataFolder} is in use by another usync-db${ownerText(dataFolder)}`,
        {
          hint: "Wait until it has finished, or close it, and try again.",
        },
      );
    }
    const owner: Owner = { pid: process.pid, since: new Date().toISOString() };
    try {
      writeFileSync(join(dataFolder, "owner.json"), JSON.stringify(owner) + "\n");
      return new FolderLock(file);
    } catch (error) {
      file.close();
      throw cannotUse(dataFolder, error);
    }
  }

  /** Gives the folder free. Closing the file is what releases the lock on every system. */
  release(): void {
    this.#file.close();
  }
}

function openLockFile(dataFolder: string): Deno.FsFile {
  try {
    return Deno.openSync(join(dataFolder, "lock"), { create: true, read: true, write: true });
  } catch (error) {
    throw cannotUse(dataFolder, error);
  }
}

function cannotUse(dataFolder: string, error: unknown): UsyncError {
  return new UsyncError(`Cannot use the data folder ${dataFolder}: ${messageOf(error)}`, {
    hint: "Choose a folder that your account may write in (--data DIR), on a disk with free space.",
    cause: error,
  });
}

function tryLock(file: Deno.FsFile): boolean {
  try {
    return file.tryLockSync(true);
  } catch (error) {
    // Windows reports a held lock as an error of the system instead.
    if (/os error 33|lock/i.test(messageOf(error))) return false;
    throw error;
  }
}

function ownerText(dataFolder: string): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(join(dataFolder, "owner.json"), "utf8")) as Owner;
    return ` (process ${pid}, since ${since})`;
  } catch {
    return ""; // it has only just started
  }
}
