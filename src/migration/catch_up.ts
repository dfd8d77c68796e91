import { UsyncError } from "../domain/errors.ts";
import type { FileRecord } from "../domain/records.ts";
import type { Backend } from "../store/backend.ts";
import type { Problem } from "../store/store.ts";
import { Turns } from "../threads/turns.ts";

/** Files that are brought up to date together. */
export const CATCH_UP_FILES = 200;

/** Makes files of the target what they are in the source now, and reads them back. Throws when one differs. */
export async function catchUp(fileIds: string[], source: Backend, target: Backend): Promise<void> {
  const records: FileRecord[] = [], turns = new Turns();
  for (const fileId of fileIds) {
    const record = await source.record(fileId);
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

/** The error for a target that does not pass its own checks. */
export function damaged({ where, file_id, what }: Problem): UsyncError {
  const file = file_id === undefined ? "" : `, the file ${file_id}`;
  return new UsyncError(`Cannot migrate: the target is damaged: ${where}${file}: ${what}`, { hint: HINT });
}
