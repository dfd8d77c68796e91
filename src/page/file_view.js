// @ts-check
/// <reference lib="dom" />
import { get, isAborted, send } from "./api.js";
import { folderAddress, nzbLink } from "./file_row.js";
import { rangeList } from "./segment_ranges.js";
import { beginning, byId, elementOf, errorNotice, make, untrusted } from "./dom.js";
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
      const read = (
        /** @type {string | undefined} */ after,
      ) => /** @type {Promise<SegmentPage>} */ (get("/api/segments", { file_id, limit: PAGE, after }, signal));
      const [file, first] = await Promise.all([
        /** @type {Promise<FileSummary>} */ (get("/api/file", { file_id }, signal)),
        read(undefined),
      ]);
      this.#name = file.name;
      document.title = `${this.title} – usync-db`;
      byId("file-name").replaceChildren(file.name === "" ? "(no name)" : beginning(file.name));
      const pending = file.pending_count === 0
        ? null
        : await get("/api/segments", { file_id, pending: 1, limit: PENDING }, signal);
      this.#tools(file, pending?.segments ?? []);
      byId("file").append(factsOf(file), new SegmentTable(file.segment_count, first, read).element);
    } catch (error) {
      showError(error);
    }
  }

  hide() {
    this.#asking.abort();
    byId("file").replaceChildren();
  }

  /**
   * What can be done with the file: its NZB, and its segments that failed.
   * @param {FileSummary} file
   * @param {Segment[]} pending the first that are still to post
   */
  #tools({ file_id, name, segment_count, posted_count, pending_count }, pending) {
    const act = async (/** @type {string[]} */ from, /** @type {string} */ status) => {
      try {
        await send("POST", "/api/set-status", { file_ids: [file_id], from, status });
        await this.show(new URLSearchParams({ id: file_id }));
      } catch (error) {
        showError(error);
      }
    };
    const label = name.slice(0, 100);
    byId("file").append(make(
      "div",
      { class: "panel tools" },
      make("progress", { max: Math.max(1, segment_count), value: posted_count, "aria-label": `Posted of ${label}` }),
      pending_count > 0 ? rangeList(pending, pending_count) : null,
      make(
        "div",
        { class: "actions" },
        posted_count > 0 ? nzbLink({ file_id }, label) : null,
        pending_count > 0
          ? make("button", { type: "button", onclick: () => act(["failed", "uploading"], "pending") }, "Retry failed")
          : null,
        pending_count > 0
          ? make(
            "button",
            { type: "button", onclick: () => act(["pending", "failed", "uploading"], "cancelled") },
            "Cancel posting",
          )
          : null,
      ),
    ));
  }

  /**
   * Where the way back leads to.
   * @param {string} address
   */
  cameFrom(address) {
    elementOf("file-back", HTMLAnchorElement).href = address;
  }
}

/** @param {unknown} error */
function showError(error) {
  if (isAborted(error)) return;
  byId("file-error").replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
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
  return make(
    "dl",
    { class: "panel facts-list" },
    ...facts.filter(([, value]) => value).map(([name, value]) =>
      make("div", {}, make("dt", {}, name), make("dd", {}, valueOf(name, value ?? "", file)))
    ),
  );
}

/**
 * @param {string} name
 * @param {string} value
 * @param {FileSummary} file
 */
function valueOf(name, value, { folder, groups }) {
  if (name === "Folder" && folder) {
    return make("a", { href: folderAddress(folder.folder_id) }, beginning(value.trim() || "(no name)"));
  }
  if (name !== "Groups") return untrusted(value);
  const links = groups.map((group) =>
    make("a", { href: `#/files?${new URLSearchParams({ group })}` }, beginning(group.trim() || "(no name)"))
  );
  return make("span", { class: "links" }, ...links);
}

/** The segments of a file, of which a page at a time is read. */
class SegmentTable {
  #count;
  #read;
  /** Where this page begins, and before it those that led here: the segment before, undefined for the first page.
   * @type {(string | undefined)[]} */
  #path = [undefined];
  #page;
  #head = make("thead");
  #rows = make("tbody");
  #state = make("p", { class: "muted", role: "status" });
  #number = make("input", { type: "number", min: 1, id: "segment-number", inputmode: "numeric" });
  #buttons;

  /**
   * @param {number} count
   * @param {SegmentPage} first
   * @param {(after: string | undefined) => Promise<SegmentPage>} read
   */
  constructor(count, first, read) {
    this.#count = count;
    this.#page = first;
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
    const table = make("table", { class: "segments" }, this.#head, this.#rows);
    this.element = make(
      "section",
      { class: "panel", "aria-labelledby": "segments-title" },
      make("div", { class: "panel-head" }, make("h2", { id: "segments-title" }, "Segments"), this.#state),
      first.next === null ? null : this.#pager(),
      first.segments.length === 0 ? make("p", { class: "empty" }, "This file has no segments.") : table,
    );
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
    try {
      this.#page = await this.#read(path[path.length - 1]);
      this.#path = path;
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
    this.#rows.replaceChildren(...segments.map((segment) => this.#rowOf(segment, hasCopies)));
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
