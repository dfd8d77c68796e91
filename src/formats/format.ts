import type { ColumnFile } from "../blocks/segment_columns.ts";
import type { FileRecord } from "../domain/records.ts";
import type { NzbHead } from "./nzb_head.ts";
import type { NzbLoss } from "./nzb_writer.ts";
import type { Note } from "./note.ts";
import type { TextStart } from "./text_start.ts";

/** What every format has. */
interface Named {
  /** As messages name it: "NZB". */
  readonly name: string;
  /** Usual ones, in lower case, with the dot. They only say what to expect of a file. */
  readonly endings: readonly string[];
  /** There where files are exported in it. */
  readonly output?: OutputFormat;
}

/** How files are exported. */
export interface OutputFormat {
  /** As `--format` and the service name it: an ending without its dot. */
  readonly id: string;
  /** As HTTP names it. */
  readonly mediaType: string;
  /** Files as texts. `head`: what all have in common, for a format that has a head; `listener`: told what becomes of each. */
  write(files: AsyncIterable<FileRecord>, head: NzbHead | null, listener: OutputListener): AsyncGenerator<string>;
}

/** Who follows an export. */
export interface OutputListener {
  /** A file was written, with so many of its segments. */
  written: (segments: number) => void;
  /** The format cannot hold something of a file, or not as it is; so many of its segments were left out. */
  lost: (loss: NzbLoss, file: FileRecord, segments: number) => void;
}

/** Tells of every file that it was written whole: for writers that lose nothing. */
export async function* writtenWhole(
  files: AsyncIterable<FileRecord>,
  { written }: OutputListener,
): AsyncGenerator<FileRecord> {
  for await (const file of files) {
    written(file.segments.length);
    yield file;
  }
}

/** What every format of inputs has. */
interface Described extends Named {
  /**
   * Whether an input that begins so is of this format. `start`: its first bytes, some hundred where there are as many;
   * `text`: how they begin as text.
   */
  begins(start: Uint8Array, text: TextStart): boolean;
}

/** Who takes what a stream holds. */
export interface StreamTaker {
  /** Given every file; its columns are used again for the next. */
  take: (file: ColumnFile) => void;
  report: (note: Note) => void;
  /** All that was given is to be forgotten: the stream is read again from its beginning. */
  restart: () => void;
}

/** A format that is read from its first byte to its last, and stored as a whole or not at all. */
export interface StreamFormat extends Described {
  readonly reading: "stream";
  /**
   * Reads an input, stopping after each piece of it. `open` gives its bytes, also a second time; `name` is that of the input.
   * @throws {InputError} when this is no good input: nothing of it is to be kept
   */
  read(open: () => AsyncIterable<Uint8Array>, taker: StreamTaker, name: string): AsyncGenerator<void>;
}

/** What reads whole lines. */
export interface LineReader {
  /** Lines that were read. */
  readonly lines: number;
  /** The files of whole lines, columns used again for the next; undefined stands for a line that was too long to be held. */
  readFiles(lines: Uint8Array | undefined): Generator<FileRecord | ColumnFile>;
}

/** A format of lines of UTF-8, each of which is stored for itself. */
export interface LineFormat extends Described {
  readonly reading: "lines";
  /** `isStart`: whether the first line is that of the input. */
  open(options: { report: (note: Note) => void; isStart: boolean }): LineReader;
}

/** What keeps a database as it is while threads read it. */
export interface DatabaseSource {
  /** What threads read: it is whole in this file. */
  readonly path: string;
  close(): void;
}

/** A database that is read where it lies, by several threads, and stored as a whole or not at all. */
export interface DatabaseFormat extends Described {
  readonly reading: "database";
  /** `scratch`: a folder for a copy, where one is needed. @throws {UsyncError} when it cannot be read */
  open(path: string, scratch: string): DatabaseSource;
  /** Up to `parts` parts that are read side by side; each can be sent to a thread. */
  divide(source: DatabaseSource, parts: number): unknown[];
  /** Reads a part, in a thread. `path`: that of the source. @throws {InputError} when this is no good database */
  readPart(options: { path: string; part: unknown; report: (note: Note) => void }): Generator<FileRecord | ColumnFile>;
  /** All parts were read. @throws {InputError} when the database is not what it was when it was opened */
  finish(source: DatabaseSource, report: (note: Note) => void): void;
}

/** A format of inputs. */
export type InputFormat = StreamFormat | LineFormat | DatabaseFormat;

/** A format that is only written. */
export interface WrittenFormat extends Named {
  readonly reading: null;
  readonly output: OutputFormat;
}

/** A format. Adding one: a file that describes it, and a line in `FORMATS`. */
export type Format = InputFormat | WrittenFormat;
