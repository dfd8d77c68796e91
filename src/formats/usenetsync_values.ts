import { Buffer } from "node:buffer";
import { isLonger, isStorable, MAX_TEXT_BYTES, setOwn } from "../domain/check_json.ts";
import { isTimestamp } from "../domain/is_timestamp.ts";
import { type Meta } from "../domain/records.ts";

/** A text whose bytes are none in the database's encoding; its row is refused. */
export class InvalidText {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes.slice();
  }

  /** Its bytes as SQL writes them, for messages. */
  get shown(): string {
    return `x'${this.bytes.toHex()}'`;
  }

  isSame(other: InvalidText): boolean {
    return Buffer.compare(this.bytes, other.bytes) === 0;
  }

  /** What is wrong, for messages. */
  static readonly WHY = "holds bytes that are no valid text";
}

/** A value as the database stores it, but for whole numbers beyond 2^53, which are texts. */
export type Value = null | number | string | Uint8Array | InvalidText;
/** A row: the values of the columns asked for, then those of the other columns that say something. */
export type Row = Value[];

/** Decodes the texts of a database, exactly. */
export class TextReader {
  #decoder: TextDecoder;

  /** `encoding`: as `PRAGMA encoding` tells it. */
  constructor(encoding: string) {
    const label = encoding === "UTF-16le" ? "utf-16le" : encoding === "UTF-16be" ? "utf-16be" : "utf-8";
    this.#decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  }

  read(bytes: Uint8Array): string | InvalidText {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      return new InvalidText(bytes);
    }
  }
}

/** An id as messages show it. */
export function shownId(id: Value | undefined): string {
  if (id instanceof InvalidText) return id.shown;
  if (id instanceof Uint8Array) return `x'${Buffer.from(id).toString("hex")}'`;
  return typeof id === "string" && !isStorable(id) ? JSON.stringify(id) : String(id);
}

/**
 * Sets the values of other columns, which stand in a row from `first` on, by name; NULLs are left out. Returns whether all
 * are texts and whole numbers that can be kept as they are, so that they need no other check.
 */
export function setOthers(meta: Meta, row: Row, first: number, names: string[]): boolean {
  let isPlain = true;
  for (let i = 0; i < names.length; i++) {
    const value = row[first + i];
    if (value === null) continue;
    isPlain &&= typeof value === "string"
      ? isStorable(value) && !isLonger(value, MAX_TEXT_BYTES)
      : Number.isSafeInteger(value) && !Object.is(value, -0);
    setOwn(meta, names[i], jsonOf(value));
  }
  return isPlain;
}

/** A value as JSON can hold it: bytes as `{base64}`, an infinite number as text. */
export function jsonOf(value: Value): unknown {
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
