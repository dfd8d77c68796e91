import type { CopyRound } from "../store/backend.ts";
import { WorkerThread } from "../threads/worker_thread.ts";
import type { CopyRequest } from "./copy_worker.ts";

/** Reads a shard in a worker, for a target of so many shards; the next round is read while one is worked on. */
export async function* readShard(path: string, after: string, shards: number): AsyncGenerator<CopyRound> {
  const thread = new WorkerThread<CopyRequest>(new URL("./copy_worker.ts", import.meta.url));
  const ask = (after: string) => {
    const round = thread.call<CopyRound | undefined>({ path, shards, after });
    round.catch(() => {}); // whoever takes the round hears of it
    return round;
  };
  try {
    let round = await ask(after);
    while (round) {
      const next = ask(round.upTo);
      yield round;
      round = await next;
    }
  } finally {
    thread.stop();
  }
}
