import type { DatabaseSync } from "node:sqlite";

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

export function readTotals(db: DatabaseSync): TotalsRow {
  const row = db.prepare(
    `SELECT files, segments, posted, pending, CAST(content_bytes AS TEXT) AS content_bytes, next_file, next_block,
      indexed_block, index_level, commits FROM totals`,
  ).get() as unknown as Omit<TotalsRow, "content_bytes"> & { content_bytes: string };
  return { ...row, content_bytes: BigInt(row.content_bytes) };
}
