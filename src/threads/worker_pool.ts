import { ThreadStock } from "./thread_stock.ts";

interface Job<Request> {
  request: Request;
  onProgress?: (progress: unknown) => void;
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
  call<Result>(request: Request, onProgress?: (progress: unknown) => void): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#jobs.push({ request, onProgress, resolve: resolve as (result: unknown) => void, reject });
      if (this.#running < navigator.hardwareConcurrency) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#running++;
    for (let job = this.#jobs.shift(); job; job = this.#jobs.shift()) {
      const thread = this.#threads.take();
      try {
        job.resolve(await thread.call(job.request, { onProgress: job.onProgress }));
        this.#threads.giveBack(thread);
      } catch (error) {
        job.reject(error);
        this.#threads.drop(thread);
      }
    }
    this.#running--;
  }
}
