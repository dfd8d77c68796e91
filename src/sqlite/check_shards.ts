import { DIGEST_BUCKETS, type DigestReport, type FileDigests } from "../store/backend.ts";
import type { OnProgress, Problem } from "../store/store.ts";
import { WorkerPool } from "../threads/worker_pool.ts";
import type { ShardToCheck } from "./verify_shard.ts";

/** What the worker is asked: to verify a shard in one respect, for its digests, or for those of the files in some buckets. */
export type CheckRequest =
  | { kind: "structure" } & ShardToCheck
  | { kind: "contents"; shard: number; shards: number } & ShardToCheck
  | { kind: "digests"; path: string }
  | { kind: "files"; path: string; buckets: Set<number> };

/** All checks of this process share its workers, so that several at once take no more cores and memory than one. */
const pool = new WorkerPool<CheckRequest>(new URL("./check_worker.ts", import.meta.url));

/** Verifies shards; see `openShard` for `isFrozen`. */
export function verifyShards(paths: string[], isFrozen: boolean, onProgress?: OnProgress): Promise<DigestReport> {
  const requests = paths.flatMap((path, shard): CheckRequest[] => [
    { kind: "structure", path, isFrozen },
    { kind: "contents", path, isFrozen, shard, shards: paths.length },
  ]);
  return gather(requests, onProgress);
}

/** The digests of what shards hold. */
export function digestShards(paths: string[], onProgress?: OnProgress): Promise<DigestReport> {
  return gather(paths.map((path) => ({ kind: "digests", path })), onProgress);
}

/** The digests of the files in some buckets. */
export async function digestFilesOfShards(paths: string[], buckets: Set<number>): Promise<FileDigests> {
  const parts = await Promise.all(paths.map((path) => pool.call<FileDigests>({ kind: "files", path, buckets })));
  return new Map(parts.flatMap((part) => [...part]));
}

async function gather(requests: CheckRequest[], onProgress?: OnProgress): Promise<DigestReport> {
  const progress = requests.map(() => ({ files: 0, segments: 0 }));
  const reports = await Promise.all(requests.map((request, i) =>
    pool.call<DigestReport>(request, (done) => {
      progress[i] = done as { files: number; segments: number };
      onProgress?.(sum(progress));
    })
  ));
  const digests = new BigUint64Array(DIGEST_BUCKETS);
  for (const report of reports) report.digests.forEach((digest, bucket) => digests[bucket] += digest);
  return { ...sum(reports), problems: distinct(reports.flatMap(({ problems }) => problems)), digests };
}

/** What several checks of one shard find, such as that it is not there, is told once. */
function distinct(problems: Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function sum(parts: { files: number; segments: number }[]): { files: number; segments: number } {
  return {
    files: parts.reduce((total, { files }) => total + files, 0),
    segments: parts.reduce((total, { segments }) => total + segments, 0),
  };
}
