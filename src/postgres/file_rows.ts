import { type FlatHead, flatHead, headCheck, numbersCheck } from "../domain/file_head.ts";
import type { FileHead, FileSummary } from "../domain/records.ts";

/** What queries read of a row of `files`. */
export interface FileRow {
  file_id: string;
  head: string;
  row_check: number;
  first_block: number;
  blocks: number;
  segments: number;
  posted: number;
  pending: number;
}

/** The columns of a `FileRow`. */
export const FILE_COLUMNS = "file_id, head, row_check, first_block, blocks, segments, posted, pending";

/** The numbers of a row that its checksum covers. */
export type RowNumbers = Pick<FileRow, "first_block" | "blocks" | "segments" | "posted" | "pending">;

/** The checksum that a row must have, as the column holds it, for a head of which it is `check`; and the other way round. */
export function rowCheck(check: number, { first_block, blocks, segments, posted, pending }: RowNumbers): number {
  return check ^ numbersCheck([first_block, blocks, segments, posted, pending]) | 0;
}

/** The head of a file. Throws a `RangeError` when it is not what was stored with its checksum, or another file's. */
export function headOf(row: FileRow): FileHead {
  const { file_id, head } = row;
  if (rowCheck(headCheck(head), row) !== row.row_check) throw new RangeError("its row does not match its checksum");
  const parsed = parseHead(head);
  if (parsed.file_id !== file_id) throw new RangeError("its head is another file's");
  return parsed;
}

/** The head that the text of `headText` stands for. */
function parseHead(text: string): FileHead {
  const [file_id, parts, path, name, size, hash, subject, poster, groups, created_at, meta] = JSON.parse(text);
  let folder: FileHead["folder"] = null;
  if (parts !== null) {
    const [folder_id, path, name, meta] = parts;
    folder = { folder_id, path, name, ...(meta !== null && { meta }) };
  }
  return { file_id, folder, path, name, size, hash, subject, poster, groups, created_at, meta };
}

/** The head of a row that may be damaged, for what checks it: one that is no head at all is an empty one. */
export function uncheckedHead(text: string): FlatHead {
  try {
    return flatHead(parseHead(text));
  } catch {
    const none = { folder: null, hash: null, subject: null, poster: null, created_at: null, meta: null };
    return { file_id: "", path: "", name: "", size: 0, groups: "[]", ...none };
  }
}

export function summaryOf(row: FileRow): FileSummary {
  return { ...headOf(row), segment_count: row.segments, posted_count: row.posted, pending_count: row.pending };
}

/** An id up to a NUL, which no stored one has: what comes after the whole comes after that, too. */
export function beforeNul(fileId: string): string {
  return fileId.split("\0", 1)[0];
}
