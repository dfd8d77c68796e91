import { InputError } from "./errors.ts";
import { formatCount } from "./format_count.ts";
import type { Meta } from "./records.ts";

/** Deeper than this is no data but an attempt to exhaust the stack of whoever reads it. */
const DEEPEST = 100;

/** UTF-8 bytes of a `file_id` or `folder_id`, which are in indexes; and of any other text. */
export const MAX_ID_BYTES = 1024, MAX_TEXT_BYTES = 1_000_000;

/** Whether a text takes more UTF-8 bytes than that. */
export function isLonger(text: string, maxBytes: number): boolean {
  if (text.length * 3 <= maxBytes) return false;
  return text.length > maxBytes || new TextEncoder().encode(text).length > maxBytes;
}

/** Why a text cannot be kept that `isLonger`. */
export function whyTooLong(maxBytes: number): string {
  return `longer than ${formatCount(maxBytes)} bytes`;
}

/** Whether a text can be kept: SQLite cannot keep NUL characters, and UTF-8 has no lone surrogates. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** Why a text cannot be kept, see `isStorable`. */
export function whyNotStorable(text: string): string {
  return text.includes("\0") ? "holds a NUL character" : "holds half of a surrogate pair, so it is not valid Unicode";
}

/** A value as an error message shows it: JSON, cut when long. */
export function shown(value: unknown): string {
  const text = typeof value === "bigint" ? `${value}n` : JSON.stringify(value) ?? String(value);
  return text.length > 60 ? text.slice(0, 57) + "..." : text;
}

/** Sets an own property, whatever its name (`__proto__` would otherwise set the prototype). */
export function setOwn(target: Meta, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else target[key] = value;
}

/**
 * Checks that a value is JSON that can be kept unchanged and returns a deep copy of it. Keys whose value is undefined
 * are left out, as `JSON.stringify` does. `place` names the value in messages.
 * Throws an `InputError` for what JSON cannot hold, texts that are not storable, and whole numbers that a double
 * cannot hold exactly.
 */
export function checkJson(value: unknown, place: string, depth = 0): unknown {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") {
    if (!isStorable(value)) throw new InputError(`${place}: ${whyNotStorable(value)}`);
    if (isLonger(value, MAX_TEXT_BYTES)) throw new InputError(`${place}: ${whyTooLong(MAX_TEXT_BYTES)}`);
    return value;
  }
  if (typeof value === "number") return checkNumber(value, place);
  if (depth === DEEPEST) throw new InputError(`${place}: nested more than ${DEEPEST} levels deep`);
  if (Array.isArray(value)) return value.map((item, i) => checkJson(item, `${place}[${i}]`, depth + 1));
  if (typeof value === "object" && isPlain(value)) {
    const copy: Meta = {};
    for (const key of Object.keys(value)) {
      const item = (value as Meta)[key];
      if (item === undefined) continue;
      if (!isStorable(key)) throw new InputError(`${place}: a key ${whyNotStorable(key)}`);
      if (isLonger(key, MAX_TEXT_BYTES)) throw new InputError(`${place}: a key ${whyTooLong(MAX_TEXT_BYTES)}`);
      setOwn(copy, key, checkJson(item, `${place}.${key}`, depth + 1));
    }
    return copy;
  }
  throw new InputError(`${place}: not a JSON value: ${shown(value)}`);
}

function checkNumber(value: number, place: string): number {
  if (!Number.isFinite(value)) throw new InputError(`${place}: not a JSON number: ${value}`);
  // From 1e21 on a double is written with an exponent; below, its digits would claim an exactness that was lost.
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21) {
    throw new InputError(`${place}: too large to be kept exactly, write it as text: ${value}`);
  }
  return value + 0; // -0 is 0 in JSON
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
