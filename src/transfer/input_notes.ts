import { InputError, UsyncError } from "../domain/errors.ts";
import type { Note } from "../formats/note.ts";
import type { InputEnd, ReadFailure } from "./read_job.ts";

/** Notes that one input gives at most; the rest is counted. */
const MAX_NOTES = 1000;

/** Notes of an input as they come. */
export class InputNotes {
  readonly #notes: Note[] = [];
  #moreNotes = 0;
  #moreBad = 0;

  readonly report = (note: Note): void => {
    if (this.#notes.length < MAX_NOTES) this.#notes.push(note);
    else {
      this.#moreNotes++;
      if (note.bad) this.#moreBad++;
    }
  };

  /** Forgets what came so far. */
  clear(): void {
    this.#notes.length = this.#moreNotes = this.#moreBad = 0;
  }

  /** The end of the input. What is noted of one that is refused is not: nothing of that is stored. */
  end(input: number, name: string, segments: number, failure?: ReadFailure): InputEnd {
    if (failure) this.clear();
    return {
      ...{ input, name, segments, notes: this.#notes, moreNotes: this.#moreNotes, moreBad: this.#moreBad },
      ...(failure && { failure }),
    };
  }
}

/** The end of something that no file was read of. */
export function emptyEnd(
  input: number,
  name: string,
  rest: Pick<InputEnd, "failure" | "isNone" | "isEntry">,
): InputEnd {
  return { input, name, segments: 0, notes: [], moreNotes: 0, moreBad: 0, ...rest };
}

/** The failure that an error of an input is; throws all other errors. */
export function failureOf(error: unknown): ReadFailure {
  if (!(error instanceof UsyncError)) throw error;
  const { message, hint } = error, { line, column } = error instanceof InputError ? error : {};
  return {
    message,
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    ...(hint !== undefined && { hint }),
  };
}
