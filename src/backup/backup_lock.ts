import { join } from "node:path";
import { UsyncError } from "../domain/errors.ts";
import { messageOf } from "../domain/errors.ts";

/** Holds the folder of a backup for one writer, where its disk knows locks. */
export class BackupLock implements Disposable {
  readonly #file: Deno.FsFile;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Throws a `UsyncError` when another one writes there. */
  static take(folder: string): BackupLock {
    const file = open(folder);
    if (tryLock(file)) return new BackupLock(file);
    file.close();
    throw new UsyncError(`Cannot back up into ${folder}: another backup into it is on its way`, {
      hint: "Wait until it has finished.",
    });
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

function open(folder: string): Deno.FsFile {
  try {
    return Deno.openSync(join(folder, "lock"), { create: true, read: true, write: true });
  } catch (error) {
    throw new UsyncError(`Cannot use the backup folder ${folder}: ${messageOf(error)}`, { cause: error });
  }
}

function tryLock(file: Deno.FsFile): boolean {
  try {
    return file.tryLockSync(true);
  } catch (error) {
    return !/os error 33/i.test(messageOf(error)); // Windows tells a held lock so; other network folders know no locks
  }
}
