import type { AsciiTexts, SegmentColumns, TextColumn } from "../blocks/segment_columns.ts";
import { InputError } from "../domain/errors.ts";
import { STATUSES } from "../domain/records.ts";

/** NZB numbers are at most this, article sizes less than this. */
const MAX_NUMBER = 2 ** 31;

/** Bytes of the Message-IDs of a file: their places are numbers of 32 bits. */
const MAX_BYTES = 2 ** 31 - 1;

const UPLOADED = STATUSES.indexOf("uploaded");
const encoder = new TextEncoder(), decoder = new TextDecoder();

/** Whether an NZB's segment can be kept: `number` counts from 1, `bytes` is the article's size. */
export function isUsableSegment(number: number, bytes: number): boolean {
  return number >= 1 && number <= MAX_NUMBER && bytes >= 0 && bytes < MAX_NUMBER;
}

/**
 * The segments of a file of an NZB as they come, in columns: a large file has millions, and objects would take ten times the
 * room. One is used for file after file, since making buffers takes longer than filling them.
 */
export class NzbSegments {
  /** How many there are. */
  count = 0;
  #indexes = new Uint32Array(1024);
  #sizes = new Uint32Array(1024);
  #starts = new Int32Array(1024);
  #ends = new Int32Array(1024);
  /** The Message-IDs in UTF-8, one after the other. */
  #bytes = new Uint8Array(32 * 1024);
  #isAscii = true;

  /** Begins anew: columns that were given out are not to be used any more. */
  clear(): void {
    this.count = 0;
    this.#isAscii = true;
  }

  /** Adds a segment (see `isUsableSegment`) with its Message-ID, which has no brackets and no white space. */
  add(number: number, size: number, messageId: string): void {
    const bytes = encoder.encode(messageId);
    if (bytes.length !== messageId.length) this.#isAscii = false;
    this.addBytes(number, size, bytes, 0, bytes.length);
  }

  /** Adds a segment whose Message-ID lies in a buffer; plain ASCII, unless `add` has said otherwise. */
  addBytes(number: number, size: number, source: Uint8Array, start: number, end: number): void {
    const i = this.count, from = i === 0 ? 0 : this.#ends[i - 1], to = from + end - start;
    if (i === this.#ends.length || to > this.#bytes.length) this.#grow(to);
    const bytes = this.#bytes;
    for (let at = from; start < end;) bytes[at++] = source[start++];
    this.#indexes[i] = number - 1;
    this.#sizes[i] = size;
    this.#starts[i] = from;
    this.#ends[i] = to;
    this.count = i + 1;
  }

  #grow(bytes: number): void {
    if (bytes > MAX_BYTES) throw new InputError("a file with more than 2 GB of Message-IDs");
    if (this.count === this.#ends.length) {
      const length = this.count * 2;
      this.#indexes = copyOf(this.#indexes, new Uint32Array(length));
      this.#sizes = copyOf(this.#sizes, new Uint32Array(length));
      this.#starts = copyOf(this.#starts, new Int32Array(length));
      this.#ends = copyOf(this.#ends, new Int32Array(length));
    }
    if (bytes > this.#bytes.length) {
      this.#bytes = copyOf(this.#bytes, new Uint8Array(Math.min(Math.max(bytes, this.#bytes.length * 2), MAX_BYTES)));
    }
  }

  /** All segments in the order of their numbers; of several with one number the first that came. */
  inOrder(): NzbSegments {
    const order = this.#order();
    if (order === undefined) return this;
    const ordered = new NzbSegments();
    for (const i of order) {
      ordered.addBytes(this.#indexes[i] + 1, this.#sizes[i], this.#bytes, this.#starts[i], this.#ends[i]);
    }
    ordered.#isAscii = this.#isAscii;
    return ordered;
  }

  /** The places of the segments by number, without those that are there before; undefined when all rise as they are. */
  #order(): Uint32Array | undefined {
    const indexes = this.#indexes, count = this.count;
    let isRising = true;
    for (let i = 1; i < count && isRising; i++) isRising = indexes[i - 1] < indexes[i];
    if (isRising) return undefined;
    const places = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => indexes[a] - indexes[b] || a - b);
    return places.filter((place, i) => i === 0 || indexes[place] !== indexes[places[i - 1]]);
  }

  /** Bytes of all segments together. */
  get size(): number {
    let sum = 0;
    for (let i = 0; i < this.count; i++) sum += this.#sizes[i];
    return sum;
  }

  /** All that is known of the segments, as the bytes that it lies in. */
  get content(): Uint8Array[] {
    const { count } = this, messageIds = this.#bytes.subarray(0, count === 0 ? 0 : this.#ends[count - 1]);
    return [
      ...[this.#indexes, this.#sizes, this.#ends].map((column) => new Uint8Array(column.buffer, 0, count * 4)),
      messageIds,
    ];
  }

  /** The segments as they are stored; the columns may be longer than there are segments. */
  columns(): SegmentColumns {
    const messageIds: AsciiTexts = { bytes: this.#bytes, starts: this.#starts, ends: this.#ends };
    return {
      ...{ count: this.count, index: this.#indexes, redundancy: 0, size: this.#sizes, offset: null, status: UPLOADED },
      ...{ hash: null, message_id: this.#isAscii ? messageIds : textsOf(messageIds, this.count), subject: null },
      ...{ internal_subject: null, group: null, server: null, uploaded_at: null, meta: null },
    };
  }
}

function copyOf<T extends Int32Array | Uint32Array | Uint8Array>(values: T, into: T): T {
  into.set(values);
  return into;
}

function textsOf({ bytes, starts, ends }: AsciiTexts, count: number): TextColumn {
  return Array.from({ length: count }, (_, i) => decoder.decode(bytes.subarray(starts[i], ends[i])));
}
