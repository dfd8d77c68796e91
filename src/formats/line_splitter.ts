import { Buffer } from "node:buffer";

const NEWLINE = 0x0a;
/** The most bytes of a line: JavaScript's strings end a little above. */
const LONGEST = 512_000_000;

/** Cuts bytes into batches of whole lines. */
export class LineSplitter {
  /** The beginning of a line whose end has not come. */
  #rest: Uint8Array[] = [];
  #restLength = 0;
  #tooLong = false;

  /** The lines that a piece completes, as one batch; undefined stands for a line of more than 512 MB, which is dropped. */
  *split(piece: Uint8Array): Generator<Uint8Array | undefined> {
    let start = 0;
    if (this.#restLength > 0) {
      const newline = piece.indexOf(NEWLINE);
      if (newline < 0) {
        this.#keep(piece);
        return;
      }
      start = newline + 1;
      this.#keep(piece.subarray(0, start));
      yield this.#take();
    }
    const end = piece.lastIndexOf(NEWLINE) + 1;
    if (end > start) yield piece.subarray(start, end);
    if (end > start ? end < piece.length : start < piece.length) this.#keep(piece.subarray(Math.max(start, end)));
  }

  /** The last line, where no line end follows it. */
  *end(): Generator<Uint8Array | undefined> {
    if (this.#restLength > 0) yield this.#take();
  }

  #keep(bytes: Uint8Array): void {
    this.#restLength += bytes.length;
    if (this.#restLength > LONGEST) {
      this.#tooLong = true;
      this.#rest = [];
    } else this.#rest.push(bytes);
  }

  #take(): Uint8Array | undefined {
    const line = this.#tooLong ? undefined : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restLength = 0;
    this.#tooLong = false;
    return line;
  }
}
