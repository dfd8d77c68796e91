/** Reads after which it is judged whether the cache pays, and reads for which one that does not is off. */
const TRIAL = 1000, PAUSE = 20_000;

/** Measures what a cache saves, and switches it on and off by that. */
export class Benefit {
  #on = true;
  #reads = 0;
  #hits = 0;
  #hitMs = 0;
  #misses = 0;
  #missMs = 0;
  #keepMs = 0;

  get isOn(): boolean {
    return this.#on;
  }

  /** The cache has answered, in so many milliseconds. */
  hit(ms: number): void {
    this.#hits++;
    this.#hitMs += ms;
    this.#read();
  }

  /** The store had to answer, and its answer was kept; both in milliseconds. */
  miss(ms: number, keepMs: number): void {
    this.#misses++;
    this.#missMs += ms;
    this.#keepMs += keepMs;
    this.#read();
  }

  /** A read that went by the cache. */
  passed(): void {
    this.#read();
  }

  #read(): void {
    this.#reads++;
    if (this.#on && this.#reads >= TRIAL) this.#judge();
    else if (!this.#on && this.#reads >= PAUSE) this.#begin(true);
  }

  /** It pays when the hits saved more time than keeping the others took. Without hits or misses nothing can be compared. */
  #judge(): void {
    const missMs = this.#misses > 0 ? this.#missMs / this.#misses : Infinity;
    const saved = this.#hits === 0 ? 0 : this.#hits * missMs - this.#hitMs;
    this.#begin(saved > this.#keepMs);
  }

  #begin(on: boolean): void {
    this.#on = on;
    this.#reads =
      this.#hits =
      this.#hitMs =
      this.#misses =
      this.#missMs =
      this.#keepMs =
        0;
  }
}
