import type { UsyncError } from "../domain/errors.ts";
import { noCounts } from "../store/put_counts.ts";
import type { PutCounts } from "../store/store.ts";
import { failureOf } from "./input_notes.ts";
import { countOf, type ListedNote, NoteList } from "./note_list.ts";
import type { InputEnd, ReadFailure } from "./read_job.ts";

/** Something of an input that was not stored (`bad`) or is worth telling. */
export interface InputNote extends ListedNote {
  path: string;
  /** What the user can do about it. */
  hint?: string;
}

/** What an import did. */
export interface ImportReport extends PutCounts {
  /** Inputs that were not refused. */
  inputs: number;
  /** Inputs of which nothing was stored. */
  refused: number;
  /** The id of a file that was stored, or there already: one of the first that were read. Null where there is none. */
  first_file: string | null;
  /** What was not stored, and what is worth telling; of too many, the former, and some of every input. */
  notes: InputNote[];
  /** Notes beyond those listed, `more` of each included. */
  more_notes: number;
  /** Notes of what was not stored, listed or not. */
  bad_notes: number;
  /** Files of folders and archives that are no inputs, and the names of the first. */
  passed_over: { files: number; names: string[] };
}

/** Notes that a report lists. */
const MAX_NOTES = 1000;
/** Names of files that were passed over. */
const MAX_NAMES = 100;

/** Gathers what an import did. */
export class ReportBuilder {
  readonly #notes = new NoteList<InputNote>(MAX_NOTES);
  readonly #report: ImportReport = {
    ...{ inputs: 0, refused: 0, ...noCounts(), first_file: null },
    ...{ notes: this.#notes.notes, more_notes: 0, bad_notes: 0 },
    passed_over: { files: 0, names: [] },
  };
  /** Notes, also those that are not listed. */
  #allNotes = 0;
  readonly #onInput: (name: string, isStored: boolean) => void;

  /** `onInput`: told of each input that was stored, and of each that was not. */
  constructor(onInput: (name: string, isStored: boolean) => void = () => {}) {
    this.#onInput = onInput;
  }

  get report(): ImportReport {
    return this.#report;
  }

  note(note: InputNote): void {
    this.#notes.add(note);
    this.#count(countOf(note), note.bad ? countOf(note) : 0);
  }

  /** A file is on its way into the store. */
  storing(fileId: string | null): void {
    this.report.first_file ??= fileId;
  }

  #count(notes: number, bad: number): void {
    this.#allNotes += notes;
    this.#report.bad_notes += bad;
    this.#report.more_notes = this.#allNotes - this.#report.notes.length;
  }

  /** An input was not stored. */
  refuse(path: string, failure: ReadFailure | UsyncError): void {
    this.report.refused++;
    this.#onInput(path, false);
    this.note({ path, ...(failure instanceof Error ? failureOf(failure) : failure), bad: true });
  }

  /** An input was stored, or what is good of it. */
  store(path: string): void {
    this.report.inputs++;
    this.#onInput(path, true);
  }

  passOver(path: string): void {
    const { passed_over } = this.report;
    passed_over.files++;
    if (passed_over.names.length < MAX_NAMES) passed_over.names.push(path);
  }

  /** Takes the end of an input, or of a part of it. `linesBefore`: lines of it that were read before. */
  addNotes({ notes, moreNotes, moreBad }: InputEnd, path: string, linesBefore = 0): void {
    for (const note of notes) {
      this.note({ path, ...note, ...(note.line !== undefined && { line: note.line + linesBefore }) });
    }
    this.#count(moreNotes, moreBad);
  }

  /** Takes the end of a whole input. */
  end(end: InputEnd): void {
    this.addNotes(end, end.name);
    if (end.failure) this.refuse(end.name, end.failure);
    else if (end.isNone === "passed over") this.passOver(end.name);
    else if (!end.isNone) this.store(end.name);
  }
}
