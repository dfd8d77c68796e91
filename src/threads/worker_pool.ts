import { ThreadStock } from "./thread_stock.ts";

interface Job<Request> {
  request: Request;
  onProgress?: (progress: unknown) => void;
  transfer?: Transferable[];
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

/** Workers of one module that answer calls side by side, as many as cores. They end when nobody asks any more. */
export class WorkerPool<Request> {
  readonly #threads: ThreadStock<Request>;
  #jobs: Job<Request>[] = [];
  #running = 0;

  /** `url`: of a module that calls `serve`. */
  constructor(url: URL) {
    this.#threads = new ThreadStock(url);
  }

  /** Asks a worker for something, after what was asked for before. Throws a `UsyncError` when it fails or the worker does. */
  call<Result>(
    request: Request,
    onProgress?: (progress: unknown) => void,
    transfer?: Transferable[],
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#jobs.push({ request, onProgress, transfer, resolve: resolve as (result: unknown) => void, reject });
      if (this.#running < navigator.hardwareConcurrency) void this.#work();
    });
  }

  /** Keeps the workers from ending while nobody asks, until it is disposed of. */
  hold(): Disposable {
    return this.#threads.hold();
  }

  async #work(): Promise<void> {
    this.#running++;
    for (let job = this.#jobs.shift(); job; job = this.#jobs.shift()) {
      const thread = this.#threads.take();
      try {
        const { onProgress, transfer } = job;
        job.resolve(await thread.call(job.request, { onProgress, transfer }));
        this.#threads.giveBack(thread);
      } catch (error) {
        job.reject(error);
        this.#threads.drop(thread);
      }
    }
    this.#running--;
  }
}
