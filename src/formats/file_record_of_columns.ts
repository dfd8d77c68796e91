import type { ColumnFile, MetaColumn, NumberColumn, TextColumn } from "../blocks/segment_columns.ts";
import { setOwn } from "../domain/check_json.ts";
import { type FileRecord, type Meta, type Segment, STATUSES } from "../domain/records.ts";

type At<T> = (i: number) => T;

/** The record of a file that is in columns. */
export function fileRecordOf({ head, columns }: ColumnFile): FileRecord {
  const index = numbers(columns.index), redundancy = numbers(columns.redundancy), size = numbers(columns.size);
  const offset = numbers(columns.offset), status = numbers(columns.status), meta = metas(columns.meta);
  const hash = texts(columns.hash), message_id = texts(columns.message_id), subject = texts(columns.subject);
  const internal_subject = texts(columns.internal_subject),
    group = texts(columns.group),
    server = texts(columns.server);
  const uploaded_at = texts(columns.uploaded_at);
  const segments: Segment[] = new Array(columns.count);
  for (let i = 0; i < columns.count; i++) {
    const segment: Segment = {
      index: index(i)!,
      redundancy: redundancy(i)!,
      size: size(i)!,
      offset: offset(i),
      hash: hash(i),
      message_id: message_id(i),
      subject: subject(i),
      internal_subject: internal_subject(i),
      group: group(i),
      server: server(i),
      status: STATUSES[status(i)!],
      uploaded_at: uploaded_at(i),
    };
    const own = meta(i);
    if (own !== undefined) segment.meta = own;
    segments[i] = segment;
  }
  return { ...head, segments };
}

function numbers(column: NumberColumn): At<number | null> {
  return typeof column === "object" && column !== null ? (i) => column[i] : () => column;
}

function texts(column: TextColumn): At<string | null> {
  if (column === null || typeof column === "string") return () => column;
  if (Array.isArray(column)) return (i) => column[i];
  const { bytes, starts, ends } = column, decoder = new TextDecoder();
  return (i) => starts[i] < 0 ? null : decoder.decode(bytes.subarray(starts[i], ends[i]));
}

function metas(column: MetaColumn): At<Meta | undefined> {
  if (column === null) return () => undefined;
  if (Array.isArray(column)) return (i) => column[i];
  const { keys } = column, values = column.columns.map((values) => isTexts(values) ? texts(values) : numbers(values));
  return (i) => {
    const meta: Meta = {};
    keys.forEach((key, k) => setOwn(meta, key, values[k](i)));
    return meta;
  };
}

function isTexts(column: TextColumn | NumberColumn): column is TextColumn {
  if (typeof column === "string" || (Array.isArray(column) && typeof column[0] === "string")) return true;
  return typeof column === "object" && column !== null && "bytes" in column;
}
