import { type AsciiTexts, NO_COLUMNS, type SegmentColumns, type TextColumn } from "../blocks/segment_columns.ts";
import { InputError } from "../domain/errors.ts";
import { STATUSES } from "../domain/records.ts";

/** The largest number of a segment, and the largest size of an article in bytes. */
export const MAX_NUMBER = 2 ** 31, MAX_SIZE = 2 ** 31 - 1;

/** Bytes of the Message-IDs of a file: where they begin and end are numbers of 32 bits. */
const MAX_BYTES = 2 ** 31 - 1;

const UPLOADED = STATUSES.indexOf("uploaded");
const encoder = new TextEncoder(), decoder = new TextDecoder();

/**
 * The segments of a file of an NZB as they come, in columns: a large file has millions, and objects would take ten times the
 * room. One is used for file after file, since making buffers takes longer than filling them.
 */
export class NzbSegments {
  /** How many there are. */
  count = 0;
  /** Numbers as the NZB has them; indexes once they are `arranged`. */
  #numbers = new Uint32Array(1024);
  #sizes = new Uint32Array(1024);
  #starts = new Int32Array(1024);
  #ends = new Int32Array(1024);
  /** Null when all are first copies. */
  #redundancies: Uint32Array | null = null;
  /** The Message-IDs in UTF-8, one after the other. */
  #bytes = new Uint8Array(32 * 1024);
  #isAscii = true;

  /** Begins anew: columns that were given out are not to be used any more. */
  clear(): void {
    this.count = 0;
    this.#isAscii = true;
  }

  /** Adds a segment with its Message-ID, which has no brackets and no white space. */
  add(number: number, size: number, messageId: string): void {
    const bytes = encoder.encode(messageId);
    if (bytes.length !== messageId.length) this.#isAscii = false;
    this.addBytes(number, size, bytes, 0, bytes.length);
  }

  /**
   * Adds a segment whose Message-ID lies in a buffer; plain ASCII, unless `add` has said otherwise. `number` is at most
   * `MAX_NUMBER`, `size` at most `MAX_SIZE`.
   */
  addBytes(number: number, size: number, source: Uint8Array, start: number, end: number): void {
    const i = this.count, from = i === 0 ? 0 : this.#ends[i - 1], to = from + end - start;
    if (i === this.#ends.length || to > this.#bytes.length) this.#grow(to);
    const bytes = this.#bytes;
    for (let at = from; start < end;) bytes[at++] = source[start++];
    this.#numbers[i] = number;
    this.#sizes[i] = size;
    this.#starts[i] = from;
    this.#ends[i] = to;
    this.count = i + 1;
  }

  #grow(bytes: number): void {
    if (bytes > MAX_BYTES) throw new InputError("a file with more than 2 GB of Message-IDs");
    if (this.count === this.#ends.length) {
      const length = this.count * 2;
      this.#numbers = copyOf(this.#numbers, new Uint32Array(length));
      this.#sizes = copyOf(this.#sizes, new Uint32Array(length));
      this.#starts = copyOf(this.#starts, new Int32Array(length));
      this.#ends = copyOf(this.#ends, new Int32Array(length));
    }
    if (bytes > this.#bytes.length) {
      this.#bytes = copyOf(this.#bytes, new Uint8Array(Math.min(Math.max(bytes, this.#bytes.length * 2), MAX_BYTES)));
    }
  }

  /**
   * All segments by redundancy and index. Articles that share a number are copies of one segment in the order in which they
   * came; an article that is there twice counts once. Indexes are numbers less 1, unless there is a number 0. To be asked once.
   */
  arranged(): NzbSegments {
    const arranged = this.#isRising() ? this : this.#inOrder();
    arranged.#countFromZero();
    return arranged;
  }

  /** Whether they stand in the order of their indexes, all of which exist. */
  #isRising(): boolean {
    const numbers = this.#numbers;
    if (numbers[0] === 0 && numbers[this.count - 1] === MAX_NUMBER) return false;
    for (let i = 1; i < this.count; i++) if (numbers[i - 1] >= numbers[i]) return false;
    return true;
  }

  #inOrder(): NzbSegments {
    const numbers = this.#numbers, redundancies = new Uint32Array(this.count);
    let places = Uint32Array.from(redundancies, (_, i) => i).sort((a, b) => numbers[a] - numbers[b] || a - b);
    if (numbers[places[0]] === 0) places = places.filter((place) => numbers[place] < MAX_NUMBER);
    let kept = 0, hasCopies = false;
    for (let from = 0, to = 1; from < places.length; from = to++) {
      while (to < places.length && numbers[places[to]] === numbers[places[from]]) to++;
      const articles = to - from === 1 ? [places[from]] : this.#withoutDoubled(places.subarray(from, to));
      if (articles.length > 1) hasCopies = true;
      for (const [redundancy, place] of articles.entries()) {
        redundancies[place] = redundancy;
        places[kept++] = place;
      }
    }
    const order = places.subarray(0, kept);
    if (hasCopies) order.sort((a, b) => redundancies[a] - redundancies[b] || numbers[a] - numbers[b]);
    return this.#ordered(order, hasCopies ? redundancies : null);
  }

  /** Segments of one number, without those whose Message-ID was there before. */
  #withoutDoubled(places: Uint32Array): number[] {
    const byId = Array.from(places).sort((a, b) => this.#compareIds(a, b) || a - b);
    return byId.filter((place, i) => i === 0 || this.#compareIds(byId[i - 1], place) !== 0).sort((a, b) => a - b);
  }

  #compareIds(a: number, b: number): number {
    const bytes = this.#bytes, starts = this.#starts, length = this.#ends[a] - starts[a];
    if (length !== this.#ends[b] - starts[b]) return length - (this.#ends[b] - starts[b]);
    for (let i = starts[a], j = starts[b]; i < this.#ends[a]; i++, j++) {
      if (bytes[i] !== bytes[j]) return bytes[i] - bytes[j];
    }
    return 0;
  }

  #ordered(order: Uint32Array, redundancies: Uint32Array | null): NzbSegments {
    const ordered = new NzbSegments();
    for (const i of order) {
      ordered.addBytes(this.#numbers[i], this.#sizes[i], this.#bytes, this.#starts[i], this.#ends[i]);
    }
    ordered.#isAscii = this.#isAscii;
    ordered.#redundancies = redundancies && order.map((i) => redundancies[i]);
    return ordered;
  }

  /** Makes indexes of numbers. */
  #countFromZero(): void {
    const numbers = this.#numbers;
    if (numbers[0] === 0) return;
    for (let i = 0; i < this.count; i++) numbers[i]--;
  }

  get hasCopies(): boolean {
    return this.#redundancies !== null;
  }

  /** Of the segment that stands first; there must be one. */
  firstMessageId(): string {
    return decoder.decode(this.#bytes.subarray(this.#starts[0], this.#ends[0]));
  }

  /** Bytes of all segments together, of each its first copy. */
  get size(): number {
    let sum = 0;
    for (let i = 0; i < this.count; i++) {
      if (this.#redundancies === null || this.#redundancies[i] === 0) sum += this.#sizes[i];
    }
    return sum;
  }

  /** All that is known of the segments, as the bytes that it lies in. */
  get content(): Uint8Array[] {
    const { count } = this, messageIds = this.#bytes.subarray(0, count === 0 ? 0 : this.#ends[count - 1]);
    const columns = [this.#numbers, this.#sizes, this.#ends, ...(this.#redundancies ? [this.#redundancies] : [])];
    return [...columns.map((column) => new Uint8Array(column.buffer, column.byteOffset, count * 4)), messageIds];
  }

  /** The segments as they are stored; the columns may be longer than there are segments. */
  columns(): SegmentColumns {
    const messageIds: AsciiTexts = { bytes: this.#bytes, starts: this.#starts, ends: this.#ends };
    return {
      ...NO_COLUMNS,
      ...{ count: this.count, index: this.#numbers, redundancy: this.#redundancies ?? 0, size: this.#sizes },
      ...{ status: UPLOADED, message_id: this.#isAscii ? messageIds : textsOf(messageIds, this.count) },
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
