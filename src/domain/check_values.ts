import {
  checkJson,
  isLonger,
  isStorable,
  MAX_TEXT_BYTES,
  setOwn,
  shown,
  whyNotStorable,
  whyTooLong,
} from "./check_json.ts";
import { InputError } from "./errors.ts";
import { isTimestamp } from "./is_timestamp.ts";
import type { Meta } from "./records.ts";

/** Any object, as it came. */
export type Loose = { [key: string]: unknown };

/**
 * Owners of values, for messages: the record, its folder; a number from 0 is a segment of its list. Numbers, so that nothing
 * is built before there is an error.
 */
export const IN_RECORD = -1, IN_FOLDER = -2;

/** An error that names the value: `segments[3].size: missing`. */
export function refusal(owner: number, key: string, why: string): InputError {
  return new InputError(`${nameOf(owner, key)}: ${why}`);
}

function nameOf(owner: number, key: string): string {
  return owner === IN_RECORD ? key : owner === IN_FOLDER ? `folder.${key}` : `segments[${owner}].${key}`;
}

/** Whether a value is an object, and no list. */
export function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text of at most `maxBytes`. @throws {InputError} */
export function checkText(value: unknown, owner: number, key: string, maxBytes = MAX_TEXT_BYTES): string {
  if (typeof value === "string") {
    if (!isStorable(value)) throw refusal(owner, key, whyNotStorable(value));
    if (isLonger(value, maxBytes)) throw refusal(owner, key, whyTooLong(maxBytes));
    return value;
  }
  throw refusal(owner, key, value === undefined || value === null ? "missing" : `not a text: ${shown(value)}`);
}

/** A text, or null where there is none. @throws {InputError} */
export function checkTextOrNull(value: unknown, owner: number, key: string): string | null {
  return value === null || value === undefined ? null : checkText(value, owner, key);
}

/** A whole number of bytes. @throws {InputError} */
export function checkBytes(value: unknown, owner: number, key: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return (value as number) + 0; // -0 is 0
  if (value === undefined || value === null) throw refusal(owner, key, "missing");
  throw refusal(owner, key, `not a whole number of bytes: ${shown(value)}`);
}

/** A whole number below a limit. @throws {InputError} */
export function checkBelow(value: unknown, limit: number, owner: number, key: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < limit) return (value as number) + 0;
  if (value === undefined || value === null) throw refusal(owner, key, "missing");
  throw refusal(owner, key, `not a whole number from 0 to ${limit - 1}: ${shown(value)}`);
}

/** A time as RFC 3339 writes it, or null where there is none. @throws {InputError} */
export function checkTime(value: unknown, owner: number, key: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" && isTimestamp(value)) return checkText(value, owner, key);
  throw refusal(owner, key, `not an RFC 3339 time: ${shown(value)}`);
}

/** The `meta` of an object together with the keys of it that are not `known`; null when there is neither. @throws {InputError} */
export function checkMeta(value: Loose, known: ReadonlySet<string>, owner: number): Meta | null {
  const given = value.meta ?? null;
  if (given !== null && !isObject(given)) throw refusal(owner, "meta", `not an object: ${shown(given)}`);
  const meta = given === null ? {} : checkJson(given, nameOf(owner, "meta")) as Meta;
  let hasUnknown = false;
  for (const key of Object.keys(value)) {
    if (known.has(key) || value[key] === undefined) continue;
    if (!isStorable(key)) throw refusal(owner, "a key", whyNotStorable(key));
    if (isLonger(key, MAX_TEXT_BYTES)) throw refusal(owner, "a key", whyTooLong(MAX_TEXT_BYTES));
    let name = key;
    while (Object.hasOwn(meta, name)) name = "_" + name;
    setOwn(meta, name, checkJson(value[key], nameOf(owner, key)));
    hasUnknown = true;
  }
  return given === null && !hasUnknown ? null : meta;
}
