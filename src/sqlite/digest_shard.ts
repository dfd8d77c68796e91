import { DIGEST_BUCKETS, type DigestReport, type FileDigests } from "../store/backend.ts";
import type { OnProgress } from "../store/store.ts";
import { allRows } from "./all_rows.ts";
import { digestBucket, fileDigest } from "../store/file_digest.ts";
import { headText } from "../domain/file_head.ts";
import { type FileRow, flatHeadOf } from "./file_row.ts";
import { QUERIES } from "./queries.ts";
import { openShard, shardError } from "./schema.ts";
import { StoredFiles } from "./stored_files.ts";

/** Calls `each` with files of a shard, those in `buckets` where there are some, and their digests; all are of one state of it. */
function eachFile(
  path: string,
  each: (row: FileRow, bucket: number, digest: bigint) => void,
  buckets?: Set<number>,
): void {
  const db = openShard(path, { readOnly: true, cacheBytes: 8 * 2 ** 20 });
  try {
    db.exec("BEGIN");
    // Not by `file_id`: in the order in which files and blocks lie there.
    const rows = allRows<FileRow>(db.prepare(QUERIES.filesByNumber), 0, ({ id }) => id);
    const wanted = buckets ? rows.filter(({ file_id }) => buckets.has(digestBucket(file_id))) : rows;
    for (const { row, blocks } of new StoredFiles(db).read(wanted)) {
      each(row, digestBucket(row.file_id), fileDigest(headText(flatHeadOf(row)), blocks()));
    }
  } catch (error) {
    throw shardError(path, error);
  } finally {
    db.close();
  }
}

/** Digests of all files of a shard. */
export function digestShard(path: string, onProgress: OnProgress): DigestReport {
  const report: DigestReport = { files: 0, segments: 0, problems: [], digests: new BigUint64Array(DIGEST_BUCKETS) };
  eachFile(path, (row, bucket, digest) => {
    report.files++;
    report.segments += row.segments;
    report.digests[bucket] += digest;
    if (report.files % 256 === 0) onProgress(report);
  });
  return report;
}

/** The digest of every file in some buckets of a shard. */
export function digestFiles(path: string, buckets: Set<number>): FileDigests {
  const digests: FileDigests = new Map();
  eachFile(path, ({ file_id }, _bucket, digest) => digests.set(file_id, digest), buckets);
  return digests;
}
