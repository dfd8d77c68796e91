import { setOwn } from "../domain/check_json.ts";
import type { Meta } from "../domain/records.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";
import { readNumbers, writeNumbers } from "./number_column.ts";
import { isTextColumn, metaAt, type MetaColumn, type MetaColumns } from "./segment_columns.ts";
import { readTexts, writeTexts } from "./text_column.ts";

/** How metas are written; the byte that starts the column. */
const NONE = 0, JSON_TEXTS = 1, COLUMNS = 2;

/** What the column of a key holds. */
const TEXTS = 0, NUMBERS = 1;

/** More keys are not given columns. */
const MAX_KEYS = 64;

/**
 * Appends metas `start` to `end`. Where their values are texts and whole numbers and their keys come in the same order,
 * every key is written once and has a column, in which it is null where the meta lacks it; else every meta is a JSON text.
 */
export function writeMetas(out: ByteWriter, column: MetaColumn, start: number, end: number): void {
  if (column === null) return out.u8(NONE);
  if (!Array.isArray(column)) {
    const isOrdered = column.keys.length <= MAX_KEYS && haveOwnOrder(column.keys) && appearInOrder(column, start, end);
    if (isOrdered) return writeColumns(out, column, start, end);
  }
  const metas: (Meta | undefined)[] = new Array(end - start);
  for (let i = start; i < end; i++) metas[i - start] = metaAt(column, i);
  if (metas.every((meta) => meta === undefined)) return out.u8(NONE);
  const columns = columnsOfMetas(metas);
  if (columns) return writeColumns(out, columns, 0, metas.length);
  out.u8(JSON_TEXTS);
  writeTexts(out, metas.map((meta) => meta === undefined ? null : JSON.stringify(meta)), 0, metas.length);
}

/** Whether objects keep keys in this order: those that look like array indexes they move to the front, and none twice. */
function haveOwnOrder(keys: string[]): boolean {
  for (let i = 0; i < keys.length; i++) {
    const first = keys[i].charCodeAt(0);
    if (first >= 48 && first <= 57 || keys.indexOf(keys[i]) !== i) return false;
  }
  return true;
}

/** Where a column has its first value; `end` when it has none. */
function firstValue(column: MetaColumns["columns"][number], start: number, end: number): number {
  if (column === null) return end;
  if (typeof column !== "object") return start;
  if (ArrayBuffer.isView(column)) return start;
  let i = start;
  if (Array.isArray(column)) { while (i < end && column[i] === null) i++; }
  else while (i < end && column.starts[i] < 0) i++;
  return i;
}

/** Whether `columnsOfMetas` would come to the same order of keys. */
function appearInOrder({ columns }: MetaColumns, start: number, end: number): boolean {
  let last = start;
  for (const column of columns) {
    const first = firstValue(column, start, end);
    if (first === end) continue;
    if (first < last) return false;
    last = first;
  }
  return true;
}

function writeColumns(out: ByteWriter, { keys, columns }: MetaColumns, start: number, end: number): void {
  let count = 0;
  for (const column of columns) if (firstValue(column, start, end) < end) count++;
  if (count === 0) return out.u8(NONE);
  out.u8(COLUMNS);
  out.u8(count);
  for (let k = 0; k < keys.length; k++) {
    const column = columns[k], first = firstValue(column, start, end);
    if (first === end) continue;
    out.text(keys[k]);
    if (isTextColumn(column, first)) {
      out.u8(TEXTS);
      writeTexts(out, column, start, end);
    } else {
      out.u8(NUMBERS);
      writeNumbers(out, column, start, end);
    }
  }
}

/** Metas as columns; undefined when they cannot be that, or when it would not give the same JSON. */
function columnsOfMetas(metas: (Meta | undefined)[]): MetaColumns | undefined {
  const order: string[] = [];
  for (const meta of metas) {
    if (meta === undefined) continue;
    const keys = Object.keys(meta);
    if (keys.length === 0 || !addKeys(order, keys) || order.length > MAX_KEYS) return undefined;
  }
  const columns: MetaColumns["columns"] = [];
  for (const key of order) {
    const column = columnOfKey(metas, key);
    if (column === undefined) return undefined;
    columns.push(column);
  }
  return { keys: order, columns };
}

/** The values of a key; undefined when they are not all texts, or not all whole numbers. */
function columnOfKey(metas: (Meta | undefined)[], key: string): (string | null)[] | (number | null)[] | undefined {
  const values: (string | number | null)[] = new Array(metas.length);
  let texts = 0, numbers = 0;
  for (let i = 0; i < metas.length; i++) {
    const meta = metas[i];
    values[i] = null;
    if (meta === undefined || !Object.hasOwn(meta, key)) continue;
    const value = meta[key];
    if (typeof value === "string") texts++;
    else if (Number.isSafeInteger(value) && value as number >= 0) numbers++;
    else return undefined;
    values[i] = value as string | number;
  }
  return texts > 0 && numbers > 0 ? undefined : values as (string | null)[] | (number | null)[];
}

/** Puts keys that are new where they belong between those that are known; false when these have another order. */
function addKeys(order: string[], keys: string[]): boolean {
  for (let k = 0, at = 0; k < keys.length; k++, at++) {
    if (order[at] === keys[k]) continue;
    const known = order.indexOf(keys[k]);
    if (known >= 0) {
      if (known < at) return false;
      at = known;
      continue;
    }
    const nextKnown = keys.slice(k + 1).find((key) => order.includes(key));
    const place = nextKnown === undefined ? order.length : order.indexOf(nextKnown);
    if (place < at) return false;
    at = place;
    order.splice(at, 0, keys[k]);
  }
  return true;
}

/** Reads `count` metas that `writeMetas` wrote. */
export function readMetas(from: ByteReader, count: number): (Meta | undefined)[] {
  const mode = from.u8();
  if (mode === NONE) return new Array(count).fill(undefined);
  if (mode === JSON_TEXTS) return readJsonTexts(from, count);
  if (mode !== COLUMNS) throw new RangeError(`it has an unknown kind of metas (${mode})`);
  const metas: (Meta | undefined)[] = new Array(count).fill(undefined);
  const keyCount = from.u8();
  if (keyCount > MAX_KEYS) throw new RangeError(`its metas have ${keyCount} keys`);
  for (let k = 0; k < keyCount; k++) {
    const key = from.text(), kind = from.u8();
    if (kind > NUMBERS) throw new RangeError(`a key of its metas has an unknown kind of values (${kind})`);
    const values = kind === TEXTS ? readTexts(from, count) : readNumbers(from, count);
    for (let i = 0; i < count; i++) if (values[i] !== null) setOwn(metas[i] ??= {}, key, values[i]);
  }
  return metas;
}

/** Reads `count` metas that are a column of JSON texts, as all of them are in blocks of format 1. */
function readJsonTexts(from: ByteReader, count: number): (Meta | undefined)[] {
  return readTexts(from, count).map((text) => text === null ? undefined : parseMeta(text));
}

function parseMeta(text: string): Meta {
  try {
    return JSON.parse(text);
  } catch {
    throw new RangeError("a meta in it is not JSON");
  }
}
