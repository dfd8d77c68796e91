import { Buffer } from "node:buffer";
import { damaged } from "./sqlite_file.ts";
import type { TextReader, Value } from "./usenetsync_values.ts";

/** Lengths of the values of serial types 0 to 11; 10 and 11 are in no database. */
const LENGTHS = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 2 ** 31, 2 ** 31];
const FIRST_BLOB = 12;
/** Makes one character of each byte, in a tenth of the time that a `TextDecoder` takes. */
const { latin1Slice } = Buffer.prototype;

/** Where the value of a stored row lies: its serial type and where its bytes begin. */
export class StoredRecord {
  bytes: Uint8Array = new Uint8Array(0);
  #end = 0;
  #characters: string | undefined;
  /** Values that are stored; columns that were added to a table later may be missing. */
  count = 0;
  readonly types: Int32Array;
  readonly starts: Int32Array;

  /** `columns`: how many values are looked at. */
  constructor(columns: number) {
    this.types = new Int32Array(columns);
    this.starts = new Int32Array(columns);
  }

  /** Reads the header of a record of `length` bytes at `start`. */
  parse(bytes: Uint8Array, start: number, length: number): void {
    this.bytes = bytes;
    const { types, starts } = this, columns = types.length;
    let at = start, headerLength = bytes[at++];
    if (headerLength >= 0x80) {
      headerLength = readVarint(bytes, start);
      at = start + varintLength(bytes, start);
    }
    const headerEnd = start + headerLength, end = start + length;
    let body = headerEnd, i = 0;
    for (; at < headerEnd && i < columns; i++) {
      let type = bytes[at++];
      if (type >= 0x80) {
        type = readVarint(bytes, at - 1);
        at += varintLength(bytes, at - 1) - 1;
      }
      types[i] = type;
      starts[i] = body;
      body += type >= FIRST_BLOB ? (type - FIRST_BLOB) >> 1 : LENGTHS[type];
    }
    if (body > end || headerEnd > end) throw damaged("a row is longer than its place");
    this.count = i;
    this.#end = end;
    this.#characters = undefined;
  }

  /** A text, or what is wrong with it. */
  #text(start: number, end: number, texts: TextReader): Value {
    const { bytes } = this;
    for (let i = start; i < end; i++) if (bytes[i] > 127) return texts.read(bytes.subarray(start, end));
    // A row's texts are decoded together: a call for each takes longer than all the rest.
    const characters = this.#characters ??= latin1Slice.call(bytes, this.starts[0], this.#end) as string;
    return characters.slice(start - this.starts[0], end - this.starts[0]);
  }

  /** Where the bytes of a text or bytes end. */
  endOf(column: number): number {
    return this.starts[column] + ((this.types[column] - FIRST_BLOB) >> 1);
  }

  isText(column: number): boolean {
    const type = this.types[column];
    return type > FIRST_BLOB && (type & 1) === 1;
  }

  /** A whole number from 0 to 2^53 - 1, -1 where the value is anything else. */
  wholeNumber(column: number): number {
    const type = this.types[column], at = this.starts[column], { bytes } = this;
    switch (type) {
      case 1:
        return bytes[at] < 0x80 ? bytes[at] : -1;
      case 2:
        return bytes[at] < 0x80 ? bytes[at] << 8 | bytes[at + 1] : -1;
      case 3:
        return bytes[at] < 0x80 ? bytes[at] << 16 | bytes[at + 1] << 8 | bytes[at + 2] : -1;
      case 8:
      case 9:
        return type - 8;
      case 4:
        return bytes[at] < 0x80 ? wordAt(bytes, at) : -1;
      case 5:
        return bytes[at] < 0x80 ? (bytes[at] << 8 | bytes[at + 1]) * 2 ** 32 + wordAt(bytes, at + 2) : -1;
      case 6: {
        const number = wordAt(bytes, at) * 2 ** 32 + wordAt(bytes, at + 4);
        return bytes[at] < 0x80 && Number.isSafeInteger(number) ? number : -1;
      }
    }
    return -1;
  }

  /** The bytes of a text; undefined where the value is none. */
  textBytes(column: number): Uint8Array | undefined {
    return this.isText(column) ? this.bytes.subarray(this.starts[column], this.endOf(column)) : undefined;
  }

  /** A value as it is stored; `texts` is needed where it may be a text. */
  value(column: number, texts: TextReader | undefined): Value {
    const type = this.types[column], at = this.starts[column];
    if (type >= FIRST_BLOB) {
      const end = this.endOf(column);
      return (type & 1) === 1 ? this.#text(at, end, texts!) : this.bytes.slice(at, end);
    }
    if (type === 0) return null;
    if (type >= 8) return type - 8;
    const whole = this.wholeNumber(column);
    if (whole >= 0) return whole;
    const view = Buffer.from(this.bytes.buffer, this.bytes.byteOffset + at, LENGTHS[type]);
    if (type === 7) return realOf(view.readDoubleBE(0));
    if (type < 6) return view.readIntBE(0, LENGTHS[type]);
    const number = view.readBigInt64BE(0);
    return Number.isSafeInteger(Number(number)) ? Number(number) : String(number);
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at] * 2 ** 24 + (bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]);
}

/** NaN is NULL in SQLite. */
function realOf(number: number): number | null {
  return Number.isNaN(number) ? null : number;
}

/** A number of one to nine bytes; those beyond 2^53, which no length or page has, are not exact. */
export function readVarint(bytes: Uint8Array, at: number): number {
  if (bytes[at] < 0x80) return bytes[at];
  if (bytes[at + 1] < 0x80) return (bytes[at] & 0x7f) << 7 | bytes[at + 1];
  if (bytes[at + 2] < 0x80) return (bytes[at] & 0x7f) << 14 | (bytes[at + 1] & 0x7f) << 7 | bytes[at + 2];
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes[at + i];
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return value;
  }
  return value * 256 + bytes[at + 8];
}

/** The bytes that a number takes. */
export function varintLength(bytes: Uint8Array, at: number): number {
  if (bytes[at] < 0x80) return 1;
  let length = 2;
  while (length < 9 && bytes[at + length - 1] >= 0x80) length++;
  return length;
}
