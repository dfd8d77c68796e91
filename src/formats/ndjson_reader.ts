import type { ColumnFile } from "../blocks/segment_columns.ts";
import { checkRecord } from "../domain/check_record.ts";
import { InputError, messageOf } from "../domain/errors.ts";
import type { FileRecord } from "../domain/records.ts";
import { LineSplitter } from "./line_splitter.ts";
import { NdjsonScanner } from "./ndjson_scanner.ts";
import type { Note } from "./note.ts";
import { Utf8Decoder } from "./utf8_decoder.ts";

/**
 * The files of NDJSON, one a line. A line that is no JSON or no record is noted as bad and left out, the others are
 * read. Empty lines, CRLF, a byte order mark and a missing last line end are fine. A line may have 512 MB.
 *
 * When the bytes end in an error (a gzip that is cut off), the lines that are complete come first.
 */
export async function* readNdjson(
  bytes: AsyncIterable<Uint8Array>,
  report: (note: Note) => void,
): AsyncGenerator<FileRecord> {
  const lines = new LineSplitter();
  const reader = new NdjsonLines(report);
  for await (const piece of bytes) {
    for (const batch of lines.split(piece)) yield* reader.read(batch);
  }
  for (const batch of lines.end()) yield* reader.read(batch);
}

/** Reads batches of whole lines, counting them. */
export class NdjsonLines {
  readonly #report: (note: Note) => void;
  readonly #isStart: boolean;
  #decoder = new Utf8Decoder();
  #scanner = new NdjsonScanner();
  #line = 0;

  /** `isStart`: whether the first line is that of the input. */
  constructor(report: (note: Note) => void, isStart = true) {
    this.#report = report;
    this.#isStart = isStart;
  }

  /** How many lines were read. */
  get lines(): number {
    return this.#line;
  }

  /** The records of whole lines; undefined stands for a line that was too long to be held. */
  *read(batch: Uint8Array | undefined): Generator<FileRecord> {
    if (batch === undefined) {
      this.#refuse(++this.#line, new InputError("longer than 512 MB"));
      return;
    }
    const text = this.#decode(batch);
    if (text === undefined) yield* this.#readSingly(batch);
    else yield* this.#readText(text);
  }

  /** The files of whole lines as `read` gives them, in columns where the scanner knows them. */
  *readFiles(batch: Uint8Array | undefined): Generator<FileRecord | ColumnFile> {
    if (batch === undefined) return yield* this.read(batch);
    for (let start = 0; start < batch.length;) {
      const newline = batch.indexOf(0x0a, start), end = newline < 0 ? batch.length : newline;
      const file = this.#scanner.read(batch, start, end);
      if (file === undefined) yield* this.read(batch.subarray(start, end + 1));
      else {
        this.#line++;
        yield file;
      }
      start = end + 1;
    }
  }

  *#readText(text: string): Generator<FileRecord> {
    for (let start = 0; start < text.length;) {
      const newline = text.indexOf("\n", start);
      const end = newline < 0 ? text.length : newline;
      const record = this.#readLine(text.slice(start, end), ++this.#line);
      if (record !== undefined) yield record;
      start = end + 1;
    }
  }

  /** Reads a batch that is not all UTF-8 line by line, so that only the bad lines are refused. */
  *#readSingly(batch: Uint8Array): Generator<FileRecord> {
    for (let start = 0; start < batch.length;) {
      const newline = batch.indexOf(0x0a, start);
      const end = newline < 0 ? batch.length : newline;
      const text = this.#decode(batch.subarray(start, end));
      if (text === undefined) this.#refuse(++this.#line, new InputError("not valid UTF-8"));
      else {
        const record = this.#readLine(text, ++this.#line);
        if (record !== undefined) yield record;
      }
      start = end + 1;
    }
  }

  #decode(bytes: Uint8Array): string | undefined {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      return undefined;
    }
  }

  #readLine(text: string, line: number): FileRecord | undefined {
    const start = this.#isStart && line === 1 && text.startsWith("\ufeff") ? 1 : 0;
    if (text.length - start <= 1 && text.slice(start).trim() === "") return undefined;
    try {
      return checkRecord(JSON.parse(start === 0 ? text : text.slice(start)));
    } catch (error) {
      if (text.trim() === "") return undefined;
      this.#refuse(line, error);
    }
  }

  #refuse(line: number, error: unknown): void {
    if (error instanceof SyntaxError) this.#report({ line, ...placed(error.message), bad: true });
    else if (error instanceof InputError) this.#report({ line, message: messageOf(error), bad: true });
    else throw error;
  }
}

/** V8's message about JSON, with the column that it may name. */
function placed(message: string): { column?: number; message: string } {
  const place = / (?:in JSON )?at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message);
  if (place === null) return { message: `not JSON: ${message}` };
  return { column: Number(place[1]) + 1, message: `not JSON: ${message.slice(0, place.index)}` };
}
