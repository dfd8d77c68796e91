import { Turns } from "../threads/turns.ts";

/** Merges iterators that are each in order into one that is, giving others their turn. */
export async function* mergeOrdered<T>(sources: Iterator<T>[], compare: (a: T, b: T) => number): AsyncGenerator<T> {
  const turn = new Turns();
  for (const value of merge(sources, compare)) {
    yield value;
    await turn.pass();
  }
}

/** Merges iterators that are each in order into one that is. Reads no further than it is read. */
export function* merge<T>(sources: Iterator<T>[], compare: (a: T, b: T) => number): Generator<T> {
  const heads = sources.map((source) => source.next());
  while (true) {
    let least = -1;
    for (let i = 0; i < heads.length; i++) {
      if (!heads[i].done && (least < 0 || compare(heads[i].value, heads[least].value) < 0)) least = i;
    }
    if (least < 0) return;
    yield heads[least].value;
    heads[least] = sources[least].next();
  }
}
