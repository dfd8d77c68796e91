/**
 * What may happen once and breaks off whatever is waited for then: a connection is lost, a service ends. Not a promise to
 * race with: one that lives on keeps the results of all that was raced with it.
 */
export class Interruption {
  #error: { cause: unknown } | undefined;
  readonly #waiting = new Set<(cause: unknown) => void>();

  /** Breaks off what waits, and what will. */
  happen(cause: unknown): void {
    this.#error ??= { cause };
    for (const reject of this.#waiting) reject(cause);
  }

  /** What `work` results in; rejects with the cause once this has happened. */
  async or<T>(work: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.add(reject);
    work.then(resolve, reject);
    if (this.#error) reject(this.#error.cause);
    try {
      return await promise;
    } finally {
      this.#waiting.delete(reject);
    }
  }
}
