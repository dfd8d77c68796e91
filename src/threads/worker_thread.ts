import { UsyncError } from "../domain/errors.ts";

/** What goes to a worker, and what comes back; `number` tells which call an answer belongs to. */
export interface Call<Request> {
  number: number;
  request: Request;
}
export type Answer =
  | "ready"
  | { number: number; progress: unknown }
  | { number: number; result: unknown }
  | { number: number; error: { message: string; hint?: string; stack?: string } };

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  onProgress?: (progress: unknown) => void;
}

/** A worker that answers calls in their order. It starts with the first call. */
export class WorkerThread<Request> {
  readonly #url: URL;
  #started: Promise<void> | undefined;
  #isStopped = false;
  #worker: Worker | undefined;
  #number = 0;
  #waiting = new Map<number, Waiting>();
  /** Calls from before the worker was ready: a worker loses what comes while its modules still load. */
  #early: [Call<Request>, Transferable[]][] | undefined = [];
  /** Why the worker stopped by itself. */
  #failure: UsyncError | undefined;

  /** `url`: of a module that calls `serve`. */
  constructor(url: URL) {
    this.#url = url;
  }

  /** Asks the worker for something. Throws a `UsyncError` when it fails or the worker does. */
  call<Result>(
    request: Request,
    options: { transfer?: Transferable[]; onProgress?: (progress: unknown) => void } = {},
  ): Promise<Result> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#started ??= startNext(() => this.#start());
    const call = { number: ++this.#number, request }, transfer = options.transfer ?? [];
    return new Promise((resolve, reject) => {
      const { onProgress } = options;
      this.#waiting.set(call.number, { resolve: resolve as (result: unknown) => void, reject, onProgress });
      if (this.#early) this.#early.push([call, transfer]);
      else this.#worker!.postMessage(call, transfer);
    });
  }

  #start(): void {
    if (this.#isStopped) return;
    const worker = new Worker(this.#url, { type: "module", name: `usync-db ${this.#url.pathname.split("/").at(-1)}` });
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#receive(worker, data);
    worker.onerror = (event) => {
      event.preventDefault();
      const failure = this.#failure = new UsyncError(`A part of the program stopped: ${event.message}`, {
        hint: "What was reported as stored is safe. Start the program again.",
      });
      for (const { reject } of this.#waiting.values()) reject(failure);
      this.#waiting.clear();
    };
    this.#worker = worker;
  }

  #receive(worker: Worker, answer: Answer): void {
    if (answer === "ready") {
      for (const [call, transfer] of this.#early ?? []) worker.postMessage(call, transfer);
      this.#early = undefined;
      return;
    }
    const waiting = this.#waiting.get(answer.number)!;
    if ("progress" in answer) return waiting.onProgress?.(answer.progress);
    this.#waiting.delete(answer.number);
    if ("result" in answer) return waiting.resolve(answer.result);
    const error = new UsyncError(answer.error.message, { hint: answer.error.hint });
    error.stack = answer.error.stack;
    waiting.reject(error);
  }

  get isStarted(): boolean {
    return this.#started !== undefined;
  }

  /** Ends the worker; calls that wait are never answered. */
  stop(): void {
    this.#isStopped = true;
    this.#worker?.terminate();
  }
}

let lastStart: Promise<void> = Promise.resolve();

/** Starts workers one after the other with a pause between: each start holds up this thread, where readers wait. */
function startNext(start: () => void): Promise<void> {
  return lastStart = lastStart.then(() => new Promise((resolve) => setTimeout(resolve))).then(start);
}
