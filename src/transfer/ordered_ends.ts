import type { InputEnd } from "./read_job.ts";

/** Gives the ends of inputs in the order of the inputs, whatever the order they come in; an archive has several. */
export class OrderedEnds {
  readonly #give: (end: InputEnd) => void;
  readonly #waiting = new Map<number, InputEnd[]>();
  #next = 0;

  constructor(give: (end: InputEnd) => void) {
    this.#give = give;
  }

  /** `i`: which input it is of. */
  add(i: number, end: InputEnd): void {
    if (i > this.#next) {
      const waiting = this.#waiting.get(i);
      if (waiting) waiting.push(end);
      else this.#waiting.set(i, [end]);
      return;
    }
    this.#take(end);
    for (let ends; (ends = this.#waiting.get(this.#next));) {
      this.#waiting.delete(this.#next);
      for (const end of ends) this.#take(end);
    }
  }

  #take(end: InputEnd): void {
    this.#give(end);
    if (!end.isEntry) this.#next++;
  }
}
