import { setImmediate as nextTurn } from "node:timers/promises";

/** How long a loop may hold up others, in milliseconds. */
const TURN_MS = 5;

/** The loops that wait to go on. */
let waiting: Promise<void> = Promise.resolve();

/**
 * Lets a long loop of the main thread give others their turn every few milliseconds. Of all such loops one goes on in each
 * turn, so that many hold up a lookup no longer than one.
 */
export class Turns {
  #last = performance.now();

  async pass(): Promise<void> {
    if (this.isDue) await this.give();
  }

  /** Whether others have waited for some milliseconds. */
  get isDue(): boolean {
    return performance.now() - this.#last > TURN_MS;
  }

  async give(): Promise<void> {
    await (waiting = waiting.then(() => nextTurn()));
    this.#last = performance.now();
  }
}
