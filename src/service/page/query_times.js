// @ts-check
/// <reference lib="dom" />
import { byId, make } from "./dom.js";
import { capital, formatCompact, formatMilliseconds } from "./format.js";

/** @typedef {{ count: number, p50: number, p99: number, longest: number }} Latency milliseconds */

/** What the scale reaches over, in milliseconds. */
const LEAST = 0.01, MOST = 10_000;
const MARKS = [0.1, 1, 10, 100, 1000];

/**
 * Shows how long queries take: a table, with a range under each row on a logarithmic scale.
 * @param {Record<string, Latency>} latencies
 */
export function showQueryTimes(latencies) {
  const times = Object.entries(latencies).filter(([, { count }]) => count > 0);
  if (times.length === 0) {
    byId("times").replaceChildren(make("p", { class: "empty" }, "Nothing has been asked for yet."));
    return;
  }
  const head = ["", "Half in", "99 % in", "Longest", "Queries"].map((name) =>
    name === "" ? make("td") : make("th", { scope: "col" }, name)
  );
  const scale = make("div", { class: "scale muted", "aria-hidden": "true" });
  for (const mark of MARKS) {
    const label = make("span", {}, mark < 1 ? `${mark} ms` : formatMilliseconds(mark).replace(".0", ""));
    label.style.setProperty("--at", placeOf(mark));
    scale.append(label);
  }
  byId("times").replaceChildren(
    make(
      "table",
      { class: "times" },
      make("thead", {}, make("tr", {}, ...head)),
      make("tbody", {}, ...times.map(([name, latency]) => rowOf(name, latency))),
    ),
    scale,
  );
}

/**
 * @param {string} name
 * @param {Latency} latency
 */
function rowOf(name, { count, p50, p99, longest }) {
  const range = make("span", { class: "range", "aria-hidden": "true" }, make("span"));
  range.style.setProperty("--p50", placeOf(p50));
  range.style.setProperty("--p99", placeOf(p99));
  range.style.setProperty("--longest", placeOf(longest));
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, capital(name), range),
    ...[p50, p99, longest].map((time) => make("td", { class: "number" }, formatMilliseconds(time))),
    make("td", { class: "number" }, formatCompact(count)),
  );
}

/**
 * Where a time stands on the scale.
 * @param {number} milliseconds
 */
function placeOf(milliseconds) {
  const part = Math.log(Math.max(milliseconds, LEAST) / LEAST) / Math.log(MOST / LEAST);
  return `${(Math.min(part, 1) * 100).toFixed(2)}%`;
}
