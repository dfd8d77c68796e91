import { transferables } from "../store/packed_batch.ts";
import { Handover, serve } from "../threads/serve.ts";
import { readJob } from "./job_reader.ts";
import type { ReadJob, ReadRound, SplitJob, SplitRound } from "./read_job.ts";
import { splitInput } from "./split_lines.ts";

/** Asks for the next round: the first one of a job, or that after the last. */
export interface ReadRequest {
  job?: ReadJob | SplitJob;
}

type Round = ReadRound | SplitRound;

let rounds: Iterator<Round> | AsyncIterator<Round> | undefined;

serve(async ({ job }: ReadRequest) => {
  if (job) rounds = job.kind === "split" ? splitInput(job) : readJob(job);
  const { done, value } = await rounds!.next();
  if (!done) return new Handover(value, transferablesOf(value));
  rounds = undefined;
});

function transferablesOf(round: Round): Transferable[] {
  if ("batches" in round) return round.batches.flatMap(({ batch }) => transferables(batch));
  return round.lines ? [round.lines.buffer] : [];
}
