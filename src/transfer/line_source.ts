import type { Input } from "./find_inputs.ts";
import type { ReadFailure, SplitRound } from "./read_job.ts";

/** An input of lines, as pieces of whole lines. */
export class LineSource {
  readonly input: Input;
  /** The name of its format, once the first piece has come. */
  format = "";
  /** Lines and files that were read of it by who took the pieces. */
  lines = 0;
  files = 0;
  /** Why it could not be read to its end. */
  failure: ReadFailure | undefined;
  /** Whether it turned out to be something else. */
  isOther = false;
  readonly #rounds: () => AsyncIterable<SplitRound>;
  #hasBegun = false;

  /** `rounds`: what splitting it gives. */
  constructor(input: Input, rounds: () => AsyncIterable<SplitRound>) {
    this.input = input;
    this.#rounds = rounds;
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

  /** Pieces of whole lines; an empty one stands for a line that is too long. */
  async *pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for await (const { format, lines, failure } of this.#rounds()) {
      if (format) this.format = format;
      if (failure) this.failure = failure;
      if (lines) yield lines;
    }
    this.isOther = !this.format && !this.failure;
  }
}
