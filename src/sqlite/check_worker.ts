import { serve } from "../threads/serve.ts";
import type { CheckRequest } from "./check_shards.ts";
import { digestFiles, digestShard } from "./digest_shard.ts";
import { verifyContents, verifyStructure } from "./verify_shard.ts";

serve((request: CheckRequest, tell) => {
  let told = performance.now();
  const onProgress = ({ files, segments }: { files: number; segments: number }) => {
    if (performance.now() - told < 100) return;
    told = performance.now();
    tell({ files, segments });
  };
  switch (request.kind) {
    case "structure":
      return verifyStructure(request);
    case "contents":
      return verifyContents(request, onProgress);
    case "digests":
      return digestShard(request.path, onProgress);
    case "files":
      return digestFiles(request.path, request.buckets);
  }
});
