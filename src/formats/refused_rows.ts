import type { Note } from "./note.ts";

const EXAMPLES = 3;

/** Rows of a database that were refused or are odd, counted by reason, with a few examples of each. */
export class RefusedRows {
  #reasons = new Map<string, { count: number; examples: string[]; bad: boolean }>();

  /** Counts a row, or several for the same reason, that are left out. */
  add(reason: string, example: string, count = 1): void {
    this.#count(reason, example, true, count);
  }

  /** Counts a row that is kept although something is odd about it. */
  addOdd(reason: string, example: string): void {
    this.#count(reason, example, false, 1);
  }

  /** Reports one note for each reason. */
  report(report: (note: Note) => void): void {
    for (const [reason, { count, examples, bad }] of this.#reasons) {
      const more = count > examples.length ? ", ..." : "";
      const what = count === 1 ? reason.replace(/^(file|segment)s/, "$1").replace(" are ", " is ") : reason;
      report({ message: `${count} ${what}: ${examples.join(", ")}${more}`, bad });
    }
  }

  #count(reason: string, example: string, bad: boolean, count: number): void {
    const known = this.#reasons.get(reason);
    if (known === undefined) this.#reasons.set(reason, { count, examples: [example], bad });
    else {
      known.count += count;
      if (known.examples.length < EXAMPLES && !known.examples.includes(example)) known.examples.push(example);
    }
  }
}
