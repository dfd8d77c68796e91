import { UnreachableError, UsyncError } from "../domain/errors.ts";
import type { FileRecord } from "../domain/records.ts";
import type { Backend } from "../store/backend.ts";
import type { Problem } from "../store/store.ts";
import { Turns } from "../threads/turns.ts";

/** Files that are brought up to date together. */
export const CATCH_UP_FILES = 200;

/**
 * Makes files of the target what they are in the source now, and reads them back. Throws when one differs. What the source
 * cannot read is an error, or, with `leavesBehind`, not in the target either.
 */
export async function catchUp(
  fileIds: string[],
  source: Backend,
  target: Backend,
  leavesBehind: boolean,
): Promise<void> {
  const records: FileRecord[] = [], turns = new Turns();
  for (const fileId of fileIds) {
    const record = await readRecord(fileId, source, leavesBehind);
    if (record) records.push(record);
    else await target.deleteFile(fileId);
    await turns.pass();
  }
  await target.putFiles(records);
  for (const record of records) {
    const stored = await target.record(record.file_id);
    if (JSON.stringify(stored) !== JSON.stringify(record)) throw mismatch([record.file_id]);
    await turns.pass();
  }
}

async function readRecord(fileId: string, source: Backend, leavesBehind: boolean): Promise<FileRecord | undefined> {
  try {
    return await source.record(fileId);
  } catch (error) {
    if (leavesBehind && isDamage(error)) return undefined;
    throw error;
  }
}

const HINT =
  "The store goes on as it was, and the target was removed. Check the disk, then run the same command again.";

/** The error for files that the target has stored differently. */
export function mismatch(fileIds: string[]): UsyncError {
  const names = fileIds.slice(0, 5).join(", "), more = fileIds.length > 5 ? ` and ${fileIds.length - 5} more` : "";
  return new UsyncError(
    `Cannot migrate: the target does not hold what the source holds, in the files ${names}${more}`,
    { hint: HINT },
  );
}

/** Whether an error of a read says that what was to be read is damaged. */
export function isDamage(error: unknown): error is UsyncError {
  return error instanceof UsyncError && !(error instanceof UnreachableError);
}

/** The error for a source that is damaged. */
export function damagedSource(problems: Problem[]): UsyncError {
  const [{ where, file_id, what }] = problems, more = problems.length > 1 ? `, and ${problems.length - 1} more` : "";
  const file = file_id === undefined ? "" : `, the file ${file_id}`;
  return new UsyncError(`Cannot migrate: the store is damaged: ${where}${file}: ${what}${more}`, {
    hint:
      "`usync-db verify` names all that is damaged. Put it back from a backup or import it again; or move what is sound " +
      "with `usync-db migrate --salvage`, which lists what stays behind.",
  });
}

/** The error for a target that does not pass its own checks. */
export function damaged({ where, file_id, what }: Problem): UsyncError {
  const file = file_id === undefined ? "" : `, the file ${file_id}`;
  return new UsyncError(`Cannot migrate: the target is damaged: ${where}${file}: ${what}`, { hint: HINT });
}
