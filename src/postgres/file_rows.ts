import type { FileHead, FileSummary } from "../domain/records.ts";

/** What queries read of a row of `files`. */
export interface FileRow {
  file_id: string;
  head: string;
  segments: number;
  posted: number;
  pending: number;
}

/** The head that the text of `headText` stands for. */
export function headOf({ head }: Pick<FileRow, "head">): FileHead {
  const [file_id, parts, path, name, size, hash, subject, poster, groups, created_at, meta] = JSON.parse(head);
  let folder: FileHead["folder"] = null;
  if (parts !== null) {
    const [folder_id, path, name, meta] = parts;
    folder = { folder_id, path, name, ...(meta !== null && { meta }) };
  }
  return { file_id, folder, path, name, size, hash, subject, poster, groups, created_at, meta };
}

export function summaryOf(row: FileRow): FileSummary {
  return { ...headOf(row), segment_count: row.segments, posted_count: row.posted, pending_count: row.pending };
}

/** An id up to a NUL, which no stored one has: what comes after the whole comes after that, too. */
export function beforeNul(fileId: string): string {
  return fileId.split("\0", 1)[0];
}
