import type { Note } from "../formats/note.ts";
import type { UsenetSyncRange } from "../formats/usenetsync_reader.ts";
import type { PackedFiles } from "../store/routing_packer.ts";

/** An NZB to read: a file, gzip or not. */
export interface NzbInput {
  path: string;
  /** Its own name, where that is not the path's. */
  name?: string;
  gzip: boolean;
}

/** Something to read and pack, for so many shards, by one thread. */
export type ReadJob =
  & { shards: number }
  & (
    /** NZBs, each whole or not at all. */
    | { kind: "nzbs"; inputs: NzbInput[] }
    /** Whole lines of NDJSON; `isStart`: the first ones of their input. */
    | { kind: "ndjson"; lines: Uint8Array<ArrayBuffer>; isStart: boolean }
    /** Some files of a UsenetSync database. */
    | { kind: "usenetsync"; path: string; range: UsenetSyncRange }
  );

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
  /** How many segments of it were packed. */
  segments: number;
  notes: Note[];
  /** Notes beyond those. */
  moreNotes: number;
  /** Why it is refused; what was given of it is not to be kept. */
  failure?: ReadFailure;
  /** Lines of NDJSON that were read. */
  lines?: number;
}

/** What a job gives at a time: files of inputs that are good to their end, unless `part` is there. */
export interface ReadRound extends PackedFiles {
  /** The input that all the files are of, when it is given in parts: they count when it has ended well. */
  part?: number;
  /** What was given of that input before is not to be kept: it is read again. */
  isAgain?: boolean;
  /** The inputs that have ended. */
  ends: InputEnd[];
}
