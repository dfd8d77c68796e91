import { UsyncError } from "../domain/errors.ts";
import { closedError } from "../store/closed_error.ts";
import type { WorkerThread } from "../threads/worker_thread.ts";
import { transferables } from "../store/packed_batch.ts";
import type { Op, OpResult, Upkeep, WriterRequest } from "./writer_protocol.ts";

interface Waiting {
  op: Op;
  durable: boolean;
  /** What the op takes, about; asked for before its buffers are handed over. */
  bytes: number;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

/** Transactions on their way at once: one that runs, one that waits at the worker's door. */
const IN_FLIGHT = 2;
/** Bytes of batches that one transaction takes, about. */
const TRANSACTION_BYTES = 4 * 2 ** 20;
/** Bytes of batches that may wait, at all shards together, before callers are held back. */
const ROOM_BYTES = 24 * 2 ** 20;

/**
 * The changes to one shard on their way to its writer, in order. What comes while a transaction runs is put into the next
 * one together, so that many small durable writes share one flush to the disk.
 */
export class ShardQueue {
  readonly path: string;
  #thread: WorkerThread<WriterRequest>;
  #cacheBytes: number;
  #roomBytes: number;
  #queue: Waiting[] = [];
  #inFlight = 0;
  #bytes = 0;
  #whenRoom: (() => void)[] = [];
  /** Settles when all changes so far are done. */
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(path: string, thread: WorkerThread<WriterRequest>, cacheBytes: number, shards: number) {
    this.#roomBytes = ROOM_BYTES / shards;
    this.path = path;
    this.#thread = thread;
    this.#cacheBytes = cacheBytes;
  }

  /** Makes a change; durable ones survive a power cut when the promise is resolved. */
  change(op: Op, durable: boolean): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(closedError());
    const done = new Promise<unknown>((resolve, reject) => {
      const bytes = bytesOf(op);
      this.#queue.push({ op, durable, bytes, resolve, reject });
      this.#bytes += bytes;
    });
    this.#last = done.catch(() => {}); // whoever asked for the change hears of its error
    this.#pump();
    return done;
  }

  /** Waits until a bulk load may send more. */
  async room(): Promise<void> {
    while (this.#bytes > this.#roomBytes) await new Promise<void>((resolve) => this.#whenRoom.push(resolve));
  }

  #pump(): void {
    while (this.#inFlight < IN_FLIGHT && this.#queue.length > 0) {
      let count = 0;
      for (let bytes = 0; count < this.#queue.length && bytes < TRANSACTION_BYTES;) bytes += this.#queue[count++].bytes;
      void this.#send(this.#queue.splice(0, count));
    }
  }

  async #send(group: Waiting[]): Promise<void> {
    this.#inFlight++;
    const bytes = group.reduce((sum, waiting) => sum + waiting.bytes, 0);
    const durable = group.some((waiting) => waiting.durable);
    try {
      const results = await this.#call({ kind: "run", durable, ops: group.map(({ op }) => op) }) as OpResult[];
      for (const [i, { resolve, reject }] of group.entries()) {
        const result = results[i];
        if ("value" in result) resolve(result.value);
        else reject(new UsyncError(result.error.message, { hint: result.error.hint }));
      }
    } catch (error) {
      for (const waiting of group) waiting.reject(error);
    }
    this.#inFlight--;
    this.#bytes -= bytes;
    for (const wake of this.#whenRoom.splice(0)) wake();
    this.#pump();
  }

  /** Does something that is a transaction of its own, after all that was asked for before it. */
  async run(kind: Upkeep): Promise<void> {
    if (this.#isClosed) throw closedError();
    await this.#last;
    await this.#call({ kind });
  }

  /** Lets the writer go, after all that was asked for. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
    if (this.#thread.isStarted) await this.#call({ kind: "close" });
  }

  #call(request: { kind: "run"; durable: boolean; ops: Op[] } | { kind: Upkeep }): Promise<unknown> {
    const transfer = request.kind === "run"
      ? request.ops.flatMap((op) => "batch" in op ? transferables(op.batch) : [])
      : [];
    return this.#thread.call({ ...request, path: this.path, cacheBytes: this.#cacheBytes }, { transfer });
  }
}

function bytesOf(op: Op): number {
  return "batch" in op ? op.batch.size : 100;
}
