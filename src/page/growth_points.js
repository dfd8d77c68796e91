// @ts-check

/**
 * @typedef {import("../monitoring/growth.ts").GrowthPoint} Point
 * @typedef {Exclude<keyof Point, "at">} Measure
 * @typedef {{ at: number, amount: number }} Sample a moment in milliseconds, and an amount then
 */

const DAY = 86_400_000;
/** What a forecast looks back on, at least and at most, and how far it looks ahead. */
const MIN_PAST = DAY, MAX_PAST = 30 * DAY, MAX_AHEAD = 3650 * DAY;

/**
 * One measure of points that lie in a span of time, and how it was when that began.
 * @param {Point[]} points in the order of time
 * @param {Measure} measure
 * @param {number} from milliseconds
 * @returns {Sample[]}
 */
export function samplesSince(points, measure, from) {
  const samples = points.map((point) => ({ at: Date.parse(point.at), amount: point[measure] }));
  const first = samples.findIndex(({ at }) => at >= from);
  if (first <= 0) return first < 0 ? samples.slice(-1) : samples;
  return [{ at: from, amount: amountAt(samples, from) }, ...samples.slice(first)];
}

/**
 * How much came on each day of the user's calendar; where points are further apart than a day, evenly spread between them.
 * @param {Sample[]} samples
 * @returns {Sample[]} by the beginning of each day
 */
export function perDay(samples) {
  if (samples.length < 2) return [];
  const last = samples[samples.length - 1].at, days = [];
  for (let day = startOfDay(samples[0].at), next; day < last; day = next) {
    next = startOfDay(day + 1.5 * DAY); // days are 23 to 25 hours long
    days.push({ at: day, amount: amountAt(samples, next) - amountAt(samples, day) });
  }
  return days;
}

/** @param {number} moment */
function startOfDay(moment) {
  return new Date(moment).setHours(0, 0, 0, 0);
}

/**
 * The amount at a moment, between the samples before and after it.
 * @param {Sample[]} samples
 * @param {number} moment
 */
function amountAt(samples, moment) {
  const next = samples.findIndex(({ at }) => at >= moment);
  if (next === 0) return samples[0].amount;
  if (next < 0) return samples[samples.length - 1].amount;
  const [a, b] = [samples[next - 1], samples[next]];
  return a.amount + (b.amount - a.amount) * (moment - a.at) / (b.at - a.at);
}

/**
 * When a limit will be reached, should the store go on growing as in the last 30 days. Undefined where less than a day is known of, it
 * does not grow, or it will take longer than ten years.
 * @param {Point[]} points in the order of time
 * @param {Measure} measure
 * @param {number} limit
 * @returns {Date | undefined}
 */
export function limitReachedAt(points, measure, limit) {
  if (points.length < 2) return undefined;
  const last = points[points.length - 1], now = Date.parse(last.at);
  const [first] = samplesSince(points, measure, now - MAX_PAST), past = now - first.at;
  const rate = (last[measure] - first.amount) / past, left = (limit - last[measure]) / rate;
  if (past < MIN_PAST || !(rate > 0) || left < 0 || left > MAX_AHEAD) return undefined;
  return new Date(now + left);
}
