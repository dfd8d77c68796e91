import type { Readable } from "node:stream";
import type postgres from "postgres";
import { ByteWriter } from "../blocks/bytes.ts";

const SIGNATURE = new Uint8Array([80, 71, 67, 79, 80, 89, 10, 255, 13, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const encoder = new TextEncoder(), decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Rows in the binary format of COPY; see "Binary Format" in PostgreSQL's documentation of COPY. */
export class CopyRows {
  #out = new ByteWriter(1 << 20);

  constructor() {
    this.#out.raw(SIGNATURE, SIGNATURE.length);
  }

  /** Begins a row of so many columns. */
  row(columns: number): this {
    this.#out.u8(columns >> 8);
    this.#out.u8(columns & 255);
    return this;
  }

  text(value: string | null): this {
    return value === null ? this.#int(-1) : this.bytes(encoder.encode(value));
  }

  bytes(value: Uint8Array): this {
    this.#int(value.length);
    this.#out.raw(value, value.length);
    return this;
  }

  int4(value: number): this {
    return this.#int(4).#int(value);
  }

  int8(value: number): this {
    return this.#int(8).#int(Math.floor(value / 2 ** 32)).#int(value % 2 ** 32);
  }

  /** A tsvector of words, without positions. */
  words(words: string[]): this {
    const encoded = words.map((word) => encoder.encode(word));
    this.#int(4 + encoded.reduce((sum, { length }) => sum + length + 3, 0)).#int(encoded.length);
    for (const word of encoded) {
      this.#out.raw(word, word.length);
      for (let i = 0; i < 3; i++) this.#out.u8(0); // the end of the word, and no positions
    }
    return this;
  }

  #int(value: number): this {
    this.#out.reserve(4);
    const { bytes, length } = this.#out;
    bytes[length] = value >>> 24;
    bytes[length + 1] = value >>> 16;
    bytes[length + 2] = value >>> 8;
    bytes[length + 3] = value;
    this.#out.length += 4;
    return this;
  }

  /** Sends all rows to a COPY. */
  async sendTo(copy: postgres.PendingQuery<postgres.Row[]>): Promise<void> {
    this.#out.u8(255);
    this.#out.u8(255);
    const bytes = this.#out.bytes.subarray(0, this.#out.length);
    const stream = await copy.writable();
    await new Promise<void>((resolve, reject) => {
      stream.on("error", reject);
      // What the server says after the last row goes to the query alone, which has its answer by then.
      Object.assign(copy, { reject });
      stream.on("finish", () => resolve());
      for (let at = 0; at < bytes.length; at += 1 << 16) stream.write(bytes.subarray(at, at + (1 << 16)));
      stream.end();
    });
  }
}

/** The rows of a COPY TO in binary format; every column as bytes, null as undefined. */
export async function* readCopyRows(stream: Readable): AsyncGenerator<(Uint8Array | undefined)[]> {
  let bytes = new Uint8Array(0), at = 0, skip = SIGNATURE.length;
  for await (const piece of stream as AsyncIterable<Uint8Array>) {
    const joined = new Uint8Array(bytes.length - at + piece.length);
    joined.set(bytes.subarray(at));
    joined.set(piece, bytes.length - at);
    [bytes, at] = [joined, 0];
    if (bytes.length < skip) continue;
    [at, skip] = [at + skip, 0];
    for (let row = parseRow(bytes, at); row; row = parseRow(bytes, at)) {
      at = row.end;
      if (row.columns !== undefined) yield row.columns; // else it was the end; the stream is read to its own
    }
  }
  // When the end comes together with the last bytes, the client leaves its socket paused: this lets it go on.
  stream._read(0);
}

/** The row that begins at a place, undefined when it is not complete; its columns are undefined at the end of all. */
function parseRow(bytes: Uint8Array, at: number): { columns?: (Uint8Array | undefined)[]; end: number } | undefined {
  if (at + 2 > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = view.getInt16(at);
  if (count < 0) return { end: at + 2 };
  const columns: (Uint8Array | undefined)[] = [];
  at += 2;
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) return undefined;
    const length = view.getInt32(at);
    at += 4;
    if (length < 0) columns.push(undefined);
    else if (at + length > bytes.length) return undefined;
    else columns.push(bytes.subarray(at, at += length));
  }
  return { columns, end: at };
}

/** The text, and the whole number, that a column holds. */
export function textOf(column: Uint8Array | undefined): string {
  return decoder.decode(column);
}

export function intOf(column: Uint8Array | undefined): number {
  const view = new DataView(column!.buffer, column!.byteOffset, column!.length);
  return column!.length === 8 ? Number(view.getBigInt64(0)) : view.getInt32(0);
}
