import { FILE_TEXT_NAMES, type FlatHead, headOfFlat, headOfRow, headText } from "../domain/file_fields.ts";
import type { FileHead, FileSummary } from "../domain/records.ts";
import type { FileToCheck } from "../store/file_check.ts";
import type { StoredBlock } from "../store/packed_batch.ts";
import { rowCheck, type RowNumbers } from "../store/row_check.ts";

/** A row of `files` joined with its folder, as `FILE_COLUMNS` names them. */
export interface FileRow extends RowNumbers, Omit<FlatHead, "folder" | "hash"> {
  id: number;
  folder_id: string | null;
  folder_path: string;
  folder_name: string;
  folder_meta: string | null;
  hash: Uint8Array | string | null;
  row_check: number;
}

export const FILE_COLUMNS = `f.id, d.folder_id, d.path AS folder_path, d.name AS folder_name, d.meta AS folder_meta,
  ${FILE_TEXT_NAMES.map((name) => `f.${name}`).join(", ")}, f.size,
  f.row_check, f.first_block, f.blocks, f.segments, f.posted, f.pending`;

/** The tables that `FILE_COLUMNS` come from. */
export const FILE_TABLES = "files f LEFT JOIN folders d ON d.id = f.folder";

/** The head that a row stands for, with its JSON as it lies there. */
export function flatHeadOf(row: FileRow): FlatHead {
  const { folder_id, folder_path, folder_name, folder_meta, hash } = row;
  const folder = folder_id === null ? null : { folder_id, path: folder_path, name: folder_name, meta: folder_meta };
  return headOfRow(row, folder, hash instanceof Uint8Array ? hash.toHex() : hash);
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
  return headOfFlat(flatHeadOf(row));
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
