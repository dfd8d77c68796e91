import type { PackedFiles } from "../store/routing_packer.ts";
import type { ListedNote } from "./note_list.ts";

/** An input to read: a file, whatever is in it. */
export interface InputToRead {
  path: string;
  /** Its own name, for people and for what is named after it. */
  name: string;
  /** Whether it was found in a folder, instead of named by the user: what is no input is then passed over. */
  isFound?: boolean;
}

/** Something to read and pack, for so many shards, by one thread. */
export type ReadJob =
  & { shards: number }
  & (
    /** Inputs that are each whole or not at all, packed or in archives too; others that they turn out to be are found. */
    | { kind: "inputs"; inputs: InputToRead[]; scratch: string }
    /** Whole lines of a format; `isStart`: the first ones of their input. */
    | { kind: "lines"; format: string; lines: Uint8Array<ArrayBuffer>; isStart: boolean }
    /** A part of a database. */
    | { kind: "database"; format: string; path: string; part: unknown }
  );

/** An input of lines to split, by one thread. */
export interface SplitJob {
  kind: "split";
  input: InputToRead;
  scratch: string;
}

/** Why an input cannot be read. */
export interface ReadFailure {
  message: string;
  line?: number;
  column?: number;
  hint?: string;
}

/** How reading an input of a job has ended. */
export interface InputEnd {
  /** Among the inputs of the job. */
  input: number;
  /** That of the input; of what is in an archive, with its path there behind it. */
  name: string;
  /** How many segments of it were packed. */
  segments: number;
  notes: ListedNote[];
  /** Notes beyond those and what they stand for, and how many of these are bad. */
  moreNotes: number;
  moreBad: number;
  /** Why it is refused; what was given of it is not to be kept. */
  failure?: ReadFailure;
  /** What it is for the report, unless it was read or refused: no input by its name, an archive, or something that was found. */
  isNone?: "passed over" | "archive" | "found";
  /** Whether it is in an archive: more ends of the same input follow. */
  isEntry?: boolean;
  /** Lines that were read. */
  lines?: number;
}

/** An input that another job reads: a database, or lines. */
export interface FoundInput {
  path: string;
  name: string;
  /** The name of its format. */
  format: string;
  /** Whether the file was made for it: whoever reads it removes it. */
  isTemporary: boolean;
}

/** What a job gives at a time: files of inputs that are good to their end, unless `part` is there. */
export interface ReadRound extends PackedFiles {
  /** The input that all the files are of, when it is given in parts: they count when it has ended well. */
  part?: number;
  /** What was given of that input before is not to be kept: it is read again. */
  isAgain?: boolean;
  /** The inputs that have ended. */
  ends: InputEnd[];
  found?: FoundInput;
}

/** What splitting gives at a time. */
export interface SplitRound {
  /** Whole lines as UTF-8; empty for a line that is too long. */
  lines?: Uint8Array<ArrayBuffer>;
  /** The name of the format; undefined where the input is none of lines. */
  format?: string;
  /** Why it cannot be read to its end. */
  failure?: ReadFailure;
}
