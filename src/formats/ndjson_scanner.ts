import type { ColumnFile, NumberColumn, SegmentColumns, TextColumn } from "../blocks/segment_columns.ts";
import { NO_COLUMNS } from "../blocks/segment_columns.ts";
import { MAX_TEXT_BYTES } from "../domain/check_json.ts";
import { MAX_SEGMENTS } from "../domain/check_record.ts";
import { checkHead } from "../domain/file_fields.ts";
import { isTimestamp } from "../domain/is_timestamp.ts";
import {
  isPlainCharacter,
  isTextField,
  MAX_KEY,
  SEGMENT_FIELD_NAMES,
  SEGMENT_FIELDS,
  STATUSES,
} from "../domain/segment_fields.ts";
import { ascii, isAt } from "./ascii.ts";
import { Utf8Decoder } from "./utf8_decoder.ts";

const QUOTE = 0x22, COMMA = 0x2c, ZERO = 0x30, RETURN = 0x0d, BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b, CLOSE_LIST = 0x5d, OPEN = 0x7b, CLOSE = 0x7d, LOWER_N = 0x6e;

/** 1 for every character that stands for itself in a text, and is ASCII. */
const IS_PLAIN = new Uint8Array(256).fill(1, 0x20, 0x7f);
IS_PLAIN[QUOTE] = IS_PLAIN[BACKSLASH] = 0;

const LIST_KEY = ascii('segments":['), NULL = ascii("null");
const KEYS = SEGMENT_FIELD_NAMES.map((name) => ascii(`"${name}":`));
const FIELDS = SEGMENT_FIELD_NAMES.map((name) => ({ name, ...SEGMENT_FIELDS[name], isText: isTextField(name) }));
const [INDEX, REDUNDANCY, SIZE, MESSAGE_ID, STATUS, TIME] = (
  ["index", "redundancy", "size", "message_id", "status", "uploaded_at"] as const
).map((name) => SEGMENT_FIELD_NAMES.indexOf(name));

/** The most digits of a number that is exact whatever they are. */
const MAX_DIGITS = 15;
const NONE = -1;

/**
 * Reads the lines of NDJSON that are written as `JSON.stringify` writes a record: no white space, `segments` last, their texts
 * plain ASCII. Their segments become columns, without an object or a string of any. It takes nothing that `checkRecord`
 * would refuse or understand differently, and leaves everything else to it; it only is many times as fast.
 */
export class NdjsonScanner {
  readonly #decoder = new Utf8Decoder();
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #count = 0;
  #room = 1024;
  /** By field: numbers, `NONE` for null; of a text where it begins, `NONE` for null, and where it ends. */
  readonly #values = FIELDS.map(() => new Float64Array(this.#room));
  readonly #ends = FIELDS.map(() => new Int32Array(this.#room));
  readonly #starts = FIELDS.map(() => new Int32Array(this.#room));
  /** Values of a field that are null. */
  readonly #nulls = FIELDS.map(() => 0);

  /** The file of a line; its columns are used again for the next. Undefined where something is unusual. */
  read(bytes: Uint8Array, start: number, end: number): ColumnFile | undefined {
    const list = segmentsAt(bytes, start, end);
    if (list < 0) return undefined;
    this.#bytes = bytes;
    this.#at = list;
    this.#count = 0;
    this.#nulls.fill(0);
    do {
      if (this.#count === MAX_SEGMENTS || !this.#segment()) return undefined;
    } while (bytes[this.#at++] === COMMA);
    const close = this.#at - 1;
    if (bytes[close] !== CLOSE_LIST || bytes[close + 1] !== CLOSE) return undefined;
    if (close + 2 !== end && !(close + 3 === end && bytes[close + 2] === RETURN)) return undefined;
    const head = this.#head(start, list);
    return head && { head, columns: this.#columns() };
  }

  /** The head of the line, whose list of segments begins at a place. */
  #head(start: number, list: number): ColumnFile["head"] | undefined {
    try {
      return checkHead(JSON.parse(this.#decoder.decode(this.#bytes.subarray(start, list)) + "]}"));
    } catch {
      return undefined; // what is wrong is told by who reads it next
    }
  }

  /** Reads a segment into the columns; false where something is unusual. */
  #segment(): boolean {
    const bytes = this.#bytes;
    if (this.#count === this.#room) this.#grow();
    if (bytes[this.#at++] !== OPEN) return false;
    let seen = 0;
    for (let next = 0;; next++) {
      const field = this.#key(next, seen);
      if (field < 0 || !this.#value(field)) return false;
      seen |= 1 << field;
      next = field;
      const byte = bytes[this.#at++];
      if (byte === CLOSE) break;
      if (byte !== COMMA) return false;
    }
    for (let field = 0; field < FIELDS.length; field++) if ((seen >> field & 1) === 0) this.#putNull(field);
    const isGood = this.#check();
    this.#count++;
    return isGood;
  }

  /** The field whose key comes, most likely the `expected` one; -1 where it is no known key, or was `seen` before. */
  #key(expected: number, seen: number): number {
    for (let i = 0; i < KEYS.length; i++) {
      const field = (expected + i) % KEYS.length, key = KEYS[field];
      if (!isAt(this.#bytes, this.#at, key)) continue;
      this.#at += key.length;
      return (seen >> field & 1) === 0 ? field : -1;
    }
    return -1;
  }

  #value(field: number): boolean {
    const bytes = this.#bytes, byte = bytes[this.#at];
    if (byte === LOWER_N) {
      this.#putNull(field);
      const isNull = isAt(bytes, this.#at, NULL);
      this.#at += NULL.length;
      return isNull;
    }
    const { isText, kind } = FIELDS[field];
    return isText || kind === "status" ? this.#text(field) : this.#number(field);
  }

  #putNull(field: number): void {
    this.#nulls[field]++;
    this.#values[field][this.#count] = this.#starts[field][this.#count] = NONE;
  }

  #text(field: number): boolean {
    const bytes = this.#bytes, start = this.#at + 1;
    if (bytes[this.#at] !== QUOTE) return false;
    let at = start;
    while (IS_PLAIN[bytes[at]] === 1) at++;
    this.#at = at + 1;
    this.#starts[field][this.#count] = start;
    this.#ends[field][this.#count] = at;
    return bytes[at] === QUOTE && at - start <= MAX_TEXT_BYTES;
  }

  #number(field: number): boolean {
    const bytes = this.#bytes, start = this.#at;
    let at = start, number = 0;
    for (let digit = bytes[at] - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at] - ZERO) {
      number = number * 10 + digit;
    }
    this.#at = at;
    this.#values[field][this.#count] = number;
    return at > start && at - start <= MAX_DIGITS && (bytes[start] !== ZERO || at === start + 1);
  }

  /** Checks the segment that was read last as `checkSegment` does; false where that has to. */
  #check(): boolean {
    const i = this.#count, index = this.#values[INDEX][i], size = this.#values[SIZE][i];
    let redundancy = this.#values[REDUNDANCY][i];
    if (redundancy === NONE) redundancy = this.#values[REDUNDANCY][i] = 0;
    if (index === NONE || size === NONE || index >= MAX_KEY || redundancy >= MAX_KEY) return false;
    if (i > 0) {
      const before = this.#values[REDUNDANCY][i - 1];
      if (redundancy < before || redundancy === before && index <= this.#values[INDEX][i - 1]) return false;
    }
    return this.#checkMessageId(i) && this.#checkTime(i) && this.#checkStatus(i);
  }

  #checkMessageId(i: number): boolean {
    const start = this.#starts[MESSAGE_ID][i], end = this.#ends[MESSAGE_ID][i];
    if (start === NONE) return true;
    if (start === end) this.#putNull(MESSAGE_ID);
    return start === end || isPlainCharacter(this.#bytes[start]) && isPlainCharacter(this.#bytes[end - 1]);
  }

  #checkTime(i: number): boolean {
    return this.#starts[TIME][i] === NONE || this.#isAsBefore(TIME, i) || isTimestamp(this.#string(TIME, i));
  }

  #checkStatus(i: number): boolean {
    const codes = this.#values[STATUS];
    if (this.#starts[STATUS][i] === NONE) {
      codes[i] = STATUSES.indexOf(this.#starts[MESSAGE_ID][i] === NONE ? "pending" : "uploaded");
    } else if (this.#isAsBefore(STATUS, i)) codes[i] = codes[i - 1];
    else codes[i] = (STATUSES as readonly string[]).indexOf(this.#string(STATUS, i));
    return codes[i] >= 0;
  }

  /** Whether a text is that of the segment before. */
  #isAsBefore(field: number, i: number): boolean {
    if (i === 0) return false;
    const bytes = this.#bytes, starts = this.#starts[field], ends = this.#ends[field];
    let at = starts[i], before = starts[i - 1];
    if (before === NONE || ends[i - 1] - before !== ends[i] - at) return false;
    while (at < ends[i]) if (bytes[at++] !== bytes[before++]) return false;
    return true;
  }

  #string(field: number, i: number): string {
    return this.#decoder.decode(this.#bytes.subarray(this.#starts[field][i], this.#ends[field][i]));
  }

  #columns(): SegmentColumns {
    const columns: SegmentColumns = { ...NO_COLUMNS, count: this.#count };
    for (const [field, { name }] of FIELDS.entries()) {
      if (isTextField(name)) columns[name] = this.#textColumn(field);
      else columns[name] = this.#numberColumn(field);
    }
    return columns;
  }

  #textColumn(field: number): TextColumn {
    if (this.#nulls[field] === this.#count) return null;
    return { bytes: this.#bytes, starts: this.#starts[field], ends: this.#ends[field] };
  }

  #numberColumn(field: number): NumberColumn {
    const values = this.#values[field];
    if (!FIELDS[field].isNullable || this.#nulls[field] === 0) return values;
    if (this.#nulls[field] === this.#count) return null;
    return Array.from(values.subarray(0, this.#count), (value) => value === NONE ? null : value);
  }

  #grow(): void {
    this.#room *= 2;
    for (const columns of [this.#values, this.#starts, this.#ends]) {
      for (const [field, column] of columns.entries()) {
        columns[field] = new (column.constructor as typeof Float64Array)(this.#room);
        columns[field].set(column);
      }
    }
  }
}

/** Where the list of a record's segments begins, behind its bracket; -1 where there is none. */
function segmentsAt(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== OPEN) return -1;
  for (let at = start, depth = 0; at < end; at++) {
    const byte = bytes[at];
    if (byte === OPEN || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE || byte === CLOSE_LIST) depth--;
    else if (byte === QUOTE) {
      if (depth === 1 && isAt(bytes, at + 1, LIST_KEY)) return at + 1 + LIST_KEY.length;
      for (at++; bytes[at] !== QUOTE; at++) {
        if (bytes[at] === BACKSLASH) at++;
        if (at >= end) return -1;
      }
    }
  }
  return -1;
}
