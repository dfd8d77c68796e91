import { LineSplitter } from "../formats/line_splitter.ts";
import { openBytes } from "../formats/open_bytes.ts";
import type { Input } from "./find_inputs.ts";
import { failureOf } from "./job_reader.ts";
import type { ReadFailure } from "./read_job.ts";

/** Bytes of lines that are read as one job, about. */
const PIECE = 2 * 2 ** 20;

/** An input of NDJSON, as pieces of whole lines. */
export class LineSource {
  readonly input: Input;
  /** Lines and files that were read of it by who took the pieces. */
  lines = 0;
  files = 0;
  /** Why it could not be read to its end. */
  failure: ReadFailure | undefined;
  readonly #stdin: ReadableStream<Uint8Array>;
  #hasBegun = false;

  constructor(input: Input, stdin: ReadableStream<Uint8Array>) {
    this.input = input;
    this.#stdin = stdin;
  }

  get path(): string {
    return this.input.path;
  }

  /** Whether the piece that was given last is the first one; asked once for each. */
  isStart(): boolean {
    const isStart = !this.#hasBegun;
    this.#hasBegun = true;
    return isStart;
  }

  /** Counts what was read of a piece. */
  read(files: number, lines: number): void {
    this.files += files;
    this.lines += lines;
  }

  /**
   * Pieces of whole lines, each in a buffer of its own; an empty one stands for a line that is too long. When the bytes end in
   * an error, the lines that are complete come first.
   */
  async *pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { path, format: { gzip } } = this.input, splitter = new LineSplitter(), piece = new Piece();
    try {
      for await (const bytes of openBytes(path === "-" ? this.#stdin : path, gzip)) {
        yield* piece.add(splitter.split(bytes));
        if (piece.size >= PIECE) yield piece.take();
      }
      yield* piece.add(splitter.end());
    } catch (error) {
      this.failure = failureOf(error);
    }
    if (piece.size > 0) yield piece.take();
  }
}

/** Lines that become one piece. */
class Piece {
  size = 0;
  #lines: Uint8Array[] = [];

  /** Adds lines; gives what must come alone: those before a line that is too long, and an empty piece for that. */
  *add(batches: Iterable<Uint8Array | undefined>): Generator<Uint8Array<ArrayBuffer>> {
    for (const lines of batches) {
      if (lines === undefined) {
        if (this.size > 0) yield this.take();
        yield new Uint8Array(0);
      } else {
        this.#lines.push(lines);
        this.size += lines.length;
      }
    }
  }

  take(): Uint8Array<ArrayBuffer> {
    const piece = new Uint8Array(this.size);
    let at = 0;
    for (const lines of this.#lines) {
      piece.set(lines, at);
      at += lines.length;
    }
    this.#lines = [];
    this.size = 0;
    return piece;
  }
}
