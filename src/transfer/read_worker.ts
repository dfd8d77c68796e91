import { Handover, serve } from "../threads/serve.ts";
import { transferables } from "../store/packed_batch.ts";
import { readJob } from "./job_reader.ts";
import type { ReadJob, ReadRound } from "./read_job.ts";

/** Asks for the next round: the first one of a job, or that after the last. */
export interface ReadRequest {
  job?: ReadJob;
}

let rounds: Iterator<ReadRound> | AsyncIterator<ReadRound> | undefined;

serve(async ({ job }: ReadRequest) => {
  if (job) rounds = readJob(job);
  const { done, value } = await rounds!.next();
  if (!done) return new Handover(value, value.batches.flatMap(({ batch }) => transferables(batch)));
  rounds = undefined;
});
