import type { CopyRound } from "../store/backend.ts";
import { WorkerThread } from "../threads/worker_thread.ts";
import type { CopyRequest } from "./copy_worker.ts";

/** Workers that have read a shard to its end. To start one holds up this thread, where readers wait. */
const idle: WorkerThread<CopyRequest>[] = [];

/** Reads a shard in a worker, for a target of so many shards; the next round is read while one is worked on. */
export async function* readShard(path: string, after: string, shards: number): AsyncGenerator<CopyRound> {
  const thread = idle.pop() ?? new WorkerThread<CopyRequest>(new URL("./copy_worker.ts", import.meta.url));
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
    if (isAtEnd) leave(thread);
    else thread.stop(); // it may have broken, or still reads
  }
}

/** Leaves a worker to whoever reads the next shard, at once. */
function leave(thread: WorkerThread<CopyRequest>): void {
  idle.push(thread);
  setTimeout(() => {
    if (!idle.includes(thread)) return;
    idle.splice(idle.indexOf(thread), 1);
    thread.stop();
  });
}
