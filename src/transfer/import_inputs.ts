import { UsyncError } from "../domain/errors.ts";
import type { FileRecord } from "../domain/records.ts";
import { readNdjson } from "../formats/ndjson_reader.ts";
import type { Note } from "../formats/note.ts";
import { readNzb } from "../formats/nzb_reader.ts";
import { openBytes } from "../formats/open_bytes.ts";
import { readUsenetSync } from "../formats/usenetsync_reader.ts";
import type { BulkLoad, OnProgress, PutCounts } from "../store/store.ts";
import type { Input } from "./find_inputs.ts";

/** Something of an input that was not stored (`bad`) or is worth telling. */
export interface InputNote extends Note {
  path: string;
  /** What the user can do about it. */
  hint?: string;
}

/** What an import did. */
export interface ImportReport extends PutCounts {
  /** Inputs that were not refused. */
  inputs: number;
  notes: InputNote[];
  /** Notes beyond those listed. */
  more_notes: number;
}

/** Notes that a report lists; an input with a million bad lines must not fill the memory. */
const MOST_NOTES = 1000;

/** Reads inputs one after the other into a load. Bad ones are noted and do not stop the rest. */
export class InputImport {
  readonly report: ImportReport = {
    ...{ inputs: 0, added: 0, replaced: 0, unchanged: 0, segments: 0 },
    notes: [],
    more_notes: 0,
  };
  #load: BulkLoad;
  #scratch: string;

  /** `scratch`: the folder for copies of databases that cannot be read in their place. */
  constructor(load: BulkLoad, scratch: string) {
    this.#load = load;
    this.#scratch = scratch;
  }

  /** Whether anything was not stored. */
  get hasBad(): boolean {
    return this.report.notes.some(({ bad }) => bad);
  }

  note(note: InputNote): void {
    const { notes } = this.report;
    if (notes.length < MOST_NOTES) notes.push(note);
    else this.report.more_notes++;
    if (note.bad && notes.length === MOST_NOTES && !this.hasBad) notes[MOST_NOTES - 1] = note;
  }

  /** Notes that an input was not stored. */
  refuse(path: string, error: UsyncError): void {
    const { message, hint } = error;
    this.note({ path, ...placeOf(error), message, ...(hint !== undefined && { hint }), bad: true });
  }

  /**
   * Reads one input. An NZB or a database is stored as a whole or not at all; of NDJSON, every line is for itself. Errors of
   * the store are thrown, those of the input are noted.
   */
  async read(input: Input, stdin: ReadableStream<Uint8Array>, onProgress?: OnProgress): Promise<void> {
    const { path, format } = input, allOrNothing = format.kind !== "ndjson";
    let broken: UsyncError | undefined;
    const source = recordsOf(input, stdin, this.#scratch, (note) => this.note({ path, ...note }));
    const guarded = async function* () {
      try {
        yield* source;
      } catch (error) {
        if (!(error instanceof UsyncError)) throw error;
        broken = error;
        if (allOrNothing) throw error;
      }
    };
    try {
      const counts = await this.#load.put(guarded(), { allOrNothing, onProgress });
      for (const key of ["added", "replaced", "unchanged", "segments"] as const) this.report[key] += counts[key];
      if (!broken || counts.added + counts.replaced + counts.unchanged > 0) this.report.inputs++;
    } catch (error) {
      if (error !== broken) throw error;
    }
    if (broken) this.refuse(path, broken);
  }
}

function placeOf(error: UsyncError): { line?: number; column?: number } {
  const { line, column } = error as { line?: number; column?: number };
  return { ...(line !== undefined && { line }), ...(column !== undefined && { column }) };
}

function recordsOf(
  { path, format }: Input,
  stdin: ReadableStream<Uint8Array>,
  scratch: string,
  report: (note: Note) => void,
): Iterable<FileRecord> | AsyncIterable<FileRecord> {
  if (format.kind === "usenetsync") return readUsenetSync(path, report, scratch);
  const bytes = openBytes(path === "-" ? stdin : path, format.gzip);
  return format.kind === "nzb" ? readNzb(bytes, report) : readNdjson(bytes, report);
}
