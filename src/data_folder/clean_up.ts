import { messageOf } from "../domain/errors.ts";

/**
 * What a store does to clean up after itself. A failure stops nothing, since what matters was done before: it is kept to be
 * told, and later starts try again.
 */
export class CleanUp {
  readonly #failures = new Map<string, string>();

  /** What could not be cleaned up, and why. */
  get failures(): ReadonlyMap<string, string> {
    return this.#failures;
  }

  /** Keeps why a part of it failed; `what` names that for people. */
  failed(what: string, error: unknown): void {
    this.#failures.set(what, messageOf(error));
  }

  /** Does a part of it. */
  async try(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#failures.delete(what);
    } catch (error) {
      this.failed(what, error);
    }
  }

  /** `try` for what is done at once. */
  tryNow(what: string, work: () => void): void {
    try {
      work();
      this.#failures.delete(what);
    } catch (error) {
      this.failed(what, error);
    }
  }
}
