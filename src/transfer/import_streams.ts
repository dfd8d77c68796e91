import { addCounts } from "../store/put_counts.ts";
import type { Input } from "./find_inputs.ts";
import { HeldInput } from "./held_input.ts";
import type { ImportContext } from "./import_context.ts";
import { bytesOf } from "./import_estimate.ts";
import { OrderedEnds } from "./ordered_ends.ts";
import type { FoundInput, ReadJob, ReadRound } from "./read_job.ts";
import { readSideBySide } from "./readers.ts";

/** Bytes of inputs, and how many of them, that one thread reads as one job. */
const JOB_BYTES = 4 * 2 ** 20, JOB_INPUTS = 200;

type InputsJob = ReadJob & { kind: "inputs"; first: number };

/**
 * Imports inputs that are each whole or not at all, side by side, and what archives hold of them. `takeFound` is given
 * everything else that they turn out to be or to hold, as it comes; the reading goes on when it is done.
 */
export async function importStreams(
  context: ImportContext,
  inputs: Input[],
  takeFound: (found: FoundInput) => Promise<void>,
): Promise<void> {
  const ends = new OrderedEnds((end) => context.results.end(end)), held = new HeldInputs(context);
  try {
    await context.storing((send) =>
      readSideBySide(jobsOf(inputs, context), async (round, { first }: InputsJob) => {
        context.progress(round);
        if (round.part === undefined) await send(round.batches);
        else await held.add(first + round.part, round);
        if (round.found) await takeFound(round.found);
        for (const end of round.ends) {
          const i = first + end.input;
          context.options.estimate?.add(inputs[i], end.isEntry ? 0 : bytesOf(inputs[i]), end.segments);
          ends.add(i, end);
        }
      })
    );
  } finally {
    held.close();
  }
}

function* jobsOf(inputs: Input[], { scratch, load }: ImportContext): Generator<InputsJob> {
  let first = 0, bytes = 0, job: InputsJob["inputs"] = [];
  for (const [i, input] of inputs.entries()) {
    const { path, name, isFound } = input;
    job.push({ path, name, isFound });
    bytes += bytesOf(input);
    if (bytes < JOB_BYTES && job.length < JOB_INPUTS && i < inputs.length - 1) continue;
    yield { kind: "inputs", inputs: job, scratch, shards: load.shards, first };
    [first, bytes, job] = [i + 1, 0, []];
  }
}

/** Inputs that come in parts, until they have ended. */
class HeldInputs {
  readonly #context: ImportContext;
  readonly #all = new Map<number, HeldInput>();

  constructor(context: ImportContext) {
    this.#context = context;
  }

  /** Keeps a part of an input until it has ended, and stores all of it when it has ended well. */
  async add(i: number, round: ReadRound): Promise<void> {
    if (round.isAgain) this.#drop(i);
    let input = this.#all.get(i);
    if (!input) this.#all.set(i, input = new HeldInput(this.#context.scratch));
    input.add(round.batches);
    const [end] = round.ends;
    if (!end) return;
    try {
      if (end.failure) return;
      addCounts(this.#context.report, await input.store(this.#context.load));
      this.#context.results.storing(input.firstFile);
    } finally {
      this.#drop(i);
    }
  }

  #drop(i: number): void {
    this.#all.get(i)?.close();
    this.#all.delete(i);
  }

  close(): void {
    for (const input of this.#all.values()) input.close();
  }
}
