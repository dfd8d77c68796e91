import { join } from "node:path";
import { UsyncError } from "../domain/errors.ts";
import { FileLock } from "../files/lock.ts";

/**
 * Holds the folder of a backup for one writer. Undefined where its disk does not know locks, as some network folders do not.
 * Throws a `UsyncError` when another one writes there.
 */
export function lockBackup(folder: string): FileLock | undefined {
  let lock: FileLock | undefined;
  try {
    lock = FileLock.tryNow(join(folder, "lock"));
  } catch (error) {
    if (error instanceof UsyncError) return undefined;
    throw new UsyncError(`Cannot use the backup folder ${folder}: ${(error as Error).message}`, { cause: error });
  }
  if (lock) return lock;
  throw new UsyncError(`Cannot back up into ${folder}: another backup into it is on its way`, {
    hint: "Wait until it has finished.",
  });
}
