import { KnownFiles, type KnownFilesMemory } from "../store/known_files.ts";
import { transferablesOf } from "../store/stored_batch.ts";
import { Handover, serve } from "../threads/serve.ts";
import { shardError } from "./schema.ts";
import { ShardMoment } from "./shard_moment.ts";

/** Opens shards, fixes the state of all that are open, reads on in one, or closes all. */
export type MomentRequest =
  | { kind: "open"; paths: string[]; isFrozen: boolean }
  | { kind: "fix" }
  | { kind: "next"; path: string; known: KnownFilesMemory }
  | { kind: "close" };

const moments = new Map<string, ShardMoment>();

serve((request: MomentRequest) => {
  switch (request.kind) {
    case "open":
      for (const path of request.paths) {
        moments.set(path, attempt(path, () => new ShardMoment(path, request.isFrozen)));
      }
      return;
    case "fix": {
      const totals = [...moments].map(([path, moment]) => attempt(path, () => moment.fix()));
      return {
        files: totals.reduce((sum, { files }) => sum + files, 0),
        segments: totals.reduce((sum, { segments }) => sum + segments, 0),
      };
    }
    case "next": {
      const { path, known } = request;
      const round = attempt(path, () => moments.get(path)!.next(KnownFiles.of(known)));
      return round && new Handover(round, transferablesOf(round.batch));
    }
    case "close":
      for (const moment of moments.values()) moment.close();
      moments.clear();
  }
});

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw shardError(path, error);
  }
}
