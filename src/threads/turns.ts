import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";

/** How long a loop may hold up others, in milliseconds. */
const TURN_MS = 4;

/** How long a loop goes easy after somebody has asked for something over the network, in milliseconds. */
const EASY_MS = 2000;

/** The loops that wait to go on. */
let waiting: Promise<unknown> = Promise.resolve();
let easyUntil = 0;

/**
 * Tells the long loops that somebody is served over the network meanwhile. While the event loop is never idle it looks at the
 * network only every 61 turns; so for a while each loop waits for a timer, which costs about 2 ms.
 */
export function goEasy(): void {
  easyUntil = performance.now() + EASY_MS;
}

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
    await (waiting = waiting.then(() => performance.now() < easyUntil ? wait(1) : nextTurn()));
    this.#last = performance.now();
  }
}
