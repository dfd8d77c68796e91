import type { DatabaseSync } from "node:sqlite";
import { UsyncError } from "../domain/errors.ts";
import type { TotalsText } from "../store/store_check.ts";

/** The one row of a shard's `totals`. */
export interface TotalsRow {
  files: number;
  segments: number;
  posted: number;
  pending: number;
  /** A file's size may be up to 2^53 - 1: their sum may be more. */
  content_bytes: bigint;
  next_file: number;
  next_block: number;
  /** The last block whose Message-IDs are in the lookup index. */
  indexed_block: number;
  index_level: number;
  commits: number;
}

/** The greatest number that a block, or a file, can have: pages of the Message-ID index keep 32 bits of it. */
export const MAX_BLOCK = 2 ** 32 - 1;

/** The row of the totals. Throws a `UsyncError` when there is not exactly one, which is damage. */
export function readTotals(db: DatabaseSync, path: string): TotalsRow {
  const rows = readTotalsRows(db);
  if (rows.length === 1) return rows[0];
  throw noTotals(path, rows.length);
}

/** What to say of a shard whose totals have so many rows. */
export function noTotals(path: string, rows: number): UsyncError {
  return new UsyncError(`Cannot use the shard ${path}: its totals have ${rows} rows instead of one`, {
    hint: "Run `usync-db verify` to see all damage, and put the shard back from a backup.",
  });
}

/** All rows of the totals: one, when nothing is damaged. */
export function readTotalsRows(db: DatabaseSync): TotalsRow[] {
  const rows = db.prepare(
    `SELECT files, segments, posted, pending, CAST(content_bytes AS TEXT) AS content_bytes, next_file, next_block,
      indexed_block, index_level, commits FROM totals LIMIT 3`,
  ).all() as unknown as (Omit<TotalsRow, "content_bytes"> & { content_bytes: string })[];
  return rows.map((row) => ({ ...row, content_bytes: BigInt(row.content_bytes) }));
}

export function totalsText({ files, segments, posted, pending, content_bytes }: TotalsRow): TotalsText {
  return {
    part: 0,
    ...{ files: `${files}`, segments: `${segments}`, posted: `${posted}`, pending: `${pending}` },
    content_bytes: `${content_bytes}`,
  };
}
