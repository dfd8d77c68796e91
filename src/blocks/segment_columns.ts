import { type FileHead, type Meta, type Segment, STATUSES } from "../domain/records.ts";
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
/** Free-form JSON of segments: none has any, one object (or undefined) a segment, or the same keys for all with a column for each. */
export type MetaColumn = null | (Meta | undefined)[] | { keys: string[]; columns: (TextColumn | NumberColumn)[] };
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
/** A file as a fast reader gives it: what is not in columns is slower, and allowed: a `FileRecord`. */
export interface ColumnFile {
  head: FileHead;
  columns: SegmentColumns;
}

/** The segments that columns stand for. */
export function segmentsOf(c: SegmentColumns): Segment[] {
  const d = new TextDecoder();
  const t = (x: TextColumn, i: number) =>
    x === null || typeof x === "string"
      ? x
      : Array.isArray(x)
      ? x[i]
      : x.starts[i] < 0
      ? null
      : d.decode(x.bytes.subarray(x.starts[i], x.ends[i]));
  const n = (x: NumberColumn, i: number) => x === null || typeof x === "number" ? x : x[i];
  return Array.from({ length: c.count }, (_, i) => ({
    index: n(c.index, i)!,
    redundancy: n(c.redundancy, i)!,
    size: n(c.size, i)!,
    offset: n(c.offset, i),
    hash: t(c.hash, i),
    message_id: t(c.message_id, i),
    subject: t(c.subject, i),
    internal_subject: t(c.internal_subject, i),
    group: t(c.group, i),
    server: t(c.server, i),
    status: STATUSES[n(c.status, i)!],
    uploaded_at: t(c.uploaded_at, i),
  }));
}
