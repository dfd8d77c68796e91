import { parseHeadText } from "../domain/file_fields.ts";
import { headCheck } from "../domain/file_head.ts";
import type { FileHead, FileSummary } from "../domain/records.ts";
import { rowCheck, type RowNumbers } from "../store/row_check.ts";

/** What queries read of a row of `files`. */
export interface FileRow extends RowNumbers {
  file_id: string;
  head: string;
  row_check: number;
}

/** The columns of a `FileRow`. */
export const FILE_COLUMNS = "file_id, head, row_check, first_block, blocks, segments, posted, pending";

/** The checksum of a row as the column holds it, with a sign; see `rowCheck`. */
export function storedCheck(check: number, numbers: RowNumbers): number {
  return rowCheck(check, numbers) | 0;
}

/** The head of a file. Throws a `RangeError` when it is not what was stored with its checksum, or another file's. */
export function headOf(row: FileRow): FileHead {
  const { file_id, head } = row;
  if (storedCheck(headCheck(head), row) !== row.row_check) throw new RangeError("its row does not match its checksum");
  const parsed = parseHeadText(head);
  if (parsed.file_id !== file_id) throw new RangeError("its head is another file's");
  return parsed;
}

export function summaryOf(row: FileRow): FileSummary {
  return { ...headOf(row), segment_count: row.segments, posted_count: row.posted, pending_count: row.pending };
}

/** An id up to a NUL, which no stored one has: what comes after the whole comes after that, too. */
export function beforeNul(fileId: string): string {
  return fileId.split("\0", 1)[0];
}
