import type { ColumnFile } from "../blocks/segment_columns.ts";
import { statSync } from "node:fs";
import { InputError, UsyncError } from "../domain/errors.ts";
import { NdjsonLines } from "../formats/ndjson_reader.ts";
import type { Note } from "../formats/note.ts";
import { type NzbTaker, readNzb } from "../formats/nzb_reader.ts";
import { openBytes } from "../formats/open_bytes.ts";
import { readUsenetSyncPart, type UsenetSyncRange } from "../formats/usenetsync_reader.ts";
import { RoutingPacker } from "../store/routing_packer.ts";
import type { InputEnd, NzbInput, ReadFailure, ReadJob, ReadRound } from "./read_job.ts";

/** Bytes of packed files that a job gives at a time, about. */
const ROUND_BYTES = 4 * 2 ** 20;
/** Bytes of an NZB, packed or not, that does not share a round with those before it. */
const LARGE_NZB = 512 * 1024, LARGE_GZIP = 64 * 1024;
/** Notes that one input gives at most; the rest is counted. */
const MAX_NOTES = 1000;

/** Reads a job. What is wrong with an input is in its end; everything else is thrown. */
export function readJob(job: ReadJob): AsyncGenerator<ReadRound> | Generator<ReadRound> {
  const packer = new RoutingPacker(job.shards);
  switch (job.kind) {
    case "nzbs":
      return readNzbs(job.inputs, packer);
    case "ndjson":
      return readLines(job.lines, job.isStart, packer);
    case "usenetsync":
      return readDatabase(job, packer);
  }
}

/** Notes of an input as they come. */
class InputNotes {
  readonly #notes: Note[] = [];
  #moreNotes = 0;

  readonly report = (note: Note): void => {
    if (this.#notes.length < MAX_NOTES) this.#notes.push(note);
    else this.#moreNotes++;
  };

  /** Forgets what came so far. */
  clear(): void {
    this.#notes.length = this.#moreNotes = 0;
  }

  /** The end of the input. What is noted of one that is refused is not: nothing of that is stored. */
  end(input: number, segments: number, failure?: ReadFailure): InputEnd {
    if (failure) this.clear();
    return { input, segments, notes: this.#notes, moreNotes: this.#moreNotes, ...(failure && { failure }) };
  }
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

/** NZBs, one after the other. Small ones share a round; of one that is refused nothing stays in it. */
async function* readNzbs(inputs: NzbInput[], packer: RoutingPacker): AsyncGenerator<ReadRound> {
  let ends: InputEnd[] = [];
  const takeRound = (ofPart: { part?: number; isAgain?: boolean } = {}): ReadRound => {
    const round = { ...packer.take(), ...ofPart, ends };
    ends = [];
    return round;
  };
  for (let i = 0; i < inputs.length; i++) {
    if (ends.length > 0 && (packer.size >= ROUND_BYTES || isLarge(inputs[i]))) yield takeRound();
    const { path, name, gzip } = inputs[i], isAlone = ends.length === 0, reading = new NzbReading(packer);
    let failure: ReadFailure | undefined, isTooMuch = false;
    try {
      for await (const _ of readNzb(() => openBytes(path, gzip), reading, name ?? path)) {
        if (packer.size < ROUND_BYTES) continue;
        isTooMuch = !isAlone;
        if (isTooMuch) break;
        yield takeRound(reading.nextPart(i));
      }
    } catch (error) {
      failure = failureOf(error);
    }
    if (isTooMuch || failure && !reading.isParted) reading.rollBack();
    if (isTooMuch) {
      yield takeRound();
      i--; // again, alone
      continue;
    }
    ends.push(reading.end(i, failure));
    if (reading.isParted) yield takeRound(reading.nextPart(i));
  }
  yield takeRound();
}

/** Packs what is read of an NZB, behind what the packer has of others or, once it is given in parts, alone. */
class NzbReading implements NzbTaker {
  isParted = false;
  /** Takes back all of it that is packed, while it is not parted. */
  readonly rollBack: () => void;
  readonly #packer: RoutingPacker;
  readonly #notes = new InputNotes();
  #segmentsBefore: number;
  #isAgain = false;

  constructor(packer: RoutingPacker) {
    this.#packer = packer;
    this.#segmentsBefore = packer.allSegments;
    this.rollBack = packer.mark();
  }

  readonly report = this.#notes.report;

  readonly take = (file: ColumnFile): void => this.#packer.addColumns(file);

  readonly restart = (): void => {
    if (this.isParted) this.#packer.take();
    else this.rollBack();
    this.#isAgain = this.isParted;
    this.#segmentsBefore = this.#packer.allSegments;
    this.#notes.clear();
  };

  /** What is said of a round that has a part of it. */
  nextPart(part: number): { part: number; isAgain: boolean } {
    const isAgain = this.#isAgain;
    this.#isAgain = false;
    this.isParted = true;
    return { part, isAgain };
  }

  end(input: number, failure?: ReadFailure): InputEnd {
    return this.#notes.end(input, this.#packer.allSegments - this.#segmentsBefore, failure);
  }
}

function isLarge({ path, gzip }: NzbInput): boolean {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return size > (gzip ? LARGE_GZIP : LARGE_NZB);
}

/** An NZB that comes as bytes, in parts. `open` gives them, twice if need be; `name`: see `readNzb`. */
export async function* readNzbStream(
  open: () => AsyncIterable<Uint8Array>,
  shards: number,
  name: string,
): AsyncGenerator<ReadRound> {
  const packer = new RoutingPacker(shards), reading = new NzbReading(packer);
  let failure: ReadFailure | undefined;
  try {
    for await (const _ of readNzb(open, reading, name)) {
      if (packer.size >= ROUND_BYTES) yield { ...packer.take(), ...reading.nextPart(0), ends: [] };
    }
  } catch (error) {
    failure = failureOf(error);
  }
  yield { ...packer.take(), ...reading.nextPart(0), ends: [reading.end(0, failure)] };
}

/** Whole lines of NDJSON, or none for a line that is too long: one round. Each line is for itself. */
function* readLines(lines: Uint8Array, isStart: boolean, packer: RoutingPacker): Generator<ReadRound> {
  const notes = new InputNotes(), reader = new NdjsonLines(notes.report, isStart);
  for (const record of reader.read(lines.length > 0 ? lines : undefined)) packer.add(record);
  yield { ...packer.take(), ends: [{ ...notes.end(0, packer.allSegments), lines: reader.lines }] };
}

/** Files of a database, in parts. */
function* readDatabase(
  { path, range }: { path: string; range: UsenetSyncRange },
  packer: RoutingPacker,
): Generator<ReadRound> {
  const notes = new InputNotes();
  let failure: ReadFailure | undefined;
  try {
    for (const file of readUsenetSyncPart({ path, range, report: notes.report })) {
      if ("columns" in file) packer.addColumns(file);
      else packer.add(file);
      if (packer.size >= ROUND_BYTES) yield { ...packer.take(), part: 0, ends: [] };
    }
  } catch (error) {
    failure = failureOf(error);
  }
  yield { ...packer.take(), part: 0, ends: [notes.end(0, packer.allSegments, failure)] };
}
