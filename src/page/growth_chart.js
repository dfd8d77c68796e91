// @ts-check
/// <reference lib="dom" />
import { byId, make } from "./dom.js";
import { formatBytes, formatCompact, formatCount, formatMoment } from "./format.js";
import { perDay, samplesSince } from "./growth_points.js";

/**
 * @typedef {import("./growth_points.js").Point} Point
 * @typedef {import("./growth_points.js").Measure} Measure
 * @typedef {import("./growth_points.js").Sample} Sample
 * @typedef {import("../store/tier_policy.ts").LimitUse} LimitUse
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
/** Seconds that the chart looks back. */
const SPANS = { "24 h": DAY, "30 d": 30 * DAY, "1 y": 365 * DAY, "All": Infinity };
/** Rows of the table beside the chart. */
const MAX_ROWS = 40;
/** A limit is in the chart from this part of it on; else the line would lie on the ground. */
const NEAR_LIMIT = 0.25;

/** How the store has grown: a chart of one measure at a time, and the same as a table. */
export class GrowthChart {
  /** @type {Point[]} */
  #points = [];
  /** @type {LimitUse[]} */
  #limits = [];
  /** @type {Measure} */
  #measure = "segments";
  /** @type {keyof SPANS} */
  #span = "All";
  #isPerDay = false;
  /** What is drawn. @type {Sample[]} */
  #samples = [];
  /** @type {import("uplot") | undefined} */
  #chart;
  #frame = make("div", { class: "chart", role: "img" });
  #readout = make("p", { class: "readout muted", "aria-hidden": "true" });
  #rows = make("tbody");
  #empty = make("p", { class: "empty" });

  constructor() {
    const measures = Object.entries(MEASURES).map(([measure, { name }]) => [measure, name]);
    this.#addChoices("growth-measures", "growth", measures, this.#measure, (measure) => {
      this.#measure = /** @type {Measure} */ (measure);
    });
    this.#addChoices("growth-spans", "span", Object.keys(SPANS).map((span) => [span, span]), this.#span, (span) => {
      this.#span = /** @type {keyof SPANS} */ (span);
    });
    this.#addChoices("growth-kinds", "kind", [["", "Total"], ["day", "Per day"]], "", (kind) => {
      this.#isPerDay = kind === "day";
    });
    const head = ["Time", "Segments", "Files", "Content", "Database"].map((name) =>
      make("th", { scope: "col", class: name !== "Time" && "number" }, name)
    );
    const table = make("table", {}, make("thead", {}, make("tr", {}, ...head)), this.#rows);
    const region = { class: "scroll", tabindex: 0, role: "region", "aria-label": "Growth as a table" };
    const inTable = make("details", {}, make("summary", {}, "As a table"), make("div", region, table));
    byId("growth").append(this.#empty, this.#readout, this.#frame, inTable);
    const fit = () => this.#chart?.setSize({ width: this.#frame.clientWidth, height: HEIGHT });
    new ResizeObserver(fit).observe(this.#frame);
    this.#draw();
    for (const look of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
      matchMedia(look).addEventListener("change", () => this.#draw());
    }
  }

  /**
   * @param {Point[]} points in the order of time
   * @param {LimitUse[]} limits
   */
  show(points, limits) {
    [this.#points, this.#limits] = [points, limits];
    this.#draw();
    const step = Math.ceil(points.length / MAX_ROWS), last = points.length - 1;
    const rows = points.filter((_, i) => (last - i) % step === 0).reverse().map((point) =>
      make(
        "tr",
        {},
        make("td", {}, formatMoment(point.at)),
        ...Object.entries(MEASURES).map(([measure, { format }]) =>
          make("td", { class: "number" }, format(point[/** @type {Measure} */ (measure)]))
        ),
      )
    );
    this.#rows.replaceChildren(...rows);
  }

  /**
   * @param {string} id
   * @param {string} name
   * @param {string[][]} choices values with their texts
   * @param {string} chosen
   * @param {(value: string) => void} choose
   */
  #addChoices(id, name, choices, chosen, choose) {
    for (const [value, text] of choices) {
      const input = make("input", {
        ...{ type: "radio", name, value, checked: value === chosen },
        onchange: () => (choose(value), this.#draw()),
      });
      byId(id).append(make("label", {}, input, make("span", {}, text)));
    }
  }

  #draw() {
    this.#chart?.destroy();
    this.#chart = undefined;
    const points = this.#points, seconds = SPANS[this.#span];
    const now = points.length > 0 ? Date.parse(points[points.length - 1].at) : 0;
    const samples = samplesSince(points, this.#measure, now - seconds * 1000);
    const hasLine = samples.length > 1 && samples[0].at !== samples[samples.length - 1].at;
    this.#samples = this.#isPerDay ? perDay(samples) : samples;
    byId("growth").classList.toggle("without", !hasLine);
    this.#empty.textContent = points.length > 1 && points[0].at !== points[points.length - 1].at
      ? "Nothing was measured in this time."
      : "The line begins when there are two measurements, an hour after the first import.";
    if (!hasLine) return;
    const from = seconds === Infinity ? samples[0].at / 1000 : now / 1000 - seconds;
    const look = { from, isPerDay: this.#isPerDay, axis: MEASURES[this.#measure].axis };
    const options = chartOptions(this.#frame, look, (i) => this.#read(i));
    this.#chart = new uPlot(options, this.#data(), this.#frame);
    this.#read(null);
  }

  /** The limit of what is drawn, where it is near enough to be drawn, too. */
  get #limit() {
    const use = this.#limits.find(({ limit }) => limit === this.#measure);
    return use && !this.#isPerDay && use.used >= use.most * NEAR_LIMIT ? use.most : null;
  }

  /** @returns {import("uplot").AlignedData} */
  #data() {
    const samples = this.#samples, limit = this.#limit;
    return [samples.map(({ at }) => at / 1000), samples.map(({ amount }) => amount), samples.map(() => limit)];
  }

  /**
   * Tells one point above the chart, the last one unless told otherwise, and first and last one to screen readers.
   * @param {number | null | undefined} index
   */
  #read(index) {
    const { name, format } = MEASURES[this.#measure], samples = this.#samples, isPerDay = this.#isPerDay;
    const textOf = (/** @type {Sample} */ { at, amount }) => {
      const moment = formatMoment(new Date(at).toISOString());
      return isPerDay ? `${format(amount)} on ${moment.slice(0, 10)}` : `${format(amount)} at ${moment}`;
    };
    const last = samples[samples.length - 1], limit = this.#limit;
    const line = limit === null ? "" : `; the dashed line is the limit, ${format(limit)}`;
    this.#readout.textContent = textOf(samples[index ?? samples.length - 1] ?? last) + line;
    const what = isPerDay ? `${name} per day` : name;
    this.#frame.setAttribute("aria-label", `${what}: ${textOf(samples[0])}, ${textOf(last)}${line}`);
  }
}

/** Steps of an axis of amounts: there are no halves of files or bytes. */
const WHOLE_STEPS = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

/**
 * @param {HTMLElement} frame
 * @param {{ from: number, isPerDay: boolean, axis: (amount: number) => string }} look
 * @param {(index: number | null | undefined) => void} point
 * @returns {import("uplot").Options}
 */
function chartOptions(frame, { from, isPerDay, axis }, point) {
  const style = getComputedStyle(frame);
  const color = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const axes = {
    stroke: color("--muted"),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
  };
  const bars = isPerDay ? { paths: uPlot.paths.bars?.({ size: [0.8, 40], align: 1 }) } : {};
  return {
    width: frame.clientWidth,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    hooks: { setCursor: [({ cursor }) => point(cursor.idx)] },
    scales: {
      x: { range: (_chart, first, last) => spanOf(Math.min(from, first), isPerDay ? last + DAY : last) },
      y: { range: (_chart, least, most) => [Math.min(0, least), most > 0 ? most * 1.08 : 1] },
    },
    axes: [
      { ...axes, space: 70, size: 34, grid: { show: false }, values: timeLabels },
      { ...axes, space: 36, size: 58, incrs: WHOLE_STEPS, values: (_chart, amounts) => amounts.map(axis) },
    ],
    series: [
      {},
      { stroke: color("--accent"), fill: color("--accent-faint"), width: 2, ...bars },
      { stroke: color("--warn-bar"), width: 2, dash: [6, 5], points: { show: false } },
    ],
  };
}

/**
 * @param {number} from
 * @param {number} to
 * @returns {[number, number]}
 */
function spanOf(from, to) {
  return [Math.min(from, to - HOUR), to];
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
