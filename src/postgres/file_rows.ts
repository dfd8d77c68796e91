import { type FlatHead, flatHead, headCheck } from "../domain/file_head.ts";
import type { FileHead, FileSummary } from "../domain/records.ts";

/** What queries read of a row of `files`. */
export interface FileRow {
  file_id: string;
  head: string;
  head_check: number;
  segments: number;
  posted: number;
  pending: number;
}

/** The columns of a `FileRow`. */
export const FILE_COLUMNS = "file_id, head, head_check, segments, posted, pending";

/** The checksum that is kept with a head, as the column holds it. */
export function storedCheck(check: number): number {
  return check | 0;
}

/** The head of a file. Throws a `RangeError` when it is not what was stored with its checksum, or another file's. */
export function headOf({ file_id, head, head_check }: Pick<FileRow, "file_id" | "head" | "head_check">): FileHead {
  if (storedCheck(headCheck(head)) !== head_check) throw new RangeError("its head does not match its checksum");
  const parsed = parseHead(head);
  if (parsed.file_id !== file_id) throw new RangeError("its head is another file's");
  return parsed;
}

/** The head that the text of `headText` stands for, unchecked. */
export function parseHead(text: string): FileHead {
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
