import { messageOf } from "../domain/errors.ts";
import type { OnProgress, VerifyReport } from "../store/store.ts";

/** What the worker is told, and what it answers: progress, then the report. */
export interface VerifyRequest {
  path: string;
  shard: number;
  shards: number;
}
export type VerifyReply = { progress: { files: number; segments: number } } | { report: VerifyReport };

/** Verifies shards in workers, `parallel` at a time. */
export async function verifyShards(paths: string[], parallel: number, onProgress?: OnProgress): Promise<VerifyReport> {
  const reports: VerifyReport[] = new Array(paths.length);
  const progress = paths.map(() => ({ files: 0, segments: 0 }));
  let next = 0;
  const lane = async () => {
    for (let shard = next++; shard < paths.length; shard = next++) {
      reports[shard] = await verifyInWorker({ path: paths[shard], shard, shards: paths.length }, (done) => {
        progress[shard] = done;
        onProgress?.(sum(progress));
      });
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  return { ...sum(reports), problems: reports.flatMap(({ problems }) => problems) };
}

function sum(parts: { files: number; segments: number }[]): { files: number; segments: number } {
  return {
    files: parts.reduce((total, { files }) => total + files, 0),
    segments: parts.reduce((total, { segments }) => total + segments, 0),
  };
}

function verifyInWorker(request: VerifyRequest, onProgress: OnProgress): Promise<VerifyReport> {
  const worker = new Worker(new URL("./verify_worker.ts", import.meta.url), {
    type: "module",
    name: "usync-db verify",
  });
  return new Promise<VerifyReport>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<VerifyReply>) => {
      if ("report" in data) resolve(data.report);
      else onProgress(data.progress);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      resolve({
        files: 0,
        segments: 0,
        problems: [{ where: request.path, what: messageOf(event.error ?? event.message) }],
      });
    };
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}
