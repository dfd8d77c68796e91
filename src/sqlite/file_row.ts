import { type FlatHead, headText } from "../domain/file_head.ts";
import type { FileHead, FileSummary, Folder } from "../domain/records.ts";
import type { FileToCheck } from "../store/file_check.ts";
import type { StoredBlock } from "../store/packed_batch.ts";
import { rowCheck, type RowNumbers } from "../store/row_check.ts";

/** A row of `files` joined with its folder, as `FILE_COLUMNS` names them. */
export interface FileRow extends RowNumbers {
  id: number;
  file_id: string;
  folder_id: string | null;
  folder_path: string;
  folder_name: string;
  folder_meta: string | null;
  path: string;
  name: string;
  size: number;
  hash: Uint8Array | string | null;
  subject: string | null;
  poster: string | null;
  groups: string;
  created_at: string | null;
  meta: string | null;
  row_check: number;
}

export const FILE_COLUMNS = `f.id, f.file_id, d.folder_id, d.path AS folder_path, d.name AS folder_name,
  d.meta AS folder_meta, f.path, f.name, f.size, f.hash, f.subject, f.poster, f.groups, f.created_at, f.meta,
  f.row_check, f.first_block, f.blocks, f.segments, f.posted, f.pending`;

/** The tables that `FILE_COLUMNS` come from. */
export const FILE_TABLES = "files f LEFT JOIN folders d ON d.id = f.folder";

/** The head that a row stands for, with its JSON as it lies there. */
export function flatHeadOf(row: FileRow): FlatHead {
  const { file_id, folder_id, path, name, size, hash, subject, poster, groups, created_at, meta } = row;
  return {
    file_id,
    folder: folder_id === null
      ? null
      : { folder_id, path: row.folder_path, name: row.folder_name, meta: row.folder_meta },
    ...{ path, name, size, hash: hash instanceof Uint8Array ? hash.toHex() : hash, subject, poster, groups },
    ...{ created_at, meta },
  };
}

/** A row with its blocks, for what checks it. */
export function fileToCheck<Block extends StoredBlock>(row: FileRow, blocks: Block[]): FileToCheck<Block> {
  const { file_id, segments, posted, pending } = row, head = flatHeadOf(row);
  return {
    file_id,
    head,
    text: headText(head),
    check: rowCheck(row.row_check, row),
    counts: { segments, posted, pending },
    blocks,
  };
}

/** The head that a row stands for. */
export function headOf(row: FileRow): FileHead {
  return {
    file_id: row.file_id,
    folder: row.folder_id === null ? null : folderOf(row, row.folder_id),
    path: row.path,
    name: row.name,
    size: row.size,
    hash: row.hash instanceof Uint8Array ? row.hash.toHex() : row.hash,
    subject: row.subject,
    poster: row.poster,
    groups: JSON.parse(row.groups),
    created_at: row.created_at,
    meta: row.meta === null ? null : JSON.parse(row.meta),
  };
}

function folderOf(row: FileRow, folder_id: string): Folder {
  const folder: Folder = { folder_id, path: row.folder_path, name: row.folder_name };
  if (row.folder_meta !== null) folder.meta = JSON.parse(row.folder_meta);
  return folder;
}

export function summaryOf(row: FileRow): FileSummary {
  return { ...headOf(row), segment_count: row.segments, posted_count: row.posted, pending_count: row.pending };
}

/** A hash as it is kept: bytes, when lower-case hex gives the same text back. */
export function storedHash(hash: string | null): Uint8Array | string | null {
  return hash !== null && hash !== "" && hash.length % 2 === 0 && /^[0-9a-f]+$/.test(hash)
    ? Uint8Array.fromHex(hash)
    : hash;
}
