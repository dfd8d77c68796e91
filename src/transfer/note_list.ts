import type { Note } from "../formats/note.ts";

/** A note that may stand for others. */
export interface ListedNote extends Note {
  /** How many more have the same message and are not listed. */
  more?: number;
}

/** Notes with one message that are listed; the rest are counted. */
const MAX_SAME = 20;

/** The notes of one input, or of many (`path`), as they come: bounded, and so that every input has a share. */
export class NoteList<N extends ListedNote & { path?: string }> {
  readonly notes: N[] = [];
  /** Notes that are neither listed nor counted in a `more`, and how many of these are bad. */
  dropped = 0;
  droppedBad = 0;
  readonly #max: number;
  /** By path and message: the first of the listed notes, and how many there are. */
  readonly #kinds = new Map<string, { first: N; listed: number }>();
  /** Listed notes by path, and those that are not bad. */
  readonly #ofPath = new Map<string | undefined, number>();
  #good = 0;

  /** `max`: notes that are listed at most. */
  constructor(max: number) {
    this.#max = max;
  }

  add(note: N): void {
    const key = keyOf(note), kind = this.#kinds.get(key);
    if (kind?.listed === MAX_SAME) kind.first.more = (kind.first.more ?? 0) + countOf(note);
    else if (this.notes.length === this.#max && !this.#makeRoomFor(note)) this.#drop(note);
    else {
      const listed = { ...note };
      this.notes.push(listed);
      this.#count(listed, 1);
      if (kind) kind.listed++;
      else this.#kinds.set(key, { first: listed, listed: 1 });
    }
  }

  clear(): void {
    this.notes.length =
      this.dropped =
      this.droppedBad =
      this.#good =
        0;
    this.#kinds.clear();
    this.#ofPath.clear();
  }

  #drop(note: N): void {
    this.dropped += countOf(note);
    if (note.bad) this.droppedBad += countOf(note);
  }

  #count({ path, bad }: N, by: 1 | -1): void {
    this.#ofPath.set(path, (this.#ofPath.get(path) ?? 0) + by);
    if (!bad) this.#good += by;
  }

  /** Takes a note off the list that is not bad, or is of the input that has the most. */
  #makeRoomFor({ path, bad }: N): boolean {
    if (!bad) return false;
    const at = this.#good > 0 ? this.notes.findLastIndex(({ bad }) => !bad) : this.#lastOfMost(path);
    if (at < 0) return false;
    const [note] = this.notes.splice(at, 1), key = keyOf(note), kind = this.#kinds.get(key)!;
    this.#count(note, -1);
    this.#drop(note);
    if (--kind.listed === 0) this.#kinds.delete(key);
    return true;
  }

  /** The last note of the input that has the most; -1 when the input of a new one would have as many then. */
  #lastOfMost(path: string | undefined): number {
    const most = [...this.#ofPath].reduce((a, b) => b[1] > a[1] ? b : a);
    if (most[1] <= (this.#ofPath.get(path) ?? 0) + 1) return -1;
    return this.notes.findLastIndex((note) => note.path === most[0]);
  }
}

/** How many notes a listed one is. */
export function countOf({ more = 0 }: ListedNote): number {
  return 1 + more;
}

function keyOf({ path, message, bad }: ListedNote & { path?: string }): string {
  return JSON.stringify([path, message, bad]);
}
