import { ThreadStock } from "../threads/thread_stock.ts";
import type { ReadJob, ReadRound, SplitJob, SplitRound } from "./read_job.ts";
import type { ReadRequest } from "./read_worker.ts";

/** All imports of this process share these threads. */
const threads = new ThreadStock<ReadRequest>(new URL("./read_worker.ts", import.meta.url));

/** Jobs that are read at the same time. */
export const READERS = Math.max(1, navigator.hardwareConcurrency);

/** Jobs that are read before the result of the first one is taken, where the order counts. */
const MAX_AHEAD = 2 * READERS;

type RoundOf<Job> = Job extends SplitJob ? SplitRound : ReadRound;

/** Reads jobs side by side, in no order; every round is given to `take`, which may hold up the thread that it comes from. */
export async function readSideBySide<Job extends ReadJob>(
  jobs: Iterable<Job>,
  take: (round: ReadRound, job: Job) => Promise<void>,
): Promise<void> {
  const next = jobs[Symbol.iterator]();
  let failure: { error: unknown } | undefined;
  const read = async () => {
    for (let job = next.next(); !job.done && !failure; job = next.next()) {
      try {
        for await (const round of readOne<ReadJob>(job.value)) {
          if (failure) return;
          await take(round, job.value);
        }
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
  if (failure) throw failure.error;
}

/** The rounds of a job, read in a thread; the next one is read while one is taken. */
export async function* readOne<Job extends ReadJob | SplitJob>(job: Job): AsyncGenerator<RoundOf<Job>> {
  const thread = threads.take();
  let isAtEnd = false;
  try {
    let round = await thread.call<RoundOf<Job> | undefined>({ job });
    while (round) {
      const ahead = thread.call<RoundOf<Job> | undefined>({});
      ahead.catch(() => {}); // whoever takes the round hears of it
      yield round;
      round = await ahead;
    }
    isAtEnd = true;
  } finally {
    if (isAtEnd) threads.giveBack(thread);
    else threads.drop(thread);
  }
}

/** Reads jobs of one round each side by side; gives the rounds in the order of the jobs. */
export async function* readInOrder(jobs: AsyncIterable<ReadJob> | Iterable<ReadJob>): AsyncGenerator<ReadRound> {
  const rounds: Promise<ReadRound>[] = [], idle: ReturnType<typeof threads.take>[] = [], all = new Set(idle);
  const read = async (job: ReadJob, before: Promise<unknown> | undefined): Promise<ReadRound> => {
    await before?.catch(() => {});
    let thread = idle.pop();
    if (!thread) all.add(thread = threads.take());
    const round = await thread.call<ReadRound>({ job });
    idle.push(thread);
    return round;
  };
  try {
    for await (const job of jobs) {
      const round = read(job, rounds.at(-READERS));
      round.catch(() => {}); // whoever takes it hears of it
      rounds.push(round);
      if (rounds.length > MAX_AHEAD) yield await rounds.shift()!;
    }
    while (rounds.length > 0) yield await rounds.shift()!;
  } finally {
    for (const thread of all) {
      if (idle.includes(thread)) threads.giveBack(thread);
      else threads.drop(thread);
    }
  }
}
