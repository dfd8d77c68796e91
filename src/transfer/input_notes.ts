import { InputError, UsyncError } from "../domain/errors.ts";
import type { Note } from "../formats/note.ts";
import { type ListedNote, NoteList } from "./note_list.ts";
import type { InputEnd, ReadFailure } from "./read_job.ts";

/** Notes that one input gives at most; the rest is counted. */
const MAX_NOTES = 1000;

/** Notes of an input as they come. */
export class InputNotes {
  readonly #list = new NoteList<ListedNote>(MAX_NOTES);

  readonly report = (note: Note): void => this.#list.add(note);

  /** Forgets what came so far. */
  clear(): void {
    this.#list.clear();
  }

  /** The end of the input. What is noted of one that is refused is not: nothing of that is stored. */
  end(input: number, name: string, segments: number, failure?: ReadFailure): InputEnd {
    if (failure) this.clear();
    const { notes, dropped, droppedBad } = this.#list;
    return {
      ...{ input, name, segments, notes, moreNotes: dropped, moreBad: droppedBad },
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
