import { HttpError } from "./http_error.ts";

/** What a request is told that the end of the service breaks off. */
export function endingError(): HttpError {
  return new HttpError(503, "The service is ending", "What was reported as stored is safe.");
}

/** The end of the service, for one request that it breaks off. */
export class Ending implements Disposable {
  readonly #signal: AbortSignal;
  #reject = (_error: unknown) => {};
  readonly #end = () => this.#reject(endingError());

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#end);
  }

  /**
   * What `work` results in; rejects at the end of the service. One at a time. Not a race with a promise that lives as long
   * as the request: that would keep the results of all.
   */
  async or<T>(work: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#reject = reject;
    work.then(resolve, reject);
    if (this.#signal.aborted) this.#end();
    try {
      return await promise;
    } finally {
      this.#reject = () => {};
    }
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener("abort", this.#end);
  }
}
