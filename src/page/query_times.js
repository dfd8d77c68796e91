// @ts-check
/// <reference lib="dom" />
import { byId, make } from "./dom.js";
import { capital, formatCompact, formatCount, formatMilliseconds, formatPercent } from "./format.js";

/**
 * @typedef {import("../monitoring/latency_table.ts").Latency} Latency
 * @typedef {import("../monitoring/warnings.ts").SlowQueries} SlowQueries
 */

/** What the scale reaches over, in milliseconds. */
const LEAST = 0.01, MOST = 10_000;
const MARKS = [0.1, 1, 10, 100, 1000];

/** What is shown at first: the queries that users wait for, and single writes. */
const MAIN = ["file read", "lookup", "search", "pending", "files", "write"];

/** How long queries take: tables, with a range under each row on a logarithmic scale. */
export class QueryTimes {
  #main = make("div");
  #others = make("div");
  #fold = make("details", {}, make("summary", {}, "Other operations"), this.#others);

  #days = make("tbody");
  #byDay = make(
    "details",
    {},
    make("summary", {}, "Slow queries by day"),
    make(
      "table",
      {},
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          ...["Day", "Queries", "Slower than promised", "99 % in"].map((name) =>
            make("th", { scope: "col", class: name !== "Day" && "number" }, name)
          ),
        ),
      ),
      this.#days,
    ),
  );

  constructor() {
    byId("times").append(this.#main, this.#byDay, this.#fold);
  }

  /**
   * @param {Record<string, Latency>} latencies by operation
   * @param {SlowQueries[]} slow by day
   */
  show(latencies, slow) {
    this.#days.replaceChildren(...slow.map(dayRow));
    this.#byDay.hidden = slow.length === 0;
    const times = Object.entries(latencies).filter(([, { count }]) => count > 0);
    const main = times.filter(([name]) => MAIN.includes(name)), others = times.filter(([name]) => !MAIN.includes(name));
    this.#main.replaceChildren(
      ...(main.length > 0 ? tableOf(main) : [make("p", { class: "empty" }, "Little has been asked for yet.")]),
    );
    this.#others.replaceChildren(...tableOf(others));
    this.#fold.hidden = others.length === 0;
  }
}

/** @param {SlowQueries} day */
function dayRow({ day, count, slow, p99 }) {
  return make(
    "tr",
    {},
    make("td", {}, day),
    make("td", { class: "number" }, formatCount(count)),
    make("td", { class: "number" }, slow === 0 ? "none" : `${formatCount(slow)} (${formatPercent(slow, count)})`),
    make("td", { class: "number" }, formatMilliseconds(p99)),
  );
}

/** @param {[string, Latency][]} times */
function tableOf(times) {
  const head = ["", "Half in", "99 % in", "Longest", "Count"].map((name) =>
    name === "" ? make("td") : make("th", { scope: "col" }, name)
  );
  const scale = make("div", { class: "scale muted", "aria-hidden": "true" });
  for (const mark of MARKS) {
    const label = make("span", {}, mark < 1 ? `${mark} ms` : formatMilliseconds(mark).replace(".0", ""));
    label.style.setProperty("--at", placeOf(mark));
    scale.append(label);
  }
  const rows = times.map(([name, latency]) => rowOf(name, latency));
  const table = make(
    "table",
    { class: "times" },
    make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...rows),
  );
  return [table, scale];
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
