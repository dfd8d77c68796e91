import { Handover, serve } from "../threads/serve.ts";
import { transferables } from "../store/packed_batch.ts";
import { shardError } from "./schema.ts";
import { ShardCopy } from "./shard_copy.ts";

/** Asks for the round after a file. Path and number of shards of the target stay the same until there is none. */
export interface CopyRequest {
  path: string;
  shards: number;
  after: string;
}

let copy: ShardCopy | undefined;

serve(({ path, shards, after }: CopyRequest) => {
  try {
    copy ??= new ShardCopy(path, shards);
    const round = copy.next(after);
    if (round) return new Handover(round, round.batches.flatMap(transferables));
    copy.close();
    copy = undefined;
  } catch (error) {
    throw shardError(path, error);
  }
});
