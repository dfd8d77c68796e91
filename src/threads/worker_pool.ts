import { WorkerThread } from "./worker_thread.ts";

interface Job<Request> {
  request: Request;
  onProgress?: (progress: unknown) => void;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

/** Workers of one module that answer calls side by side, as many as cores. They end when nobody asks any more. */
export class WorkerPool<Request> {
  readonly #url: URL;
  #jobs: Job<Request>[] = [];
  #running = 0;

  /** `url`: of a module that calls `serve`. */
  constructor(url: URL) {
    this.#url = url;
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
    let thread: WorkerThread<Request> | undefined;
    for (let job = this.#jobs.shift(); job; job = this.#jobs.shift()) {
      thread ??= new WorkerThread<Request>(this.#url);
      try {
        job.resolve(await thread.call(job.request, { onProgress: job.onProgress }));
      } catch (error) {
        job.reject(error);
        thread.stop(); // it may have broken
        thread = undefined;
      }
    }
    thread?.stop();
    this.#running--;
  }
}
