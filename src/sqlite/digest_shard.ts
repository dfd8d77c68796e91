import type { DatabaseSync } from "node:sqlite";
import type { DigestReport, FileDigests } from "../store/backend.ts";
import type { OnProgress } from "../store/store.ts";
import { allRows } from "./all_rows.ts";
import { digestBucket, fileDigest } from "../store/file_digest.ts";
import { headText } from "../domain/file_fields.ts";
import { type FileRow, flatHeadOf } from "./file_row.ts";
import { QUERIES } from "./queries.ts";
import { openShard, shardError } from "./schema.ts";
import { StoreCheck } from "../store/store_check.ts";
import { StoredFiles } from "./stored_files.ts";
import { readTotalsRows, totalsText } from "./totals_row.ts";

/** Opens a shard in one state of it. */
function withShard(path: string, read: (db: DatabaseSync) => void): void {
  const db = openShard(path, { readOnly: true, cacheBytes: 8 * 2 ** 20 });
  try {
    db.exec("BEGIN");
    read(db);
  } catch (error) {
    throw shardError(path, error);
  } finally {
    db.close();
  }
}

/** The digest of a file that cannot be read: no other file has it. */
const UNREADABLE = 1n;

/** Calls `each` with files of a shard, those in `buckets` where there are some, and their digests. */
function eachFile(
  db: DatabaseSync,
  check: StoreCheck,
  each: (row: FileRow, bucket: number, digest: bigint) => void,
  buckets?: Set<number>,
): void {
  // Not by `file_id`: in the order in which files and blocks lie there.
  const rows = allRows<FileRow>(db.prepare(QUERIES.filesByNumber), 0, ({ id }) => id);
  const wanted = buckets ? rows.filter(({ file_id }) => buckets.has(digestBucket(file_id))) : rows;
  for (const { row, blocks } of new StoredFiles(db).read(wanted)) {
    let digest = UNREADABLE;
    check.try(() => digest = fileDigest(headText(flatHeadOf(row)), blocks()), row.file_id);
    each(row, digestBucket(row.file_id), digest);
  }
}

/** Digests of all files of a shard, of which the totals are compared. What cannot be read of a file is a problem. */
export function digestShard(path: string, onProgress: OnProgress): DigestReport {
  const check = new StoreCheck(path), { report } = check;
  withShard(path, (db) => {
    eachFile(db, check, (row, bucket, digest) => {
      check.addRow(row.file_id, row, row.size);
      report.digests[bucket] += digest;
      if (report.files % 256 === 0) onProgress(report);
    });
    check.checkTotals(readTotalsRows(db).map(totalsText));
  });
  return report;
}

/** The digest of every file in some buckets of a shard. */
export function digestFiles(path: string, buckets: Set<number>): FileDigests {
  const digests: FileDigests = new Map(), check = new StoreCheck(path);
  withShard(path, (db) => eachFile(db, check, ({ file_id }, _, digest) => digests.set(file_id, digest), buckets));
  return digests;
}
