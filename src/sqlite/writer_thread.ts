import { UsyncError } from "../domain/errors.ts";
import { transferables } from "./packed_batch.ts";
import type { Reply, Request } from "./writer_protocol.ts";

/** A request without the number that the thread gives it. */
export type Call = Request extends infer R ? R extends Request ? Omit<R, "number"> : never : never;

/** A worker that holds the writers of some shards. It starts with the first call. */
export class WriterThread {
  #worker: Worker | undefined;
  #number = 0;
  #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();

  call(call: Call): Promise<unknown> {
    const worker = this.#worker ??= this.#start();
    const request = { ...call, number: ++this.#number } as Request;
    const transfer = request.kind === "run"
      ? request.ops.flatMap((op) => op.type === "put" ? transferables(op.batch) : [])
      : [];
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.number, { resolve, reject });
      worker.postMessage(request, transfer);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL("./writer_worker.ts", import.meta.url), {
      type: "module",
      name: "usync-db writer",
    });
    worker.onmessage = ({ data: { number, result, error } }: MessageEvent<Reply>) => {
      const waiting = this.#waiting.get(number)!;
      this.#waiting.delete(number);
      if (!error) return waiting.resolve(result);
      const failure = new UsyncError(error.message, { hint: error.hint });
      failure.stack = error.stack;
      waiting.reject(failure);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      const failure = new UsyncError(`The writer stopped: ${event.message}`, {
        hint: "What was reported as stored is safe. Start the program again.",
      });
      for (const { reject } of this.#waiting.values()) reject(failure);
      this.#waiting.clear();
    };
    return worker;
  }

  get isStarted(): boolean {
    return this.#worker !== undefined;
  }

  stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}
