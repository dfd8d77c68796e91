// @ts-check
/// <reference lib="dom" />
import { get, isAborted, send } from "./api.js";
import { folderAddress, nzbLink } from "./file_row.js";
import { rangeList } from "./segment_ranges.js";
import { beginning, byId, elementOf, errorNotice, make, replaceIfOther, untrusted } from "./dom.js";
import { formatBytes, formatCount, formatMoment, plural } from "./format.js";

/**
 * @typedef {import("./api.js").FileSummary} FileSummary
 * @typedef {import("./api.js").Segment} Segment
 * @typedef {{ segments: Segment[], next: string | null }} SegmentPage
 */

/** Rows of a page: a file may have millions of segments. */
const PAGE = 100;

/** Segments that are still to post, of which ranges are told. */
const PENDING = 1000;

/** Columns that are set right. */
const NUMBERS = ["Segment", "Copy", "Size"];

/** One file with its segments. */
export class FileView {
  /** What is asked for while this file is shown, and the last time that it is read anew. */
  #asking = new AbortController();
  #refreshing = new AbortController();
  #id = "";
  #name = "";
  #tools = make("div", { class: "panel tools" });
  #facts = make("dl", { class: "panel facts-list" });
  /** @type {SegmentTable | undefined} */
  #table;

  get title() {
    return this.#name.slice(0, 100) || "File";
  }

  /** @param {URLSearchParams} query */
  show(query) {
    this.#asking.abort();
    this.#asking = new AbortController();
    this.#id = query.get("id") ?? "";
    this.#name = "";
    this.#table = undefined;
    byId("file-name").textContent = "File";
    byId("file").replaceChildren();
    return this.refresh();
  }

  /** Reads the file anew; what a user has turned to stays. */
  async refresh() {
    this.#refreshing.abort();
    this.#refreshing = new AbortController();
    const signal = AbortSignal.any([this.#asking.signal, this.#refreshing.signal]);
    const file_id = this.#id, after = this.#table?.after;
    try {
      /** @type {[FileSummary, SegmentPage]} */
      const [file, page] = await Promise.all([
        get("/api/file", { file_id }, signal),
        get("/api/segments", { file_id, limit: PAGE, after }, signal),
      ]);
      const pending = file.pending_count === 0
        ? null
        : await get("/api/segments", { file_id, pending: 1, limit: PENDING }, signal);
      this.#show(file, pending?.segments ?? []);
      if (!this.#table) {
        this.#table = new SegmentTable((after) =>
          get("/api/segments", { file_id, limit: PAGE, after }, this.#asking.signal)
        );
        byId("file").replaceChildren(this.#tools, this.#facts, this.#table.element);
      }
      this.#table.show(file.segment_count, page, after);
      byId("file-error").replaceChildren();
    } catch (error) {
      showError(error);
    }
  }

  hide() {
    this.#asking.abort();
    byId("file").replaceChildren();
  }

  /**
   * @param {FileSummary} file
   * @param {Segment[]} pending the first that are still to post
   */
  #show(file, pending) {
    this.#name = file.name;
    document.title = `${this.title} – usync-db`;
    byId("file-name").replaceChildren(file.name === "" ? "(no name)" : beginning(file.name));
    replaceIfOther(this.#tools, toolsOf(file, pending, (from, status) => this.#setStatus(from, status)));
    replaceIfOther(this.#facts, factsOf(file));
  }

  /**
   * @param {string[]} from
   * @param {string} status
   */
  async #setStatus(from, status) {
    try {
      await send("POST", "/api/set-status", { file_ids: [this.#id], from, status });
      await this.refresh();
    } catch (error) {
      showError(error);
    }
  }

  /**
   * Where the way back leads to.
   * @param {string} address
   */
  cameFrom(address) {
    elementOf("file-back", HTMLAnchorElement).href = address;
  }
}

/**
 * How far a file is, and what can be done with it: its NZB, and its segments that failed.
 * @param {FileSummary} file
 * @param {Segment[]} pending the first that are still to post
 * @param {(from: string[], status: string) => void} setStatus
 */
function toolsOf({ file_id, name, segment_count, posted_count, pending_count }, pending, setStatus) {
  const label = name.slice(0, 100), isPending = pending_count > 0;
  const hasFailed = pending.some(({ status }) => status === "failed" || status === "uploading");
  const act = (/** @type {string} */ text, /** @type {string[]} */ from, /** @type {string} */ status) =>
    make("button", { type: "button", "aria-label": text, onclick: () => setStatus(from, status) }, text);
  const left = isPending ? `, ${formatCount(pending_count)} to post` : "";
  return [
    make("p", {}, `${formatCount(posted_count)} of ${plural(segment_count, "segment")} posted${left}`),
    make("progress", { max: Math.max(1, segment_count), value: posted_count, "aria-label": `Posted of ${label}` }),
    isPending ? rangeList(pending, pending_count) : null,
    make(
      "div",
      { class: "actions" },
      posted_count > 0 ? nzbLink({ file_id }, label) : null,
      hasFailed ? act("Retry failed", ["failed", "uploading"], "pending") : null,
      isPending ? act("Cancel posting", ["pending", "failed", "uploading"], "cancelled") : null,
    ),
  ].filter((element) => element !== null);
}

/** @param {unknown} error */
function showError(error) {
  if (isAborted(error)) return;
  byId("file-error").replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
}

/** @param {FileSummary} file */
function factsOf(file) {
  const { path, folder, size, subject, poster, groups, created_at } = file;
  /** @type {[string, string | null][]} */
  const facts = [
    ["Name", file.name.length > 100 ? file.name : null],
    ["Size", `${formatBytes(size)} (${formatCount(size)} bytes)`],
    ["Path", path === file.name ? null : path],
    ["Folder", folder && (folder.name || folder.path || folder.folder_id)],
    ["Subject", subject],
    ["Poster", poster],
    ["Groups", groups.join(", ")],
    ["Created", created_at && formatMoment(created_at)],
    ["Hash", file.hash],
    ["File ID", file.file_id],
    ["Other", file.meta && JSON.stringify(file.meta)],
  ];
  return facts.filter(([, value]) => value).map(([name, value]) =>
    make("div", {}, make("dt", {}, name), make("dd", {}, valueOf(name, value ?? "", file)))
  );
}

/**
 * @param {string} name
 * @param {string} value
 * @param {FileSummary} file
 */
function valueOf(name, value, { folder, groups }) {
  if (name === "Folder" && folder) return linkTo(folderAddress(folder.folder_id), value);
  if (name === "Poster") return linkTo(`#/files?${new URLSearchParams({ poster: value })}`, value);
  if (name !== "Groups") return untrusted(value);
  const links = groups.map((group) => linkTo(`#/files?${new URLSearchParams({ group })}`, group));
  return make("span", { class: "links" }, ...links);
}

/**
 * @param {string} href
 * @param {string} text
 */
function linkTo(href, text) {
  return make("a", { href }, beginning(text.trim() || "(no name)"));
}

/** The segments of a file, of which a page at a time is read. */
class SegmentTable {
  #count = 0;
  #read;
  /** Where this page begins, and before it those that led here: the segment before, undefined for the first page.
   * @type {(string | undefined)[]} */
  #path = [undefined];
  /** @type {SegmentPage} */
  #page = { segments: [], next: null };
  #turns = 0;
  #head = make("thead");
  #rows = make("tbody");
  #state = make("p", { class: "muted", role: "status" });
  #number = make("input", { type: "number", min: 1, id: "segment-number", inputmode: "numeric" });
  #empty = make("p", { class: "empty" }, "This file has no segments.");
  #buttons;
  #pages;

  /** @param {(after: string | undefined) => Promise<SegmentPage>} read */
  constructor(read) {
    this.#read = read;
    const button = (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => void} */ onclick) =>
      make("button", { type: "button", "aria-label": label, onclick }, text);
    this.#buttons = {
      back: [
        button("«", "First page", () => this.#go([undefined])),
        button("‹", "Page before", () => this.#go(this.#path.slice(0, -1))),
      ],
      on: [button("›", "Next page", () => this.#go([...this.#path, this.#page.next ?? undefined]))],
    };
    this.#pages = this.#pager();
    this.element = make(
      "section",
      { class: "panel", "aria-labelledby": "segments-title" },
      make("div", { class: "panel-head" }, make("h2", { id: "segments-title" }, "Segments"), this.#state),
      this.#pages,
      this.#empty,
      make("table", { class: "segments" }, this.#head, this.#rows),
    );
  }

  /** Where the page that is shown begins. */
  get after() {
    return this.#path[this.#path.length - 1];
  }

  /**
   * Shows the page at `after`, which was read anew, unless the user has gone on meanwhile.
   * @param {number} count
   * @param {SegmentPage} page
   * @param {string | undefined} after
   */
  show(count, page, after) {
    if (after !== this.after) return;
    [this.#count, this.#page] = [count, page];
    this.#show();
  }

  #pager() {
    const jump = make(
      "form",
      { class: "jump", onsubmit: (/** @type {Event} */ event) => this.#jump(event) },
      make("label", { for: "segment-number" }, "Segment"),
      this.#number,
      make("button", { type: "submit" }, "Go"),
    );
    return make("div", { class: "pager" }, ...this.#buttons.back, ...this.#buttons.on, jump);
  }

  /**
   * Goes to a segment of the first copy.
   * @param {Event} event
   */
  async #jump(event) {
    event.preventDefault();
    const index = Math.max(1, Math.trunc(this.#number.valueAsNumber || 1)) - 1;
    await this.#go(index === 0 ? [undefined] : [undefined, `0:${index - 1}`]);
    const [found] = this.#rows.rows;
    if (!found) return;
    found.tabIndex = -1;
    found.focus();
  }

  /** @param {(string | undefined)[]} path */
  async #go(path) {
    const turn = ++this.#turns;
    try {
      const page = await this.#read(path[path.length - 1]);
      if (turn !== this.#turns) return; // the user has gone on meanwhile
      [this.#page, this.#path] = [page, path];
      this.#show();
    } catch (error) {
      showError(error);
    }
  }

  #show() {
    const { segments, next } = this.#page, hasCopies = segments.some(({ redundancy }) => redundancy > 0);
    const heads = ["Segment", ...(hasCopies ? ["Copy"] : []), "Size", "Status", "Message-ID", "Posted"];
    const cells = heads.map((name) => make("th", { scope: "col", class: NUMBERS.includes(name) && "number" }, name));
    this.#head.replaceChildren(make("tr", {}, ...cells));
    replaceIfOther(this.#rows, segments.map((segment) => this.#rowOf(segment, hasCopies)));
    this.#pages.hidden = this.#path.length === 1 && next === null;
    this.#empty.hidden = this.#count > 0;
    this.#head.hidden = this.#count === 0;
    for (const button of this.#buttons.back) button.disabled = this.#path.length === 1;
    for (const button of this.#buttons.on) button.disabled = next === null;
    const all = plural(this.#count, "segment"), first = segments[0], last = segments[segments.length - 1];
    this.#state.textContent = this.#path.length === 1 && next === null
      ? all
      : segments.length === 0
      ? `No more of ${all}`
      : `${placeOf(first)} to ${placeOf(last)} of ${all}`;
  }

  /**
   * @param {Segment} segment
   * @param {boolean} hasCopies
   */
  #rowOf({ index, redundancy, size, status, message_id, uploaded_at }, hasCopies) {
    return make(
      "tr",
      {},
      make("th", { scope: "row", class: "number" }, formatCount(index + 1)),
      hasCopies ? make("td", { class: "number" }, redundancy === 0 ? "first" : String(redundancy + 1)) : null,
      make("td", { class: "number" }, formatBytes(size)),
      make("td", {}, make("span", { class: `status ${status}` }, status)),
      make("td", { class: "id" }, message_id === null ? "–" : untrusted(message_id)),
      make("td", { class: "moment" }, uploaded_at === null ? "–" : formatMoment(uploaded_at)),
    );
  }
}

/**
 * A segment by its number, with its copy where it is not the first.
 * @param {Segment} segment
 */
function placeOf({ index, redundancy }) {
  return redundancy === 0 ? formatCount(index + 1) : `${formatCount(index + 1)} (copy ${redundancy + 1})`;
}
