import { setOwn } from "../domain/check_json.ts";
import type { FileHead, FileRecord, Meta } from "../domain/records.ts";
import {
  isTextField,
  type NumberFieldName,
  type Segment,
  SEGMENT_FIELD_NAMES,
  segmentAt,
  type SegmentFieldName,
  type SegmentValues,
  type Status,
  STATUSES,
  type TextFieldName,
  valuesOf,
} from "../domain/segment_fields.ts";

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

/**
 * The segments of a file, column by column, in the order of `compareSegments`; values are those of a checked `Segment`, a
 * status is its index in `STATUSES`.
 */
export type SegmentColumns =
  & { count: number; meta: MetaColumn }
  & { [Name in NumberFieldName]: NumberColumn }
  & { [Name in TextFieldName]: TextColumn };

/** Columns of which every one is null, for readers of formats that lack some. */
export const NO_COLUMNS: Omit<SegmentColumns, "count"> = {
  ...Object.fromEntries(SEGMENT_FIELD_NAMES.map((name) => [name, null])) as Record<SegmentFieldName, null>,
  meta: null,
};

/** A file with its segments in columns, as a fast reader gives it. */
export interface ColumnFile {
  head: FileHead;
  columns: SegmentColumns;
}

/** The columns of segments `start` to `end`; those whose value never changes are that value. */
export function columnsOf(segments: readonly Segment[], start = 0, end = segments.length): SegmentColumns {
  const columns: SegmentColumns = { ...NO_COLUMNS, count: end - start };
  if (start === end) return columns;
  const values = valuesOf(segments, start, end);
  for (const name of NUMBER_NAMES) columns[name] = columnOf<number>(values[name]);
  for (const name of TEXT_NAMES) columns[name] = columnOf<string>(values[name]);
  const status = columnOf<Status>(values.status) as Status | Status[];
  columns.status = Array.isArray(status) ? status.map(codeOf) : codeOf(status);
  columns.meta = metasOf(segments, start, end);
  return columns;
}

const TEXT_NAMES = SEGMENT_FIELD_NAMES.filter(isTextField);
const NUMBER_NAMES = SEGMENT_FIELD_NAMES.filter((name) => !isTextField(name)).filter((name) => name !== "status");

/** The value of a column when all are the same, else the column. */
function columnOf<Value>(values: (Value | null)[]): Value | null | (Value | null)[] {
  const first = values[0];
  for (let i = 1; i < values.length; i++) if (values[i] !== first) return values;
  return first;
}

function codeOf(status: Status): number {
  return STATUSES.indexOf(status);
}

function metasOf(segments: readonly Segment[], start: number, end: number): MetaColumn {
  for (let at = start; at < end; at++) {
    if (segments[at].meta !== undefined) return segments.slice(start, end).map(({ meta }) => meta);
  }
  return null;
}

/** The segments of columns, for tests and where speed does not count. */
export function segmentsOf(columns: SegmentColumns): Segment[] {
  const values = Object.fromEntries(
    SEGMENT_FIELD_NAMES.map((
      name,
    ) => [name, Array.from({ length: columns.count }, (_, i) => valueAt(columns, name, i))]),
  ) as unknown as SegmentValues;
  return Array.from({ length: columns.count }, (_, i) => segmentAt(values, i, metaAt(columns.meta, i)));
}

function valueAt(columns: SegmentColumns, name: SegmentFieldName, i: number): Segment[SegmentFieldName] {
  if (isTextField(name)) return textAt(columns[name], i);
  const number = numberAt(columns[name], i);
  return name === "status" ? STATUSES[number!] : number;
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
