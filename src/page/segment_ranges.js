// @ts-check
/// <reference lib="dom" />
import { make } from "./dom.js";
import { formatCount, plural } from "./format.js";

/** @typedef {import("./api.js").Segment} Segment */
/** @typedef {{ status: string, text: string }} Range */

/** Ranges that are told of a file. */
const MAX_RANGES = 12;
/** What is most urgent comes first. */
const ORDER = ["failed", "uploading", "pending", "cancelled", "uploaded"];

/**
 * Segments of a file as ranges of one status, failed ones first: "Segments 3 to 90 (88 segments)".
 * @param {Segment[]} segments in their order
 * @returns {Range[]}
 */
export function rangesOf(segments) {
  /** @type {{ first: Segment, last: Segment, count: number }[]} */
  const ranges = [];
  for (const segment of segments) {
    const range = ranges[ranges.length - 1], last = range?.last;
    const isNext = last && last.status === segment.status && last.redundancy === segment.redundancy &&
      last.index + 1 === segment.index;
    if (isNext) [range.last, range.count] = [segment, range.count + 1];
    else ranges.push({ first: segment, last: segment, count: 1 });
  }
  ranges.sort((a, b) => ORDER.indexOf(a.first.status) - ORDER.indexOf(b.first.status));
  /** @type {Range[]} */
  const shown = ranges.slice(0, MAX_RANGES).map(({ first, last, count }) => ({
    status: first.status,
    text: textOf(first, last, count),
  }));
  const rest = ranges.slice(MAX_RANGES), left = rest.reduce((sum, { count }) => sum + count, 0);
  if (left > 0) {
    shown.push({ status: "", text: `and ${plural(left, "segment")} in ${plural(rest.length, "range")} more` });
  }
  return shown;
}

/**
 * The same as a list.
 * @param {Segment[]} segments the first ones that are to post
 * @param {number} count how many there are
 */
export function rangeList(segments, count) {
  const rest = count - segments.length;
  return make(
    "ul",
    { class: "ranges" },
    ...rangesOf(segments).map(({ text, status }) =>
      make("li", {}, make("span", { class: `status ${status}` }, status), ` ${text}`)
    ),
    rest > 0 ? make("li", { class: "muted" }, `and ${formatCount(rest)} more`) : null,
  );
}

/**
 * @param {Segment} first
 * @param {Segment} last
 * @param {number} count
 */
function textOf({ index, redundancy }, last, count) {
  const copy = redundancy === 0 ? "" : `, copy ${redundancy + 1}`;
  if (count === 1) return `Segment ${formatCount(index + 1)}${copy}`;
  return `Segments ${formatCount(index + 1)} to ${formatCount(last.index + 1)} (${formatCount(count)})${copy}`;
}
