import type { FileRecord } from "../domain/records.ts";
import type { Session } from "../session/session.ts";
import type { BulkLoad, PutCounts } from "../store/store.ts";

/** Milliseconds after which a load that was deferred is finished although nobody has asked for it. */
const READY_AFTER = 10_000;

/** Files on their way into the store, as they come from clients. */
export class Loads {
  #session: Session;
  /** What is put and is to be finished later, and whether something was put since it was finished. */
  #deferred: BulkLoad | undefined;
  #isBehind = false;
  #running = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #readyAfter: number;

  constructor(session: Session, readyAfter = READY_AFTER) {
    this.#session = session;
    this.#readyAfter = readyAfter;
  }

  /** Runs a load; it is made durable and ready to query at its end, or with `defer` when `ready` is called. */
  async run<T>(defer: boolean, work: (load: BulkLoad) => Promise<T>): Promise<T> {
    if (defer) return await this.#runDeferred(work);
    const load = this.#session.bulkLoad();
    try {
      return await work(load);
    } finally {
      await load.finish();
    }
  }

  async #runDeferred<T>(work: (load: BulkLoad) => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    this.#running++;
    this.#isBehind = true;
    try {
      return await work(this.#deferred ??= this.#session.bulkLoad());
    } finally {
      this.#running--;
      // Whoever was to call `ready` may have been killed.
      if (this.#running === 0) this.#timer = setTimeout(() => this.ready().catch(() => {}), this.#readyAfter);
    }
  }

  /** Finishes what was deferred. */
  async ready(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#isBehind) return;
    this.#isBehind = this.#running > 0;
    try {
      await this.#deferred?.finish();
    } catch (error) {
      this.#isBehind = true;
      throw error;
    }
  }
}

/** Puts files in chunks, one while the next is read, so that the store never waits for whoever sends them. */
export async function putChunks(load: BulkLoad, chunks: AsyncIterable<FileRecord[]>): Promise<PutCounts> {
  const counts: PutCounts = { added: 0, replaced: 0, unchanged: 0, segments: 0 };
  let running: Promise<void> = Promise.resolve();
  const put = async (chunk: FileRecord[]) => {
    const part = await load.put(chunk);
    for (const key of Object.keys(counts) as (keyof PutCounts)[]) counts[key] += part[key];
  };
  try {
    for await (const chunk of chunks) {
      await running;
      running = put(chunk);
      running.catch(() => {}); // thrown where it is awaited
    }
  } finally {
    await running;
  }
  return counts;
}
