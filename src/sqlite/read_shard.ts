import type { CopyRound } from "../store/backend.ts";
import { ThreadStock } from "../threads/thread_stock.ts";
import type { CopyRequest } from "./copy_worker.ts";

const threads = new ThreadStock<CopyRequest>(new URL("./copy_worker.ts", import.meta.url));

/** Reads a shard in a worker, for a target of so many shards; the next round is read while one is worked on. */
export async function* readShard(path: string, after: string, shards: number): AsyncGenerator<CopyRound> {
  const thread = threads.take();
  const ask = (after: string) => {
    const round = thread.call<CopyRound | undefined>({ path, shards, after });
    round.catch(() => {}); // whoever takes the round hears of it
    return round;
  };
  let isAtEnd = false;
  try {
    let round = await ask(after);
    while (round) {
      const next = ask(round.upTo);
      yield round;
      round = await next;
    }
    isAtEnd = true;
  } finally {
    if (isAtEnd) threads.giveBack(thread);
    else threads.drop(thread);
  }
}
