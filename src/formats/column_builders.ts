import type { NumberColumn, TextColumn } from "../blocks/segment_columns.ts";
import { MAX_TEXT_BYTES } from "../domain/check_json.ts";

const MAX_BYTES = 2 ** 31 - 1;

/** Columns that differ from row to row in what UsenetSync writes. */
const USUAL_COLUMNS = 10;

/** Gives the arrays of a file's columns, from one buffer as far as it goes: each new buffer takes as long as a row. */
export class ColumnArrays {
  readonly size: number;
  #buffer: ArrayBuffer | undefined;
  #used = 0;

  /** `size`: how many rows there will be. */
  constructor(size: number) {
    this.size = size;
  }

  numbers(): Float64Array {
    const { buffer, at } = this.#take();
    return new Float64Array(buffer, at, this.size);
  }

  places(): { starts: Int32Array; ends: Int32Array } {
    const { buffer, at } = this.#take();
    return {
      starts: new Int32Array(buffer, at, this.size),
      ends: new Int32Array(buffer, at + 4 * this.size, this.size),
    };
  }

  #take(): { buffer: ArrayBuffer; at: number } {
    const length = 8 * this.size, at = this.#used;
    if (this.#buffer === undefined || at + length > this.#buffer.byteLength) {
      this.#buffer = new ArrayBuffer(at === 0 ? length * USUAL_COLUMNS : length);
      this.#used = length;
      return { buffer: this.#buffer, at: 0 };
    }
    this.#used += length;
    return { buffer: this.#buffer, at };
  }
}

/** The buffer that the texts of a file's columns share: each new buffer takes as long as a row. */
export class TextBuffer {
  bytes = new Uint8Array(0);
  length = 0;
  #size: number;
  #rows = 0;

  /** `size`: how many rows there will be. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Tells that the texts of a row begin. */
  nextRow(): void {
    this.#rows++;
  }

  /** Makes room for more bytes, and for the rest of the rows if they are as long as those before; false if it cannot. */
  reserve(length: number): boolean {
    const needed = this.length + length;
    if (needed <= this.bytes.length) return true;
    if (needed > MAX_BYTES) return false;
    // What the first row takes is known when the second one comes.
    const expected = this.#rows <= 1
      ? 2 * needed + 512
      : Math.ceil(needed / (this.#rows - 1) * this.#size * 1.05) + 512;
    const grown = new Uint8Array(Math.min(MAX_BYTES, Math.max(needed, expected)));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    return true;
  }
}

/** Puts the texts of a column into a buffer; a text that is the same as the one before it is there once. */
export class TextBuilder {
  #buffer: TextBuffer;
  #arrays: ColumnArrays;
  #count = 0;
  /** Undefined as long as all are the same. */
  #places: { starts: Int32Array; ends: Int32Array } | undefined;
  #start = -1;
  #end = -1;
  #isAscii = true;

  constructor(buffer: TextBuffer, arrays: ColumnArrays) {
    this.#buffer = buffer;
    this.#arrays = arrays;
  }

  /** Adds the text that lies at a place of a buffer; false when it cannot be kept. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start, buffer = this.#buffer;
    if (this.#start >= 0 && this.#end - this.#start === length && this.#isLast(bytes, start)) {
      this.#put(this.#start, this.#end);
      return true;
    }
    if (length > MAX_TEXT_BYTES || !buffer.reserve(length)) return false;
    const target = buffer.bytes, from = buffer.length;
    let seen = 0;
    for (let i = start, at = from; i < end; i++, at++) {
      const byte = bytes[i];
      seen |= byte | (byte - 1); // of a NUL, it becomes negative
      target[at] = byte;
    }
    if (seen < 0) return false;
    if (seen > 127) this.#isAscii = false;
    buffer.length = from + length;
    this.#put(from, buffer.length);
    return true;
  }

  addNull(): void {
    this.#put(-1, -1);
  }

  /** The column, its texts in the order given; undefined when one of them is no valid UTF-8. */
  finish(order: Uint32Array | undefined): TextColumn | undefined {
    const { bytes } = this.#buffer, decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const textAt = (start: number, end: number) => start < 0 ? null : decoder.decode(bytes.subarray(start, end));
    try {
      if (this.#places === undefined) return textAt(this.#start, this.#end);
      const starts = reordered(this.#places.starts, order), ends = reordered(this.#places.ends, order);
      if (this.#isAscii) return { bytes, starts, ends };
      return Array.from(starts, (start, i) => textAt(start, ends[i]));
    } catch {
      return undefined;
    }
  }

  #isLast(bytes: Uint8Array, start: number): boolean {
    const last = this.#buffer.bytes;
    for (let i = start, at = this.#start; at < this.#end; i++, at++) if (bytes[i] !== last[at]) return false;
    return true;
  }

  #put(start: number, end: number): void {
    if (this.#count > 0 && this.#places === undefined && (start !== this.#start || end !== this.#end)) {
      this.#places = this.#arrays.places();
      this.#places.starts.fill(this.#start, 0, this.#count);
      this.#places.ends.fill(this.#end, 0, this.#count);
    }
    if (this.#places !== undefined) {
      this.#places.starts[this.#count] = start;
      this.#places.ends[this.#count] = end;
    }
    this.#start = start;
    this.#end = end;
    this.#count++;
  }
}

/** Puts the whole numbers of a column together; null is none. */
export class NumberBuilder {
  #arrays: ColumnArrays;
  #count = 0;
  #first = NaN;
  #numbers: Float64Array | undefined;
  #nulls = 0;

  constructor(arrays: ColumnArrays) {
    this.#arrays = arrays;
  }

  add(number: number): void {
    if (this.#count === 0) this.#first = number;
    else if (this.#numbers === undefined && number !== this.#first) {
      this.#numbers = this.#arrays.numbers();
      this.#numbers.fill(this.#first, 0, this.#count);
    }
    if (this.#numbers !== undefined) this.#numbers[this.#count] = number;
    this.#count++;
  }

  addNull(): void {
    if (this.#nulls++ === this.#count) this.#count++;
    else this.add(NaN);
  }

  finish(order: Uint32Array | undefined): NumberColumn {
    if (this.#nulls === this.#count) return null;
    if (this.#numbers === undefined) return this.#first;
    const numbers = reordered(this.#numbers, order);
    return this.#nulls === 0 ? numbers : Array.from(numbers, (number) => Number.isNaN(number) ? null : number);
  }
}

function reordered<T extends Int32Array | Float64Array>(values: T, order: Uint32Array | undefined): T {
  if (order === undefined) return values;
  const sorted = values.slice() as T;
  for (let i = 0; i < order.length; i++) sorted[i] = values[order[i]];
  return sorted;
}
