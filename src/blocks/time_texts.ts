import type { ByteReader, ByteWriter } from "./bytes.ts";
import { readNumbers, writeNumbers } from "./number_column.ts";
import type { AsciiTexts } from "./segment_columns.ts";

/**
 * Times of whole seconds as numbers, where exactly the same text can be made of the number: `2025-08-02T01:01:07Z`, or as
 * SQLite and Python write it, `2025-08-02 01:01:07`. They are counted from the beginning of the year 0.
 */
const STYLES = [{ between: "T", after: "Z" }, { between: " ", after: "" }];
const DAY = 86_400, UNIX_EPOCH = 719_528 * DAY, YEAR_10000 = 3_652_425 * DAY;
const DASH = 45, COLON = 58, ZERO = 48, SPACE = 32, T = 84, Z = 90;
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

/** The style of a text that may be such a time; -1 when it is none. */
function styleOf(bytes: Uint8Array, start: number, length: number): number {
  if (length !== 20 && length !== 19) return -1;
  if (bytes[start + 4] !== DASH || bytes[start + 7] !== DASH) return -1;
  if (bytes[start + 13] !== COLON || bytes[start + 16] !== COLON) return -1;
  if (length === 20) return bytes[start + 10] === T && bytes[start + 19] === Z ? 0 : -1;
  return bytes[start + 10] === SPACE ? 1 : -1;
}

/** A number of two digits; NaN when they are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] - ZERO, ones = bytes[at + 1] - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

/** The seconds of a time of a style that `styleOf` gave; -1 when there is no such time. */
function secondsOf(bytes: Uint8Array, start: number): number {
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  const month = twoDigits(bytes, start + 5), day = twoDigits(bytes, start + 8);
  const hour = twoDigits(bytes, start + 11),
    minute = twoDigits(bytes, start + 14),
    second = twoDigits(bytes, start + 17);
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59 && second <= 59)) return -1;
  const leapDay = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  if (day > DAYS_BEFORE_MONTH[month] - DAYS_BEFORE_MONTH[month - 1] + (month === 2 ? leapDay : 0)) return -1;
  const leapYearsBefore = Math.floor((year + 3) / 4) - Math.floor((year + 99) / 100) + Math.floor((year + 399) / 400);
  const days = year * 365 + leapYearsBefore + DAYS_BEFORE_MONTH[month - 1] + (month > 2 ? leapDay : 0) + day - 1;
  return days * DAY + hour * 3600 + minute * 60 + second;
}

const copied = new Uint8Array(20);

/** Copies a text that is no longer than `copied` and ASCII; false when it is not. */
function copyText(text: string): boolean {
  if (text.length > copied.length) return false;
  let all = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    all |= unit;
    copied[i] = unit;
  }
  return all < 128;
}

/**
 * Appends a column of texts or nulls as times. False when one is no time, or when that takes more than `limit` bytes;
 * nothing is appended then.
 */
export function writeTimes(
  out: ByteWriter,
  mode: number,
  column: (string | null)[] | AsciiTexts,
  start: number,
  end: number,
  limit: number,
): boolean {
  const style = Array.isArray(column) ? styleOfStrings(column, start, end) : styleOfAscii(column, start, end);
  if (style < 0) return false;
  const seconds = Array.isArray(column)
    ? secondsOfStrings(column, start, end, style)
    : secondsOfAscii(column, start, end, style);
  if (seconds === undefined) return false;
  const before = out.length;
  out.u8(mode);
  out.u8(style);
  writeNumbers(out, seconds, 0, seconds.length);
  if (out.length - before <= limit) return true;
  out.length = before;
  return false;
}

/** The style of the first text; -1 when it is no time. Most columns are found to be none here. */
function styleOfStrings(column: (string | null)[], start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const text = column[i];
    if (text !== null) return text.charCodeAt(4) === DASH && copyText(text) ? styleOf(copied, 0, text.length) : -1;
  }
  return -1;
}

function styleOfAscii({ bytes, starts, ends }: AsciiTexts, start: number, end: number): number {
  for (let i = start; i < end; i++) if (starts[i] >= 0) return styleOf(bytes, starts[i], ends[i] - starts[i]);
  return -1;
}

function secondsOfStrings(
  column: (string | null)[],
  start: number,
  end: number,
  style: number,
): (number | null)[] | undefined {
  const seconds: (number | null)[] = new Array(end - start).fill(null);
  let last: string | null = null, lastSeconds = -1;
  for (let i = start; i < end; i++) {
    const text = column[i];
    if (text === null) continue;
    if (text !== last) {
      if (!copyText(text) || styleOf(copied, 0, text.length) !== style) return undefined;
      last = text;
      lastSeconds = secondsOf(copied, 0);
      if (lastSeconds < 0) return undefined;
    }
    seconds[i - start] = lastSeconds;
  }
  return seconds;
}

function secondsOfAscii(
  { bytes, starts, ends }: AsciiTexts,
  start: number,
  end: number,
  style: number,
): (number | null)[] | undefined {
  const seconds: (number | null)[] = new Array(end - start).fill(null);
  for (let i = start; i < end; i++) {
    if (starts[i] < 0) continue;
    if (styleOf(bytes, starts[i], ends[i] - starts[i]) !== style) return undefined;
    const value = secondsOf(bytes, starts[i]);
    if (value < 0) return undefined;
    seconds[i - start] = value;
  }
  return seconds;
}

/** Reads what `writeTimes` wrote after the mode. */
export function readTimes(from: ByteReader, count: number): (string | null)[] {
  const style = from.u8();
  if (style >= STYLES.length) throw new RangeError(`it has an unknown kind of times (${style})`);
  const { between, after } = STYLES[style], seconds = readNumbers(from, count);
  const texts: (string | null)[] = new Array(count).fill(null);
  let minute = -1, minuteText = "", last = -1, lastText = "";
  for (let i = 0; i < count; i++) {
    const value = seconds[i];
    if (value === null) continue;
    if (value !== last) {
      if (value >= YEAR_10000) throw new RangeError("a time in it is out of range");
      if (Math.floor(value / 60) !== minute) {
        minute = Math.floor(value / 60);
        const iso = new Date((minute * 60 - UNIX_EPOCH) * 1000).toISOString();
        minuteText = iso.slice(0, 10) + between + iso.slice(11, 17);
      }
      const rest = value % 60;
      last = value;
      lastText = minuteText + (rest < 10 ? "0" : "") + rest + after;
    }
    texts[i] = lastText;
  }
  return texts;
}
