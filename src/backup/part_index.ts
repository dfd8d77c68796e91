import type { Halves } from "../store/placement.ts";

const ENTRY = 5;

/** A line of a part: the file by the hash that places it, its digest as the store had it, and how many segments it has. */
export interface IndexedLine {
  hash: Halves;
  digest: Halves;
  segments: number;
}

/** The lines of a part in short: five numbers of 32 bits a line, the least byte first. */
export class PartIndex {
  readonly #numbers: Uint32Array<ArrayBuffer>;

  private constructor(numbers: Uint32Array<ArrayBuffer>) {
    this.#numbers = numbers;
  }

  static of(lines: IndexedLine[]): PartIndex {
    const numbers = new Uint32Array(lines.length * ENTRY);
    lines.forEach(({ hash, digest, segments }, i) =>
      numbers.set([hash.high, hash.low, digest.high, digest.low, segments], i * ENTRY)
    );
    return new PartIndex(numbers);
  }

  /** Reads what `bytes` gives. Throws a `RangeError` when it is of another number of lines. */
  static from(bytes: Uint8Array, lines: number): PartIndex {
    if (bytes.length !== lines * ENTRY * 4) throw new RangeError(`it has ${bytes.length} bytes for ${lines} lines`);
    return new PartIndex(new Uint32Array(bytes.slice().buffer));
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#numbers.buffer);
  }

  get lines(): number {
    return this.#numbers.length / ENTRY;
  }

  /** Of a line, which counts from 1. */
  line(number: number): IndexedLine {
    const [hashHigh, hashLow, digestHigh, digestLow, segments] = this.#numbers.subarray(
      (number - 1) * ENTRY,
      number * ENTRY,
    );
    return { hash: { high: hashHigh, low: hashLow }, digest: { high: digestHigh, low: digestLow }, segments };
  }
}
