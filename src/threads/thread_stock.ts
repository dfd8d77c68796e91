import { WorkerThread } from "./worker_thread.ts";

/**
 * Workers of one module that are used by one after the other, for each start of one holds up this thread, where readers wait.
 * They end when none is in use any more.
 */
export class ThreadStock<Request> {
  readonly #url: URL;
  #idle: WorkerThread<Request>[] = [];
  #inUse = 0;

  /** `url`: of a module that calls `serve`. */
  constructor(url: URL) {
    this.#url = url;
  }

  /** A worker for the caller alone, until it comes back. */
  take(): WorkerThread<Request> {
    this.#inUse++;
    return this.#idle.pop() ?? new WorkerThread(this.#url);
  }

  /** Takes a worker back that has answered everything. */
  giveBack(thread: WorkerThread<Request>): void {
    this.#idle.push(thread);
    this.#release();
  }

  /** Ends a worker that may have broken, or still works. */
  drop(thread: WorkerThread<Request>): void {
    thread.stop();
    this.#release();
  }

  /** Keeps the workers from ending while none is in use, until it is disposed of. */
  hold(): Disposable {
    this.#inUse++;
    return { [Symbol.dispose]: () => this.#release() };
  }

  #release(): void {
    this.#inUse--;
    setTimeout(() => { // not at once: often the next one comes right away
      if (this.#inUse === 0) { for (const thread of this.#idle.splice(0)) thread.stop(); }
    });
  }
}
