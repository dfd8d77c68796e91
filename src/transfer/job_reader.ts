import { statSync } from "node:fs";
import { InputError, UsyncError } from "../domain/errors.ts";
import { NdjsonLines } from "../formats/ndjson_reader.ts";
import type { Note } from "../formats/note.ts";
import { NzbReader } from "../formats/nzb_reader.ts";
import { openBytes } from "../formats/open_bytes.ts";
import { readUsenetSyncPart, type UsenetSyncRange } from "../formats/usenetsync_reader.ts";
import { RoutingPacker } from "../store/routing_packer.ts";
import type { InputEnd, NzbInput, ReadFailure, ReadJob, ReadRound } from "./read_job.ts";

/** Bytes of packed files that a job gives at a time, about. */
const ROUND_BYTES = 4 * 2 ** 20;
/** Bytes of an NZB that are read at once. */
const PIECE = 256 * 1024;
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

  end(input: number, segments: number, failure?: ReadFailure): InputEnd {
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
  const takeRound = (part?: number): ReadRound => {
    const round = { ...packer.take(), ...(part !== undefined && { part }), ends };
    ends = [];
    return round;
  };
  for (let i = 0; i < inputs.length; i++) {
    if (ends.length > 0 && (packer.size >= ROUND_BYTES || isLarge(inputs[i]))) yield takeRound();
    const rollBack = packer.mark(), isAlone = ends.length === 0, before = packer.allSegments, notes = new InputNotes();
    let failure: ReadFailure | undefined, isParted = false, isTooMuch = false;
    try {
      const { path, gzip } = inputs[i];
      for await (const _ of packNzb(openBytes(path, gzip), packer, notes)) {
        if (packer.size < ROUND_BYTES) continue;
        isTooMuch = !isAlone;
        if (isTooMuch) break;
        isParted = true;
        yield takeRound(i);
      }
    } catch (error) {
      failure = failureOf(error);
    }
    if (isTooMuch || failure && !isParted) rollBack();
    if (isTooMuch) {
      yield takeRound();
      i--; // again, alone
      continue;
    }
    ends.push(notes.end(i, packer.allSegments - before, failure));
    if (isParted) yield takeRound(i);
  }
  yield takeRound();
}

function isLarge({ path, gzip }: NzbInput): boolean {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return size > (gzip ? LARGE_GZIP : LARGE_NZB);
}

/** Packs the files of an NZB piece by piece; stops between. */
async function* packNzb(
  bytes: AsyncIterable<Uint8Array>,
  packer: RoutingPacker,
  { report }: InputNotes,
): AsyncGenerator<void> {
  const reader = new NzbReader((file) => packer.addColumns(file), report);
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length; at += PIECE) {
      reader.read(piece.subarray(at, at + PIECE));
      yield;
    }
  }
  reader.end();
}

/** An NZB that comes as bytes, in parts. */
export async function* readNzbStream(bytes: AsyncIterable<Uint8Array>, shards: number): AsyncGenerator<ReadRound> {
  const packer = new RoutingPacker(shards), notes = new InputNotes();
  let failure: ReadFailure | undefined;
  try {
    for await (const _ of packNzb(bytes, packer, notes)) {
      if (packer.size >= ROUND_BYTES) yield { ...packer.take(), part: 0, ends: [] };
    }
  } catch (error) {
    failure = failureOf(error);
  }
  yield { ...packer.take(), part: 0, ends: [notes.end(0, packer.allSegments, failure)] };
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
