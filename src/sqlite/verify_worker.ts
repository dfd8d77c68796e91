/// <reference lib="deno.worker" />
import { verifyShard } from "./verify_shard.ts";
import type { VerifyReply, VerifyRequest } from "./verify_shards.ts";

self.onmessage = ({ data: { path, shard, shards } }: MessageEvent<VerifyRequest>) => {
  let told = performance.now();
  const report = verifyShard(path, shard, shards, ({ files, segments }) => {
    if (performance.now() - told < 100) return;
    told = performance.now();
    self.postMessage({ progress: { files, segments } } satisfies VerifyReply);
  });
  self.postMessage({ report } satisfies VerifyReply);
};
