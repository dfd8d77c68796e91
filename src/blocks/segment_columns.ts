import { type FileHead, type FileRecord, type Meta, type Segment, type Status, STATUSES } from "../domain/records.ts";
import { setOwn } from "../domain/check_json.ts";

/** Texts in plain ASCII that lie in a buffer: text i is bytes[starts[i]] to bytes[ends[i] - 1]; null where starts[i] is negative. */
export interface AsciiTexts {
  bytes: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;
}

/** A column of texts: null for all, the same text for all, a text or null for each segment, or bytes of a buffer. */
export type TextColumn = null | string | (string | null)[] | AsciiTexts;

/** A column of whole numbers: null or the same number for all, or one for each segment (typed arrays have no nulls). */
export type NumberColumn = null | number | (number | null)[] | Float64Array | Int32Array | Uint32Array;

/**
 * Free-form JSON of segments whose keys have columns. `keys` stand in the order that an object has them in. A segment lacks
 * the keys that are null for it, and has no meta when that is all of them.
 */
export interface MetaColumns {
  keys: string[];
  columns: (TextColumn | NumberColumn)[];
}

/** Free-form JSON of segments: none has any, one object (or undefined) a segment, or a column for each key. */
export type MetaColumn = null | (Meta | undefined)[] | MetaColumns;

/** The segments of a file, column by column, in the order of `compareSegments`; values are those of a checked `Segment`. */
export interface SegmentColumns {
  count: number;
  index: NumberColumn;
  redundancy: NumberColumn;
  size: NumberColumn;
  offset: NumberColumn;
  /** By its place in `STATUSES`. */
  status: NumberColumn;
  hash: TextColumn;
  message_id: TextColumn;
  subject: TextColumn;
  internal_subject: TextColumn;
  group: TextColumn;
  server: TextColumn;
  uploaded_at: TextColumn;
  meta: MetaColumn;
}

/** A file with its segments in columns, as a fast reader gives it. */
export interface ColumnFile {
  head: FileHead;
  columns: SegmentColumns;
}

/** The columns of segments `start` to `end`; those whose value never changes are that value. */
export function columnsOf(segments: readonly Segment[], start = 0, end = segments.length): SegmentColumns {
  const count = end - start;
  const index: number[] = new Array(count), redundancy: number[] = new Array(count), size: number[] = new Array(count);
  const offset: (number | null)[] = new Array(count), status: number[] = new Array(count);
  const hash: (string | null)[] = new Array(count), message_id: (string | null)[] = new Array(count);
  const subject: (string | null)[] = new Array(count), internal_subject: (string | null)[] = new Array(count);
  const group: (string | null)[] = new Array(count), server: (string | null)[] = new Array(count);
  const uploaded_at: (string | null)[] = new Array(count), meta: (Meta | undefined)[] = new Array(count);
  let hasMeta = false, lastStatus: Status | undefined, lastCode = -1;
  for (let i = 0; i < count; i++) {
    const segment = segments[start + i];
    index[i] = segment.index;
    redundancy[i] = segment.redundancy;
    size[i] = segment.size;
    offset[i] = segment.offset;
    if (segment.status !== lastStatus) {
      lastStatus = segment.status;
      lastCode = STATUSES.indexOf(lastStatus);
    }
    status[i] = lastCode;
    hash[i] = segment.hash;
    message_id[i] = segment.message_id;
    subject[i] = segment.subject;
    internal_subject[i] = segment.internal_subject;
    group[i] = segment.group;
    server[i] = segment.server;
    uploaded_at[i] = segment.uploaded_at;
    meta[i] = segment.meta;
    if (segment.meta !== undefined) hasMeta = true;
  }
  return {
    count,
    index,
    redundancy: numberIfSame(redundancy),
    size,
    offset: numberIfSame(offset),
    status: numberIfSame(status),
    hash: textIfSame(hash),
    message_id: textIfSame(message_id),
    subject: textIfSame(subject),
    internal_subject: textIfSame(internal_subject),
    group: textIfSame(group),
    server: textIfSame(server),
    uploaded_at: textIfSame(uploaded_at),
    meta: hasMeta ? meta : null,
  };
}

/** The number of a column when all are the same, else the column. */
function numberIfSame(values: (number | null)[]): number | null | (number | null)[] {
  const first = values[0] ?? null;
  if (first === null) return areNull(values) ? null : values;
  for (let i = 1; i < values.length; i++) {
    const value = values[i];
    if (value === null || value !== first) return values; // nulls apart, so that two numbers are compared as such: faster
  }
  return first;
}

/** The text of a column when all are the same, else the column. */
function textIfSame(values: (string | null)[]): string | null | (string | null)[] {
  const first = values[0] ?? null;
  if (first === null) return areNull(values) ? null : values;
  for (let i = 1; i < values.length; i++) {
    const value = values[i];
    if (value === null || value !== first) return values;
  }
  return first;
}

function areNull(values: unknown[]): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] !== null) return false;
  return true;
}

/** The segments of columns, for tests and where speed does not count. */
export function segmentsOf(columns: SegmentColumns): Segment[] {
  return Array.from({ length: columns.count }, (_, i) => {
    const segment: Segment = {
      index: numberAt(columns.index, i)!,
      redundancy: numberAt(columns.redundancy, i)!,
      size: numberAt(columns.size, i)!,
      offset: numberAt(columns.offset, i),
      hash: textAt(columns.hash, i),
      message_id: textAt(columns.message_id, i),
      subject: textAt(columns.subject, i),
      internal_subject: textAt(columns.internal_subject, i),
      group: textAt(columns.group, i),
      server: textAt(columns.server, i),
      status: STATUSES[numberAt(columns.status, i)!],
      uploaded_at: textAt(columns.uploaded_at, i),
    };
    const meta = metaAt(columns.meta, i);
    if (meta !== undefined) segment.meta = meta;
    return segment;
  });
}

/** The record of a file that is in columns. */
export function fileRecordOf({ head, columns }: ColumnFile): FileRecord {
  return { ...head, segments: segmentsOf(columns) };
}

/** The number of segment `i`. */
export function numberAt(column: NumberColumn, i: number): number | null {
  return column === null || typeof column === "number" ? column : column[i];
}

const decoder = new TextDecoder();

/** The text of segment `i`. */
export function textAt(column: TextColumn, i: number): string | null {
  if (column === null || typeof column === "string") return column;
  if (Array.isArray(column)) return column[i];
  return column.starts[i] < 0 ? null : decoder.decode(column.bytes.subarray(column.starts[i], column.ends[i]));
}

/** Whether a column of a key of metas holds texts, by its value for segment `i`, which is not null. */
export function isTextColumn(column: TextColumn | NumberColumn, i: number): column is TextColumn {
  if (Array.isArray(column)) return typeof column[i] === "string";
  return typeof column !== "number" && !ArrayBuffer.isView(column);
}

/** The meta of segment `i`. */
export function metaAt(column: MetaColumn, i: number): Meta | undefined {
  if (column === null) return undefined;
  if (Array.isArray(column)) return column[i];
  const meta: Meta = {};
  let isEmpty = true;
  for (let k = 0; k < column.keys.length; k++) {
    const values = column.columns[k];
    const value = isTextColumn(values, i) ? textAt(values, i) : numberAt(values, i);
    if (value === null) continue;
    setOwn(meta, column.keys[k], value);
    isEmpty = false;
  }
  return isEmpty ? undefined : meta;
}
