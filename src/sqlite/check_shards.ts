import { DIGEST_BUCKETS, type DigestReport, type FileDigests } from "../store/backend.ts";
import type { OnProgress, Problem } from "../store/store.ts";
import { WorkerThread } from "../threads/worker_thread.ts";

/** What the worker is asked: to verify a shard in one respect, for its digests, or for those of the files in some buckets. */
export type CheckRequest =
  | { kind: "structure"; path: string }
  | { kind: "contents"; path: string; shard: number; shards: number }
  | { kind: "digests"; path: string }
  | { kind: "files"; path: string; buckets: Set<number> };

/** Verifies shards in workers, `parallel` at a time. */
export function verifyShards(paths: string[], parallel: number, onProgress?: OnProgress): Promise<DigestReport> {
  const requests = paths.flatMap((path, shard): CheckRequest[] => [
    { kind: "structure", path },
    { kind: "contents", path, shard, shards: paths.length },
  ]);
  return gather(requests, parallel, onProgress);
}

/** The digests of what shards hold. */
export function digestShards(paths: string[], parallel: number, onProgress?: OnProgress): Promise<DigestReport> {
  return gather(paths.map((path) => ({ kind: "digests", path })), parallel, onProgress);
}

/** The digests of the files in some buckets. */
export async function digestFilesOfShards(
  paths: string[],
  parallel: number,
  buckets: Set<number>,
): Promise<FileDigests> {
  const requests = paths.map((path) => ({ kind: "files" as const, path, buckets }));
  const parts = await runAll<FileDigests>(requests, parallel, () => {});
  return new Map(parts.flatMap((part) => [...part]));
}

async function gather(requests: CheckRequest[], parallel: number, onProgress?: OnProgress): Promise<DigestReport> {
  const progress = requests.map(() => ({ files: 0, segments: 0 }));
  const reports = await runAll<DigestReport>(requests, parallel, (done, i) => {
    progress[i] = done;
    onProgress?.(sum(progress));
  });
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

/** Runs requests in workers, `parallel` at a time; the results are in the order of the requests. */
async function runAll<T>(
  requests: CheckRequest[],
  parallel: number,
  onProgress: (done: { files: number; segments: number }, request: number) => void,
): Promise<T[]> {
  const results: T[] = new Array(requests.length);
  let next = 0;
  const lane = async () => {
    const thread = new WorkerThread<CheckRequest>(new URL("./check_worker.ts", import.meta.url));
    try {
      for (let i = next++; i < requests.length; i = next++) {
        const tell = (done: unknown) => onProgress(done as { files: number; segments: number }, i);
        results[i] = await thread.call<T>(requests[i], { onProgress: tell });
      }
    } finally {
      thread.stop();
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, requests.length) }, lane));
  return results;
}
