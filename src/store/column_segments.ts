import type { MetaColumn, NumberColumn, SegmentColumns, TextColumn } from "../blocks/segment_columns.ts";
import { type Meta, type Segment, STATUSES } from "../domain/records.ts";

/** The segments `start` to `end` of columns as objects. */
export function segmentsOf(columns: SegmentColumns, start: number, end: number): Segment[] {
  const segments: Segment[] = [];
  for (let i = start; i < end; i++) {
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
    segments.push(segment);
  }
  return segments;
}

function numberAt(column: NumberColumn, at: number): number | null {
  return column === null || typeof column === "number" ? column : column[at];
}

function textAt(column: TextColumn, at: number): string | null {
  if (column === null || typeof column === "string") return column;
  if (Array.isArray(column)) return column[at];
  const { bytes, starts, ends } = column;
  return starts[at] < 0 ? null : decoder.decode(bytes.subarray(starts[at], ends[at]));
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function metaAt(column: MetaColumn, at: number): Meta | undefined {
  if (column === null) return undefined;
  if (Array.isArray(column)) return column[at];
  const { keys, columns } = column;
  return Object.fromEntries(keys.map((key, i) => [key, valueAt(columns[i], at)]));
}

function valueAt(column: TextColumn | NumberColumn, at: number): string | number | null {
  if (column === null || typeof column === "number" || typeof column === "string") return column;
  return "starts" in column ? textAt(column, at) : column[at];
}
