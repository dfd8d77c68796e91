import { Buffer } from "node:buffer";

/** Stands for what is no character: no UTF-8 has this byte, so that the line it is in is refused, and no other. */
const NO_CHARACTER = Buffer.of(0xff);

/** Makes UTF-8 of UTF-16 that comes in pieces; the byte order mark stays. */
export class Utf16Lines {
  readonly #isBigEndian: boolean;

  constructor(encoding: "utf-16le" | "utf-16be") {
    this.#isBigEndian = encoding === "utf-16be";
  }

  async *utf8(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let rest = Buffer.alloc(0);
    for await (const piece of pieces) {
      const bytes = Buffer.concat([rest, piece]), length = this.#wholeLength(bytes);
      rest = bytes.subarray(length);
      if (length > 0) yield this.#encode(bytes.subarray(0, length));
    }
    if (rest.length > 1) yield this.#encode(rest.subarray(0, 2)); // half of a pair
    if (rest.length % 2 === 1) yield NO_CHARACTER;
  }

  /** Bytes of whole characters. */
  #wholeLength(bytes: Buffer): number {
    const length = bytes.length - bytes.length % 2;
    if (length === 0) return 0;
    const high = bytes[length - (this.#isBigEndian ? 2 : 1)];
    return high >= 0xd8 && high <= 0xdb ? length - 2 : length;
  }

  #encode(bytes: Buffer): Uint8Array {
    const text = (this.#isBigEndian ? bytes.swap16() : bytes).toString("utf16le"); // `bytes` is a copy
    if (text.isWellFormed()) return Buffer.from(text);
    const parts = text.split(/\p{Surrogate}/u).map((part) => Buffer.from(part));
    return Buffer.concat(parts.flatMap((part, i) => i === 0 ? [part] : [NO_CHARACTER, part]));
  }
}
