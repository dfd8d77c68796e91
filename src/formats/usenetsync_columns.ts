import {
  type AsciiTexts,
  type MetaColumn,
  NO_COLUMNS,
  type NumberColumn,
  type SegmentColumns,
  type TextColumn,
} from "../blocks/segment_columns.ts";
import { checkJson } from "../domain/check_json.ts";
import { InputError } from "../domain/errors.ts";
import { isTimestamp } from "../domain/is_timestamp.ts";
import { type Meta, STATUSES } from "../domain/records.ts";
import { ColumnArrays, NumberBuilder, TextBuffer, TextBuilder } from "./column_builders.ts";
import type { StoredRecord } from "./sqlite_record.ts";
import type { StoredColumn, StoredTable } from "./usenetsync_stored.ts";
import type { Table } from "./usenetsync_tables.ts";
import { InvalidText, setOthers, TextReader, type Value } from "./usenetsync_values.ts";

/** Indexes and redundancies are below this. */
const PLACES = 2 ** 31;
const LESS = 60, GREATER = 62, DASH = 45, SPACE = 32, COLON = 58, T = 84, Z = 90;
const STATUS_BYTES = STATUSES.map((status) => new TextEncoder().encode(status));
const UPLOADED = STATUSES.indexOf("uploaded"), PENDING = STATUSES.indexOf("pending");
/** Where texts that are taken as they are stand in a row: hash, subject, internal_subject, group, server. */
const PLAIN_TEXTS = [4, 7, 8, 9, 10];

export interface BuiltColumns {
  columns: SegmentColumns;
  groups: string[];
}

/** What a file's other columns have in all its rows: nothing, a text, a whole number; or they differ, or are something else. */
type Kind = "none" | "text" | "number" | "mixed";

/** Makes columns of the stored rows of a file's segments, where these are as UsenetSync writes them. */
export class ColumnsBuilder {
  #known: StoredColumn[];
  #other: StoredColumn[];
  #otherNames: string[];
  #width: number;
  #packedId: number;
  #offsetEnd: number;
  #texts = new TextReader("UTF-8");
  #time = new Uint8Array(20);

  constructor(table: Table, stored: StoredTable) {
    this.#known = stored.known;
    this.#other = stored.other;
    this.#width = stored.width;
    this.#otherNames = table.other.map(({ name }) => name);
    this.#packedId = this.#otherNames.findIndex((name) => name.toLowerCase() === "packed_segment_id");
    this.#offsetEnd = this.#otherNames.indexOf("offset_end");
  }

  /** The columns of a file; undefined when a row is unusual, there twice, or must be refused. */
  build(rowids: number[], recordOf: (rowid: number) => StoredRecord): BuiltColumns | undefined {
    const pieces = new Builders(rowids.length, this.#other.length);
    for (const rowid of rowids) if (!this.#add(recordOf(rowid), pieces)) return undefined;
    const order = pieces.order();
    if (order === null) return undefined;
    const meta = pieces.kinds.includes("mixed")
      ? this.#metas(rowids, recordOf, order)
      : this.#metaColumns(pieces, order);
    const columns = meta === undefined ? undefined : pieces.finish(order, meta);
    return columns && { columns, groups: groupsOf(columns.group, columns.count) };
  }

  #add(record: StoredRecord, to: Builders): boolean {
    if (record.count < this.#width) return false;
    const known = this.#known, count = to.count++;
    const index = record.wholeNumber(known[1].place), redundancy = wholeOrNone(record, known[3].place, 0);
    const size = record.wholeNumber(known[2].place), offset = wholeOrNone(record, known[5].place, NaN);
    if (index < 0 || index >= PLACES || redundancy < 0 || redundancy >= PLACES || size < 0 || offset < 0) return false;
    if (offset + size >= 2 ** 53) return false;
    to.place(count, index, redundancy);
    to.buffer.nextRow();
    to.sizes.add(size);
    if (offset >= 0) to.offsets.add(offset);
    else to.offsets.addNull();
    for (let i = 0; i < PLAIN_TEXTS.length; i++) {
      if (!addText(record, known[PLAIN_TEXTS[i]].place, to.plainTexts[i])) return false;
    }
    const messageId = this.#addMessageId(record, known[6].place, to.messageIds);
    if (messageId === undefined || !this.#addTime(record, known[12].place, to.times)) return false;
    const status = statusOf(record, known[11].place, messageId);
    to.statuses.add(status);
    return status >= 0 && this.#addOthers(record, to, count, offset + size);
  }

  /** Whether there is a Message-ID; undefined where its brackets and spaces are unusual. */
  #addMessageId(record: StoredRecord, place: number, to: TextBuilder): boolean | undefined {
    if (isNone(record, place)) {
      to.addNull();
      return false;
    }
    if (!record.isText(place)) return undefined;
    const { bytes } = record;
    let start = record.starts[place], end = record.endOf(place);
    if (bytes[start] === LESS && bytes[end - 1] === GREATER) {
      start++;
      end--;
    }
    if (end <= start || !isPlain(bytes[start]) || !isPlain(bytes[end - 1])) return undefined;
    return to.add(bytes, start, end) ? true : undefined;
  }

  /** Times as SQLite writes them; false for all others. */
  #addTime(record: StoredRecord, place: number, to: TextBuilder): boolean {
    if (isNone(record, place)) {
      to.addNull();
      return true;
    }
    const { bytes } = record, start = record.starts[place], time = this.#time;
    if (!record.isText(place) || record.endOf(place) - start !== 19) return false;
    let same = true;
    for (let i = 0; i < 19; i++) {
      const byte = i === 10 && bytes[start + i] === SPACE ? T : bytes[start + i];
      if (time[i] !== byte) same = false;
      time[i] = byte;
    }
    time[19] = Z;
    if (!same && !isTime(time)) {
      time.fill(0);
      return false;
    }
    return to.add(time, 0, 20);
  }

  #addOthers(record: StoredRecord, to: Builders, row: number, end: number): boolean {
    for (let i = 0; i < this.#other.length; i++) {
      const { place, byDefault } = this.#other[i], type = record.types[place];
      let kind: Kind = "mixed", number = -1;
      if (type === 0) kind = "none";
      else if (type === 8 || type === 9 || type < 7) {
        number = record.wholeNumber(place);
        const isDropped = number === byDefault || (i === this.#offsetEnd && number === end);
        if (number >= 0 && isDropped) kind = "none";
        else if (number >= 0) kind = "number";
      } else if (record.isText(place)) {
        kind = typeof byDefault === "string" && this.#isDefault(record, i) ? "none" : "text";
      }
      if (i === this.#packedId && kind !== "none") return false;
      if (row === 0) to.kinds[i] = kind;
      else if (to.kinds[i] !== kind) to.kinds[i] = "mixed";
      if (to.kinds[i] === "number") to.otherNumbers(i).add(number);
      else if (to.kinds[i] === "text" && !addText(record, place, to.otherTexts(i))) return false;
    }
    return true;
  }

  #isDefault(record: StoredRecord, other: number): boolean {
    return record.value(this.#other[other].place, this.#texts) === this.#other[other].byDefault;
  }

  #metaColumns(pieces: Builders, order: Uint32Array | undefined): MetaColumn | undefined {
    const keys: string[] = [], columns: (TextColumn | NumberColumn)[] = [];
    for (let i = 0; i < pieces.kinds.length; i++) {
      if (pieces.kinds[i] === "none") continue;
      const column = pieces.kinds[i] === "text"
        ? pieces.otherTexts(i).finish(order)
        : pieces.otherNumbers(i).finish(order);
      if (column === undefined) return undefined;
      keys.push(this.#otherNames[i]);
      columns.push(column);
    }
    return keys.length === 0 ? null : { keys, columns };
  }

  /** One object a segment, where they differ in what they have. */
  #metas(
    rowids: number[],
    recordOf: (rowid: number) => StoredRecord,
    order: Uint32Array | undefined,
  ): MetaColumn | undefined {
    const metas: (Meta | undefined)[] = [];
    for (let i = 0; i < rowids.length; i++) {
      const meta = this.#meta(recordOf(rowids[order === undefined ? i : order[i]]));
      if (meta === null) return undefined;
      metas.push(meta);
    }
    return metas;
  }

  /** Null when the row must be refused. */
  #meta(record: StoredRecord): Meta | undefined | null {
    const meta: Meta = {}, values: Value[] = [];
    const end = Number(record.value(this.#known[2].place, undefined)) + this.#offset(record);
    for (let i = 0; i < this.#other.length; i++) {
      const value = record.value(this.#other[i].place, this.#texts);
      if (value instanceof InvalidText) return null;
      const isDropped = value === this.#other[i].byDefault || (i === this.#offsetEnd && value === end);
      values.push(isDropped ? null : value);
    }
    setOthers(meta, values, 0, this.#otherNames);
    try {
      checkJson(meta, "meta");
    } catch (error) {
      if (error instanceof InputError) return null;
      throw error;
    }
    return Object.keys(meta).length > 0 ? meta : undefined;
  }

  #offset(record: StoredRecord): number {
    const { place } = this.#known[5];
    return place < 0 || record.types[place] === 0 ? NaN : record.wholeNumber(place);
  }
}

/** The builders of a file's columns. */
class Builders {
  count = 0;
  readonly kinds: Kind[];
  readonly buffer: TextBuffer;
  readonly sizes: NumberBuilder;
  readonly offsets: NumberBuilder;
  readonly statuses: NumberBuilder;
  readonly messageIds: TextBuilder;
  readonly times: TextBuilder;
  /** As in `PLAIN_TEXTS`. */
  readonly plainTexts: TextBuilder[];
  #arrays: ColumnArrays;
  #otherNumbers: (NumberBuilder | undefined)[] = [];
  #otherTexts: (TextBuilder | undefined)[] = [];
  #index: Float64Array;
  #redundancy: NumberBuilder;
  #isSorted = true;
  #lastIndex = -1;
  #lastRedundancy = 0;

  constructor(size: number, others: number) {
    this.#arrays = new ColumnArrays(size);
    this.kinds = new Array(others).fill("none");
    this.buffer = new TextBuffer(size);
    this.sizes = new NumberBuilder(this.#arrays);
    this.offsets = new NumberBuilder(this.#arrays);
    this.statuses = new NumberBuilder(this.#arrays);
    this.messageIds = new TextBuilder(this.buffer, this.#arrays);
    this.times = new TextBuilder(this.buffer, this.#arrays);
    this.plainTexts = PLAIN_TEXTS.map(() => new TextBuilder(this.buffer, this.#arrays));
    this.#index = this.#arrays.numbers();
    this.#redundancy = new NumberBuilder(this.#arrays);
  }

  otherNumbers(i: number): NumberBuilder {
    return this.#otherNumbers[i] ??= new NumberBuilder(this.#arrays);
  }

  otherTexts(i: number): TextBuilder {
    return this.#otherTexts[i] ??= new TextBuilder(this.buffer, this.#arrays);
  }

  place(row: number, index: number, redundancy: number): void {
    this.#index[row] = index;
    this.#redundancy.add(redundancy);
    const follows = redundancy === this.#lastRedundancy ? index > this.#lastIndex : redundancy > this.#lastRedundancy;
    if (!follows) this.#isSorted = false;
    this.#lastIndex = index;
    this.#lastRedundancy = redundancy;
  }

  /** The rows in the order of segments: undefined when that is how they stand, null when one is there twice. */
  order(): Uint32Array | undefined | null {
    if (this.#isSorted) return undefined;
    const index = this.#index, redundancy = this.#redundancy.finish(undefined);
    const redundancyOf = (row: number) =>
      typeof redundancy === "number" ? redundancy : (redundancy as Float64Array)[row];
    const compare = (a: number, b: number) => redundancyOf(a) - redundancyOf(b) || index[a] - index[b];
    const order = Uint32Array.from({ length: this.count }, (_, i) => i).sort(compare);
    for (let i = 1; i < order.length; i++) if (compare(order[i - 1], order[i]) === 0) return null;
    return order;
  }

  /** Undefined when a text is no valid UTF-8. */
  finish(order: Uint32Array | undefined, meta: MetaColumn): SegmentColumns | undefined {
    const index = order === undefined ? this.#index : Float64Array.from(order, (row) => this.#index[row]);
    const texts = [...this.plainTexts, this.messageIds, this.times].map((builder) => builder.finish(order));
    if (texts.includes(undefined)) return undefined;
    const [hash, subject, internal_subject, group, server, message_id, uploaded_at] = texts as TextColumn[];
    return {
      ...NO_COLUMNS,
      count: this.count,
      ...{ index, redundancy: this.#redundancy.finish(order), size: this.sizes.finish(order) },
      ...{ offset: this.offsets.finish(order), status: this.statuses.finish(order), hash, message_id, subject },
      ...{ internal_subject, group, server, uploaded_at, meta },
    };
  }
}

function addText(record: StoredRecord, place: number, to: TextBuilder): boolean {
  if (place < 0 || record.types[place] === 0) {
    to.addNull();
    return true;
  }
  const type = record.types[place];
  return type > 12 && (type & 1) === 1 && to.add(record.bytes, record.starts[place], record.endOf(place));
}

/** NULL and the empty text. */
function isNone(record: StoredRecord, place: number): boolean {
  return place < 0 || record.types[place] === 0 || record.types[place] === 13;
}

/** A whole number, `none` for NULL, below 0 for all else. */
function wholeOrNone(record: StoredRecord, place: number, none: number): number {
  return place < 0 || record.types[place] === 0 ? none : record.wholeNumber(place);
}

/** The place in `STATUSES`, as `checkSegment` has it; -1 for what is none. */
function statusOf(record: StoredRecord, place: number, isPosted: boolean): number {
  if (place < 0 || record.types[place] === 0) return isPosted ? UPLOADED : PENDING;
  if (!record.isText(place)) return -1;
  const { bytes } = record, start = record.starts[place], length = record.endOf(place) - start;
  for (let i = 0; i < STATUS_BYTES.length; i++) {
    const status = STATUS_BYTES[i];
    if (status.length === length && status[0] === bytes[start] && isSame(status, bytes, start)) return i;
  }
  return -1;
}

function isSame(text: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) if (text[i] !== bytes[start + i]) return false;
  return true;
}

/** Visible ASCII other than `<`: what a Message-ID begins and ends with. */
function isPlain(byte: number): boolean {
  return byte > SPACE && byte < 127 && byte !== LESS;
}

/** Whether bytes are `2025-08-02T01:01:07Z`. */
function isTime(bytes: Uint8Array): boolean {
  if (bytes[4] !== DASH || bytes[7] !== DASH || bytes[10] !== T || bytes[13] !== COLON || bytes[16] !== COLON) {
    return false;
  }
  return isTimestamp(String.fromCharCode(...bytes));
}

/** The groups of a file's segments, in their order. */
function groupsOf(column: TextColumn, count: number): string[] {
  if (column === null || column === "" || count === 0) return [];
  if (typeof column === "string") return [column];
  const groups = new Set(Array.isArray(column) ? column : textsOf(column));
  return [...groups].filter((group) => group !== null && group !== "") as string[];
}

function* textsOf({ bytes, starts, ends }: AsciiTexts): Generator<string> {
  const decoder = new TextDecoder();
  for (let i = 0, before = -1; i < starts.length; i++) {
    if (starts[i] !== before && starts[i] >= 0) yield decoder.decode(bytes.subarray(starts[i], ends[i]));
    before = starts[i];
  }
}
