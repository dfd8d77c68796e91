import { Interruption } from "../domain/interruption.ts";
import { HttpError } from "./http_error.ts";

/** What a request is told that the end of the service breaks off. */
export function endingError(): HttpError {
  return new HttpError(503, "The service is ending", "What was reported as stored is safe.");
}

/** The end of the service, for one request that it breaks off. */
export class Ending implements Disposable {
  readonly #signal: AbortSignal;
  readonly #interruption = new Interruption();
  readonly #end = () => this.#interruption.happen(endingError());

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#end);
    if (signal.aborted) this.#end();
  }

  /** What `work` results in; rejects at the end of the service. */
  or<T>(work: Promise<T>): Promise<T> {
    return this.#interruption.or(work);
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener("abort", this.#end);
  }
}
