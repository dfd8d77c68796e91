// @ts-check
/// <reference lib="dom" />
import { get, isAborted, send } from "./api.js";
import { beginning, byId, elementOf, errorNotice, make, replaceKeepingFocus } from "./dom.js";
import { fileAddress } from "./file_row.js";
import { formatCount, formatSeconds, plural } from "./format.js";
import { rangeList } from "./segment_ranges.js";

/**
 * @typedef {import("./api.js").SegmentOfFile} SegmentOfFile
 * @typedef {import("./api.js").FileSummary} FileSummary
 */

/** Segments that are read at a time, and files that are shown at first. */
const PAGE = 1000, FILES = 50;
/** The shortest time that a rate is told of. */
const RATE_SECONDS = 3;

/** What is still to post, file by file: those that failed, then in the order of posting, with how far each is. */
export class PendingView {
  #list = byId("pending-list");
  #more = elementOf("pending-more", HTMLButtonElement);
  #asking = new AbortController();
  #count = FILES;
  /** How much of each file was posted when, to tell its rate. @type {Map<string, { at: number, posted: number }>} */
  #seen = new Map();

  constructor() {
    this.#more.addEventListener("click", () => {
      this.#count += FILES;
      this.refresh();
    });
  }

  get title() {
    return "Pending";
  }

  show() {
    this.#count = FILES;
    return this.refresh();
  }

  hide() {
    this.#asking.abort();
    this.#seen.clear();
  }

  /** Shows how things are now; what a user stands on stays. */
  async refresh() {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    try {
      const { groups, files, hasMore } = await this.#groups(signal);
      const isFailed = groups.map((segments) => segments.some(({ status }) => status === "failed"));
      const order = [...groups.filter((_, i) => isFailed[i]), ...groups.filter((_, i) => !isFailed[i])];
      const sections = order.map((segments) => this.#sectionOf(segments, files.get(segments[0].file_id) ?? null));
      this.#replace(sections);
      this.#more.hidden = !hasMore;
      byId("pending-error").replaceChildren();
      byId("pending-state").textContent = groups.length === 0
        ? "Nothing is pending: every segment is posted or cancelled."
        : `${hasMore ? "The first " : ""}${plural(groups.length, "file")}, failed ones first`;
    } catch (error) {
      if (isAborted(error)) return;
      byId("pending-error").replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
    }
  }

  /**
   * The pending segments by file. Of a file with very many, those of its first page: the next file begins after all of them.
   * @param {AbortSignal} signal
   */
  async #groups(signal) {
    /** @type {Map<string, SegmentOfFile[]>} */
    const groups = new Map();
    /** @type {Map<string, FileSummary>} */
    const files = new Map();
    const first = () => [...groups.values()].slice(0, this.#count);
    /** @type {string | undefined} */
    let after;
    while (groups.size <= this.#count) {
      /** @type {{ segments: SegmentOfFile[], files: FileSummary[], next: string | null }} */
      const { segments, next, ...page } = await get("/api/pending", { limit: PAGE, after, files: 1 }, signal);
      for (const file of page.files) files.set(file.file_id, file);
      for (const segment of segments) {
        const group = groups.get(segment.file_id);
        if (!group) groups.set(segment.file_id, [segment]);
        else if (group.length < PAGE) group.push(segment);
      }
      if (next === null) return { groups: first(), files, hasMore: groups.size > this.#count };
      const last = segments[segments.length - 1];
      after = (groups.get(last.file_id)?.length ?? 0) < PAGE ? next : `${last.file_id}:${2 ** 31 - 1}:${2 ** 31 - 1}`;
    }
    return { groups: first(), files, hasMore: true };
  }

  /** @param {HTMLElement[]} sections */
  #replace(sections) {
    const before = [...this.#list.children];
    const shown = sections.map((section) => before.find((old) => old.isEqualNode(section)) ?? section);
    replaceKeepingFocus(this.#list, "aria-label", shown);
  }

  /**
   * @param {SegmentOfFile[]} segments
   * @param {FileSummary | null} file
   */
  #sectionOf(segments, file) {
    const [{ file_id }] = segments, name = file ? file.name || "(no name)" : file_id;
    const total = file?.segment_count ?? segments.length, pending = file?.pending_count ?? segments.length;
    const done = total - pending, label = name.slice(0, 100);
    const act = (/** @type {string} */ text, /** @type {string[]} */ from, /** @type {string} */ status) =>
      make("button", {
        ...{ type: "button", class: "quiet", "aria-label": `${text}: ${label}` },
        onclick: () => this.#setStatus(file_id, from, status),
      }, text);
    const hasFailed = segments.some(({ status }) => status === "failed" || status === "uploading");
    return make(
      "section",
      { class: "panel to-post" },
      make("h2", {}, make("a", { href: fileAddress(file_id), "aria-label": name }, beginning(name))),
      make(
        "div",
        { class: "actions" },
        hasFailed ? act("Retry failed", ["failed", "uploading"], "pending") : null,
        act("Cancel", ["pending", "uploading", "failed"], "cancelled"),
      ),
      make("progress", { max: Math.max(1, total), value: done, "aria-label": `Posted of ${label}` }),
      make(
        "p",
        { class: "muted" },
        `${formatCount(done)} of ${plural(total, "segment")} done${this.#rateOf(file_id, done, pending)}`,
      ),
      rangeList(segments, pending),
    );
  }

  /**
   * @param {string} fileId
   * @param {number} done
   * @param {number} pending
   */
  #rateOf(fileId, done, pending) {
    const now = performance.now(), first = this.#seen.get(fileId);
    if (!first || done < first.posted) this.#seen.set(fileId, { at: now, posted: done });
    const seconds = first ? (now - first.at) / 1000 : 0, posted = first ? done - first.posted : 0;
    if (seconds < RATE_SECONDS || posted <= 0) return "";
    return ` · ${(posted / seconds).toPrecision(2)} a second · ${formatSeconds(pending / (posted / seconds))} left`;
  }

  /**
   * @param {string} fileId
   * @param {string[]} from
   * @param {string} status
   */
  async #setStatus(fileId, from, status) {
    try {
      await send("POST", "/api/set-status", { file_ids: [fileId], from, status });
      await this.refresh();
    } catch (error) {
      byId("pending-error").replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
    }
  }
}
