import { LineSplitter } from "../formats/line_splitter.ts";
import { Utf16Lines } from "../formats/utf16_lines.ts";
import { textStart } from "../formats/text_start.ts";
import { failureOf } from "./input_notes.ts";
import type { SplitJob, SplitRound } from "./read_job.ts";
import { walkInput } from "./walk_input.ts";

/** Bytes of lines that are read as one job, about. */
const PIECE = 2 * 2 ** 20;

/**
 * Whole lines as UTF-8, in pieces, each in a buffer of its own; an empty one stands for a line that is too long. `start`: the
 * first bytes. When the bytes end in an error, the lines that are complete come first.
 */
export async function* splitLines(start: Uint8Array, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<SplitRound> {
  const splitter = new LineSplitter(), piece = new Piece(), { encoding } = textStart(start);
  let failure: SplitRound["failure"];
  try {
    for await (const some of encoding === "utf-8" ? bytes : new Utf16Lines(encoding).utf8(bytes)) {
      yield* piece.add(splitter.split(some));
      if (piece.size >= PIECE) yield piece.take();
    }
    yield* piece.add(splitter.end());
  } catch (error) {
    failure = failureOf(error);
  }
  if (piece.size > 0) yield piece.take();
  if (failure) yield { failure };
}

/** Splits an input that may be packed. Where it is none of lines, the first round says so by having nothing. */
export async function* splitInput({ input, scratch }: SplitJob): AsyncGenerator<SplitRound> {
  for await (const met of walkInput(input, scratch)) {
    if (met.is === "none" && met.why && !met.isEntry) yield met.isPassedOver ? {} : { failure: failureOf(met.why) };
    else if (met.is !== "input" || met.isEntry || met.format.reading !== "lines") yield {};
    else {
      yield { format: met.format.name };
      yield* splitLines(met.source.start, met.source.open());
    }
    return; // an archive is read by another job
  }
}

/** Lines that become one piece. */
class Piece {
  size = 0;
  #lines: Uint8Array[] = [];

  /** Adds lines; gives what must come alone: those before a line that is too long, and an empty piece for that. */
  *add(batches: Iterable<Uint8Array | undefined>): Generator<SplitRound> {
    for (const lines of batches) {
      if (lines === undefined) {
        if (this.size > 0) yield this.take();
        yield { lines: new Uint8Array(0) };
      } else {
        this.#lines.push(lines);
        this.size += lines.length;
      }
    }
  }

  take(): SplitRound {
    const piece = new Uint8Array(this.size);
    let at = 0;
    for (const lines of this.#lines) {
      piece.set(lines, at);
      at += lines.length;
    }
    this.#lines = [];
    this.size = 0;
    return { lines: piece };
  }
}
