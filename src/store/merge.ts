import { setImmediate as nextTurn } from "node:timers/promises";

/** Merges iterators that are each in order into one that is. */
export async function* mergeOrdered<T>(sources: Iterator<T>[], compare: (a: T, b: T) => number): AsyncGenerator<T> {
  const turn = new Turns();
  const heads = sources.map((source) => source.next());
  while (true) {
    let least = -1;
    for (let i = 0; i < heads.length; i++) {
      if (!heads[i].done && (least < 0 || compare(heads[i].value, heads[least].value) < 0)) least = i;
    }
    if (least < 0) return;
    yield heads[least].value;
    heads[least] = sources[least].next();
    await turn.pass();
  }
}

/** Lets a long loop give others their turn every few milliseconds. */
export class Turns {
  #last = performance.now();

  async pass(): Promise<void> {
    if (this.isDue) await this.give();
  }

  /** Whether others have waited for some milliseconds. */
  get isDue(): boolean {
    return performance.now() - this.#last > 8;
  }

  async give(): Promise<void> {
    await nextTurn();
    this.#last = performance.now();
  }
}
