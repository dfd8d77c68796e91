import { Buffer } from "node:buffer";
import { isTimestamp } from "../domain/is_timestamp.ts";
import { type Meta } from "../domain/records.ts";
import { setOwn } from "../domain/check_json.ts";
import type { Row, Table, Value } from "./usenetsync_tables.ts";

/** The values of a table's other columns, which stand in a row from `first` on, by name; NULLs are left out. */
export function otherValues(row: Row, first: number, table: Table): Meta {
  const meta: Meta = {};
  for (let i = 0; i < table.other.length; i++) {
    const value = row[first + i];
    if (value !== null) setOwn(meta, table.other[i].name, jsonOf(value));
  }
  return meta;
}

/** A value as JSON can hold it: bytes as `{base64}`, an infinite number as text. */
function jsonOf(value: Value): unknown {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/** A hash as hex, also where it is stored as bytes. */
export function hexOf(value: Value): Value {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
}

/**
 * RFC 3339 of a time as SQLite and Python write it: `2025-08-02 01:01:07`, perhaps with `T`, fractions and a zone; UTC
 * when there is none. A value that is no time is kept in `meta` under the column's name instead.
 */
export function timeOf(value: Value, column: string, meta: Meta): string | null {
  if (value === null || value === "") return null;
  const parts = typeof value === "string"
    ? /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?) ?(Z|[-+]\d\d:\d\d)?$/.exec(value)
    : null;
  const time = parts === null ? "" : `${parts[1]}T${parts[2]}${parts[3] ?? "Z"}`;
  if (isTimestamp(time)) return time;
  meta[column] = jsonOf(value);
  return null;
}
