import { HttpError } from "./http_error.ts";

/** What a request is told that the end of the service breaks off. */
export function endingError(): HttpError {
  return new HttpError(503, "The service is ending", "What was reported as stored is safe.");
}

/** The end of the service, for one request that it breaks off. */
export class Ending implements Disposable {
  /** Rejects at the end, until this is disposed of. */
  readonly reached: Promise<never>;
  readonly #signal: AbortSignal;
  #reject = (_error: unknown) => {};
  readonly #end = () => this.#reject(endingError());

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.reached = new Promise((_, reject) => this.#reject = reject);
    this.reached.catch(() => {}); // thrown where it is raced with
    if (signal.aborted) this.#end();
    signal.addEventListener("abort", this.#end);
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener("abort", this.#end);
  }
}
