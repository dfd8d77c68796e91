// @ts-check

const counts = new Intl.NumberFormat("en-US");
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/**
 * 1234567 as "1,234,567".
 * @param {number} count
 */
export function formatCount(count) {
  return counts.format(Math.round(count));
}

/**
 * 1234567 as "1.2M", for axes.
 * @param {number} count
 */
export function formatCompact(count) {
  return compact.format(count);
}

/**
 * "1 file", "2 files".
 * @param {number} count
 * @param {string} noun
 */
export function plural(count, noun) {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/**
 * Bytes in powers of ten, three digits: 1234567 as "1.23 MB".
 * @param {number} bytes
 */
export function formatBytes(bytes) {
  let unit = 0;
  while (bytes >= 999.5 && unit < BYTE_UNITS.length - 1) {
    bytes /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(bytes) : bytes.toPrecision(3)}\u00a0${BYTE_UNITS[unit]}`;
}

/**
 * A part of a whole: "0 %", "0.04 %", "41 %".
 * @param {number} part
 * @param {number} whole
 */
export function formatPercent(part, whole) {
  const percent = part / whole * 100;
  if (percent === 0) return "0\u00a0%";
  if (percent < 0.01) return "<\u00a00.01\u00a0%";
  return `${percent < 10 ? percent.toPrecision(percent < 1 ? 1 : 2) : Math.floor(percent)}\u00a0%`;
}

/**
 * Milliseconds: "0.06 ms", "12 ms", "1.5 s".
 * @param {number} milliseconds
 */
export function formatMilliseconds(milliseconds) {
  if (milliseconds >= 999.5) return `${(milliseconds / 1000).toPrecision(2)}\u00a0s`;
  if (milliseconds >= 9.95) return `${Math.round(milliseconds)}\u00a0ms`;
  return `${milliseconds.toFixed(milliseconds >= 0.995 ? 1 : 2)}\u00a0ms`;
}

/**
 * Seconds: "3 s", "2 min 10 s", "1 h 5 min".
 * @param {number} seconds
 */
export function formatSeconds(seconds) {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}\u00a0s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60}\u00a0s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)}\u00a0min`;
}

/**
 * A moment in the user's time zone, "2025-08-01 10:05"; a text that is no moment stays as it is.
 * @param {string} moment RFC 3339
 */
export function formatMoment(moment) {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return moment;
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/**
 * "file read" as "File read".
 * @param {string} text
 */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const TIERS = { sqlite: "one SQLite file", sharded: "several SQLite files", postgres: "PostgreSQL" };

/**
 * What a store is on, in words: "10 SQLite files".
 * @param {import("../store/store.ts").Tier} tier
 * @param {number} [shards]
 */
export function tierName(tier, shards) {
  return tier === "sharded" && shards ? `${shards} SQLite files` : TIERS[tier];
}

const amounts = new Intl.NumberFormat(undefined, { maximumFractionDigits: 3, numberingSystem: "latn" });
const marks = Object.fromEntries(amounts.formatToParts(12345678.5).map(({ type, value }) => [type, value]));

/**
 * A number as the user's language writes it: 1234.5 as "1,234.5" or "1.234,5".
 * @param {number} amount
 */
export function formatAmount(amount) {
  return amounts.format(amount);
}

/**
 * Reads a number as the user's language writes it, with groups of three or without. NaN for anything that another
 * language would read as another number.
 * @param {string} text
 */
export function readAmount(text) {
  const decimal = marks.decimal ?? ".", group = marks.group ?? ",";
  const [whole, part, ...more] = text.trim().split(decimal);
  const isPlain = /^\d+$/.test(whole), isPart = part === undefined || /^\d+$/.test(part);
  const groups = whole.split(/\s/.test(group) ? /\s/ : group);
  const isGrouped = groups.length > 1 && /^\d{1,3}$/.test(groups[0]) &&
    groups.slice(1).every((digits) => /^\d{3}$/.test(digits));
  if (more.length > 0 || !isPart || !(isPlain || isGrouped)) return NaN;
  return Number(`${groups.join("")}.${part ?? 0}`);
}
