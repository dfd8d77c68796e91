// @ts-check
/// <reference lib="dom" />
import { get, isAborted } from "./api.js";
import { beginning, byId, elementOf, errorNotice, make, untrusted } from "./dom.js";
import { formatBytes, formatCount, formatMoment, plural } from "./format.js";

/**
 * @typedef {import("./api.js").FileSummary} FileSummary
 * @typedef {import("./api.js").Segment} Segment
 */

/** Rows of a page: a file may have 100,000 segments. */
const PAGE = 100;

/** Columns that are set right. */
const NUMBERS = ["Segment", "Copy", "Size"];

/** One file with its segments. */
export class FileView {
  #asking = new AbortController();
  #name = "";

  get title() {
    return this.#name.slice(0, 100) || "File";
  }

  /** @param {URLSearchParams} query */
  async show(query) {
    const file_id = query.get("id") ?? "";
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.#name = "";
    byId("file-name").textContent = "File";
    byId("file-error").replaceChildren();
    byId("file").replaceChildren();
    try {
      const [file, { segments }] = await Promise.all([
        /** @type {Promise<FileSummary>} */ (get("/api/file", { file_id }, signal)),
        /** @type {Promise<{ segments: Segment[] }>} */ (get("/api/segments", { file_id }, signal)),
      ]);
      this.#name = file.name;
      document.title = `${this.title} – usync-db`;
      byId("file-name").replaceChildren(file.name === "" ? "(no name)" : beginning(file.name));
      byId("file").append(factsOf(file), new SegmentTable(segments).element);
    } catch (error) {
      if (isAborted(error)) return;
      byId("file-error").replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
    }
  }

  hide() {
    this.#asking.abort();
    byId("file").replaceChildren();
  }

  /**
   * Where the way back leads to.
   * @param {string} address
   */
  cameFrom(address) {
    elementOf("file-back", HTMLAnchorElement).href = address;
  }
}

/** @param {FileSummary} file */
function factsOf(file) {
  const { path, folder, size, segment_count, posted_count, pending_count, subject, poster, groups, created_at } = file;
  /** @type {[string, string | null][]} */
  const facts = [
    ["Name", file.name.length > 100 ? file.name : null],
    ["Size", `${formatBytes(size)} (${formatCount(size)} bytes)`],
    [
      "Segments",
      `${formatCount(segment_count)}: ${formatCount(posted_count)} posted, ${formatCount(pending_count)} to post`,
    ],
    ["Path", path],
    ["Folder", folder && (folder.path || folder.name)],
    ["Subject", subject],
    ["Poster", poster],
    ["Groups", groups.join(", ")],
    ["Created", created_at && formatMoment(created_at)],
    ["Hash", file.hash],
    ["File ID", file.file_id],
    ["Other", file.meta && JSON.stringify(file.meta)],
  ];
  return make(
    "dl",
    { class: "panel facts-list" },
    ...facts.filter(([, value]) => value).map(([name, value]) =>
      make("div", {}, make("dt", {}, name), make("dd", {}, untrusted(value ?? "")))
    ),
  );
}

/** The segments of a file, a page at a time. */
class SegmentTable {
  #segments;
  #first = 0;
  #hasCopies;
  #rows = make("tbody");
  #state = make("p", { class: "muted", role: "status" });
  #place = make("input", { type: "number", min: 1, id: "segment-place", inputmode: "numeric" });
  #buttons;

  /** @param {Segment[]} segments */
  constructor(segments) {
    this.#segments = segments;
    this.#hasCopies = segments.some(({ redundancy }) => redundancy > 0);
    const last = Math.max(0, Math.ceil(segments.length / PAGE) - 1) * PAGE;
    const button = (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => number} */ to) =>
      make("button", { type: "button", "aria-label": label, onclick: () => this.#go(to()) }, text);
    this.#buttons = {
      back: [button("«", "First page", () => 0), button("‹", "Page before", () => this.#first - PAGE)],
      on: [button("›", "Next page", () => this.#first + PAGE), button("»", "Last page", () => last)],
    };
    this.#place.max = String(segments.length);
    const heads = ["Segment", ...(this.#hasCopies ? ["Copy"] : []), "Size", "Status", "Message-ID", "Posted"];
    const head = make(
      "tr",
      {},
      ...heads.map((name) => make("th", { scope: "col", class: NUMBERS.includes(name) && "number" }, name)),
    );
    const table = make("table", { class: "segments" }, make("thead", {}, head), this.#rows);
    this.element = make(
      "section",
      { class: "panel", "aria-labelledby": "segments-title" },
      make("div", { class: "panel-head" }, make("h2", { id: "segments-title" }, "Segments"), this.#state),
      segments.length > PAGE ? this.#pager() : null,
      segments.length === 0 ? make("p", { class: "empty" }, "This file has no segments.") : table,
    );
    this.#go(0);
  }

  #pager() {
    const jump = make(
      "form",
      { class: "jump", onsubmit: (/** @type {Event} */ event) => this.#jump(event) },
      make("label", { for: "segment-place" }, "Row"),
      this.#place,
      make("button", { type: "submit" }, "Go"),
    );
    return make("div", { class: "pager" }, ...this.#buttons.back, ...this.#buttons.on, jump);
  }

  /** @param {Event} event */
  #jump(event) {
    event.preventDefault();
    const row = Math.min(Math.max(1, Math.trunc(this.#place.valueAsNumber || 1)), this.#segments.length) - 1;
    this.#go(row - row % PAGE);
    const found = this.#rows.rows[row % PAGE];
    found.tabIndex = -1;
    found.focus();
  }

  /** @param {number} first */
  #go(first) {
    this.#first = Math.max(0, Math.min(first, this.#segments.length - 1));
    const page = this.#segments.slice(this.#first, this.#first + PAGE), count = this.#segments.length;
    this.#rows.replaceChildren(...page.map((segment) => this.#rowOf(segment)));
    for (const button of this.#buttons.back) button.disabled = this.#first === 0;
    for (const button of this.#buttons.on) button.disabled = this.#first + PAGE >= count;
    this.#state.textContent = count <= PAGE
      ? plural(count, "segment")
      : `${formatCount(this.#first + 1)} to ${formatCount(this.#first + page.length)} of ${formatCount(count)}`;
  }

  /** @param {Segment} segment */
  #rowOf({ index, redundancy, size, status, message_id, uploaded_at }) {
    return make(
      "tr",
      {},
      make("th", { scope: "row", class: "number" }, formatCount(index + 1)),
      this.#hasCopies ? make("td", { class: "number" }, redundancy === 0 ? "first" : String(redundancy + 1)) : null,
      make("td", { class: "number" }, formatBytes(size)),
      make("td", {}, make("span", { class: `status ${status}` }, status)),
      make("td", { class: "id" }, message_id === null ? "–" : untrusted(message_id)),
      make("td", { class: "moment" }, uploaded_at === null ? "–" : formatMoment(uploaded_at)),
    );
  }
}
