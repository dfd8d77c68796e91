import type { KnownFiles } from "../store/known_files.ts";
import type { Moment, MomentRound, MomentTotals } from "../store/moment.ts";
import { ThreadStock } from "../threads/thread_stock.ts";
import type { WorkerThread } from "../threads/worker_thread.ts";
import type { MomentRequest } from "./moment_worker.ts";

const threads = new ThreadStock<MomentRequest>(new URL("./moment_worker.ts", import.meta.url));

/** One state of shards, each read in a worker by a connection of its own. */
export class SqliteMoment implements Moment {
  readonly #paths: string[];
  readonly #threads: WorkerThread<MomentRequest>[];
  #closing: Promise<void> | undefined;

  private constructor(paths: string[]) {
    this.#paths = paths;
    this.#threads = Array.from({ length: Math.min(paths.length, navigator.hardwareConcurrency) }, () => threads.take());
  }

  /** Opens the shards, which is what takes long; see `openShard` for `isFrozen`. */
  static async open(paths: string[], isFrozen: boolean): Promise<SqliteMoment> {
    const moment = new SqliteMoment(paths);
    try {
      await moment.#all((i) => ({
        kind: "open",
        paths: paths.filter((_, shard) => moment.#threadOf(shard) === i),
        isFrozen,
      }));
      return moment;
    } catch (error) {
      await moment.close();
      throw error;
    }
  }

  get parts(): number {
    return this.#paths.length;
  }

  #threadOf(shard: number): number {
    return shard % this.#threads.length;
  }

  #all<T>(request: (thread: number) => MomentRequest): Promise<T[]> {
    return Promise.all(this.#threads.map((thread, i) => thread.call<T>(request(i))));
  }

  async fix(): Promise<MomentTotals> {
    const totals = await this.#all<MomentTotals>(() => ({ kind: "fix" }));
    return {
      files: totals.reduce((sum, { files }) => sum + files, 0),
      segments: totals.reduce((sum, { segments }) => sum + segments, 0),
    };
  }

  /** The next round is read while one is worked on. */
  async *read(part: number, known: KnownFiles): AsyncGenerator<MomentRound> {
    const path = this.#paths[part], thread = this.#threads[this.#threadOf(part)];
    const ask = () => {
      const round = thread.call<MomentRound | undefined>({ kind: "next", path, known: known.memory });
      round.catch(() => {}); // whoever takes the round hears of it
      return round;
    };
    for (let next = ask();;) {
      const round = await next;
      if (!round) return;
      next = ask();
      yield round;
    }
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await Promise.all(this.#threads.map(async (thread) => {
      try {
        await thread.call({ kind: "close" });
        threads.giveBack(thread);
      } catch {
        threads.drop(thread); // it has stopped, and with it what it had open
      }
    }));
  }
}
