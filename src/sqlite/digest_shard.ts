import { DIGEST_BUCKETS, type DigestReport, type FileDigests } from "../store/backend.ts";
import type { OnProgress } from "../store/store.ts";
import { allRows } from "./all_rows.ts";
import { digestBucket, fileDigest } from "../store/file_digest.ts";
import { headText } from "../domain/file_head.ts";
import { type FileRow, flatHeadOf } from "./file_row.ts";
import type { StoredBlock } from "../store/packed_batch.ts";
import { QUERIES } from "./queries.ts";
import { openShard, shardError } from "./schema.ts";

/** Calls `each` with every file of a shard, its bucket, and what makes its digest. All files are of one state of the shard. */
function eachFile(path: string, each: (row: FileRow, bucket: number, digest: () => bigint) => void): void {
  const db = openShard(path, { readOnly: true, cacheBytes: 8 * 2 ** 20 });
  try {
    db.exec("BEGIN");
    const blocks = db.prepare(QUERIES.storedBlocks);
    for (const row of allRows<FileRow>(db.prepare(QUERIES.files), "", ({ file_id }) => file_id)) {
      const digest = () =>
        fileDigest(
          headText(flatHeadOf(row)),
          blocks.all(row.first_block, row.first_block + row.blocks) as unknown as StoredBlock[],
        );
      each(row, digestBucket(row.file_id), digest);
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
    report.digests[bucket] += digest();
    if (report.files % 256 === 0) onProgress(report);
  });
  return report;
}

/** The digest of every file in some buckets of a shard. */
export function digestFiles(path: string, buckets: Set<number>): FileDigests {
  const digests: FileDigests = new Map();
  eachFile(path, (row, bucket, digest) => {
    if (buckets.has(bucket)) digests.set(row.file_id, digest());
  });
  return digests;
}
