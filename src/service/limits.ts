import { HttpError } from "./http_error.ts";

/** Requests that are answered side by side, uploads, and what reads or rewrites the whole store. */
export const MOST_REQUESTS = 500, MOST_UPLOADS = 8, MOST_LONG = 8;
/** Connections that are held. */
export const MOST_CONNECTIONS = 1000;

/** Places for what may only be so many at once. */
export class Slots {
  #free: number;
  #what: string;

  /** `what`: for the message, in the plural. */
  constructor(most: number, what: string) {
    this.#free = most;
    this.#what = what;
  }

  /** Takes a place; the result gives it back, once. Throws an `HttpError` when all are taken. */
  take(): () => void {
    if (this.#free === 0) {
      throw new HttpError(429, `There are too many ${this.#what} at once`, "Try again in a moment.");
    }
    this.#free--;
    let isTaken = true;
    return () => {
      if (isTaken) this.#free++;
      isTaken = false;
    };
  }
}

/** Lets so many pass in a second; what was not used is saved for one second. */
export class Rate {
  #most: number;
  #left: number;
  #last = performance.now();

  constructor(perSecond: number) {
    this.#most = this.#left = perSecond;
  }

  /** Whether one more may pass. */
  pass(): boolean {
    const now = performance.now();
    this.#left = Math.min(this.#most, this.#left + (now - this.#last) / 1000 * this.#most);
    this.#last = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
