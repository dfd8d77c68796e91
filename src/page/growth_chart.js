// @ts-check
/// <reference lib="dom" />
import { byId, make } from "./dom.js";
import { formatBytes, formatCompact, formatCount, formatMoment } from "./format.js";

/**
 * @typedef {import("../monitoring/growth.ts").GrowthPoint} Point
 * @typedef {Exclude<keyof Point, "at">} Measure
 */

/** @type {Record<Measure, { name: string, format: (amount: number) => string, axis: (amount: number) => string }>} */
const MEASURES = {
  segments: { name: "Segments", format: formatCount, axis: formatCompact },
  files: { name: "Files", format: formatCount, axis: formatCompact },
  content_bytes: { name: "Content", format: formatBytes, axis: formatBytes },
  database_bytes: { name: "Database", format: formatBytes, axis: formatBytes },
};

/** A script of its own, which comes before the modules. */
const { uPlot } = /** @type {{ uPlot: typeof import("uplot") }} */ (/** @type {unknown} */ (globalThis));

const HEIGHT = 210;
/** Seconds; what the chart spans at least is an hour. */
const HOUR = 3600, DAY = 24 * HOUR;
/** Rows of the table beside the chart. */
const MOST_ROWS = 40;

/** How the store has grown: a chart of one measure at a time, and the same as a table. */
export class GrowthChart {
  /** @type {Point[]} */
  #points = [];
  /** @type {Measure} */
  #measure = "segments";
  /** @type {import("uplot") | undefined} */
  #chart;
  #frame = make("div", { class: "chart", role: "img" });
  #readout = make("p", { class: "readout muted", "aria-hidden": "true" });
  #rows = make("tbody");
  #empty = make(
    "p",
    { class: "empty" },
    "The line begins when there are two measurements, an hour after the first import.",
  );

  constructor() {
    for (const [measure, { name }] of Object.entries(MEASURES)) this.#addChoice(/** @type {Measure} */ (measure), name);
    const head = make(
      "tr",
      {},
      ...["Time", "Segments", "Files", "Content", "Database"].map((name) =>
        make("th", { scope: "col", class: name !== "Time" && "number" }, name)
      ),
    );
    const table = make("table", {}, make("thead", {}, head), this.#rows);
    const scroll = make(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Growth as a table" },
      table,
    );
    const inTable = make("details", {}, make("summary", {}, "As a table"), scroll);
    byId("growth").append(this.#empty, this.#readout, this.#frame, inTable);
    new ResizeObserver(() => this.#chart?.setSize({ width: this.#frame.clientWidth, height: HEIGHT })).observe(
      this.#frame,
    );
    this.#draw();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  /** @param {Point[]} points in the order of time */
  show(points) {
    this.#points = points;
    if (this.#chart && hasLine(points)) this.#chart.setData(this.#data());
    else this.#draw();
    this.#read();
    const step = Math.ceil(points.length / MOST_ROWS);
    const last = points.length - 1;
    this.#rows.replaceChildren(
      ...points.filter((_, i) => (last - i) % step === 0).reverse().map((point) =>
        make(
          "tr",
          {},
          make("td", {}, formatMoment(point.at)),
          ...Object.entries(MEASURES).map(([measure, { format }]) =>
            make("td", { class: "number" }, format(point[/** @type {Measure} */ (measure)]))
          ),
        )
      ),
    );
  }

  /**
   * @param {Measure} measure
   * @param {string} name
   */
  #addChoice(measure, name) {
    const choose = () => {
      this.#measure = measure;
      this.#draw();
      this.#read();
    };
    const input = make("input", {
      ...{ type: "radio", name: "growth", value: measure, checked: measure === this.#measure },
      onchange: choose,
    });
    byId("growth-measures").append(make("label", {}, input, make("span", {}, name)));
  }

  #draw() {
    this.#chart?.destroy();
    this.#chart = undefined;
    const isLine = hasLine(this.#points);
    byId("growth").classList.toggle("without", !isLine);
    if (!isLine) return;
    const options = chartOptions(this.#frame, MEASURES[this.#measure].axis, (i) => this.#read(i));
    this.#chart = new uPlot(options, this.#data(), this.#frame);
  }

  /** @returns {import("uplot").AlignedData} */
  #data() {
    return [this.#points.map(({ at }) => Date.parse(at) / 1000), this.#points.map((point) => point[this.#measure])];
  }

  /**
   * Tells one point above the chart, the last one unless told otherwise, and first and last one to screen readers.
   * @param {number | null} [index]
   */
  #read(index) {
    const { name, format } = MEASURES[this.#measure], points = this.#points;
    if (points.length === 0) return;
    const told = (/** @type {Point} */ point) => `${format(point[this.#measure])} at ${formatMoment(point.at)}`;
    const last = points[points.length - 1];
    this.#readout.textContent = told(points[index ?? points.length - 1] ?? last);
    this.#frame.setAttribute("aria-label", `${name}: ${told(points[0])}, ${told(last)}`);
  }
}

/**
 * Whether points lie on at least two moments: one alone has no scale.
 * @param {Point[]} points
 */
function hasLine(points) {
  return points.length > 1 && points[0].at !== points[points.length - 1].at;
}

/** Steps of an axis of amounts: there are no halves of files or bytes. */
const WHOLE_STEPS = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

/**
 * @param {HTMLElement} frame
 * @param {(amount: number) => string} axis
 * @param {(index: number | null | undefined) => void} point
 * @returns {import("uplot").Options}
 */
function chartOptions(frame, axis, point) {
  const style = getComputedStyle(frame);
  const color = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const axes = {
    stroke: color("--muted"),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: frame.clientWidth,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    hooks: { setCursor: [({ cursor }) => point(cursor.idx)] },
    scales: {
      x: { range: (_chart, first, last) => [Math.min(first, last - HOUR), last] },
      y: { range: (_chart, _least, most) => [0, most > 0 ? most * 1.08 : 1] },
    },
    axes: [
      { ...axes, space: 70, size: 34, grid: { show: false }, values: timeLabels },
      { ...axes, space: 36, size: 58, incrs: WHOLE_STEPS, values: (_chart, amounts) => amounts.map(axis) },
    ],
    series: [{}, { stroke: color("--accent"), fill: color("--accent-faint"), width: 2 }],
  };
}

/**
 * Moments under the chart: months where it spans years, else the day where it changes, else the time.
 * @param {import("uplot")} _chart
 * @param {number[]} moments seconds
 * @param {number} _axis
 * @param {number} _space
 * @param {number} step seconds
 */
function timeLabels(_chart, moments, _axis, _space, step) {
  let day = "";
  return moments.map((moment) => {
    const [date, time] = formatMoment(new Date(moment * 1000).toISOString()).split(" ");
    if (step >= 28 * DAY) return date.slice(0, 7);
    const isSame = date === day;
    day = date;
    return isSame ? time : time === "00:00" ? date.slice(5) : `${time}\n${date.slice(5)}`;
  });
}
