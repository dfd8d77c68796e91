// @ts-check
/// <reference lib="dom" />
import { get, isAborted } from "./api.js";
import { ChosenFiles, MAX_CHOSEN } from "./chosen_files.js";
import { byId, elementOf, errorNotice } from "./dom.js";
import { EndlessList } from "./endless_list.js";
import { FileFilter } from "./file_filter.js";
import { fileRow } from "./file_row.js";
import { formatBytes, formatCount, plural } from "./format.js";

/**
 * @typedef {import("./api.js").SearchPage} SearchPage
 * @typedef {import("../service/filtered_files.ts").FileListPage} FileListPage
 */

/** A key that follows another one sooner than this belongs to the same word. */
const TYPING_MILLISECONDS = 150;
const PAGE = 50;
/** Files that the service puts in another order than newest first. */
const MAX_SORTED = 10_000;

/** The files, newest first: all, or those that a search finds as its words are typed, and a filter lets through. */
export class FilesView {
  #box = elementOf("search", HTMLInputElement);
  #results = byId("search-results");
  #state = byId("search-state");
  #error = byId("search-error");
  #filter = new FileFilter(() => this.#typed());
  #chosen = new ChosenFiles(() => this.#list.refresh());
  #list = new EndlessList(this.#results, (after, signal) => this.#read(after, signal), (error) => this.#tell(error));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;
  /** What is shown, as an address. @type {string | null} */
  #asked = null;
  /** How much there is, while all is listed. @type {{ files: number, content_bytes: number } | null} */
  #totals = null;
  /** Whether there are more files than can be put in the order that was asked for. */
  #isCut = false;

  constructor() {
    this.#box.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#typed(), TYPING_MILLISECONDS);
      this.#list.stop(); // nobody waits for that any more
      this.#results.ariaBusy = "true";
    });
    byId("choose-all").addEventListener("click", () => this.#chooseAll());
    byId("view-files").addEventListener("keydown", (event) => this.#key(event));
  }

  get title() {
    return "Files";
  }

  get #words() {
    return this.#box.value.trim();
  }

  get #address() {
    return String(new URLSearchParams({ ...(this.#words !== "" && { q: this.#words }), ...this.#filter.address }));
  }

  /** @param {URLSearchParams} query */
  show(query) {
    const words = query.get("q") ?? "";
    if (this.#words !== words) this.#box.value = words;
    this.#filter.read(query);
    if (this.#address !== this.#asked) this.#ask();
    else this.#list.refresh();
  }

  hide() {
    clearTimeout(this.#typing);
  }

  /** What is shown may have changed. */
  refresh() {
    return this.#list.refresh();
  }

  focus() {
    this.#box.focus();
    this.#box.select();
  }

  #typed() {
    const address = this.#address;
    history.replaceState(null, "", address === "" ? "#/files" : `#/files?${address}`);
    this.#filter.read(new URLSearchParams(address));
    this.#ask();
  }

  #ask() {
    this.#asked = this.#address;
    return this.#list.start();
  }

  /**
   * @param {string | undefined} after
   * @param {AbortSignal} signal
   */
  async #read(after, signal) {
    const isFirst = after === undefined, isAll = this.#address === "";
    const [page, posted, totals] = await Promise.all([
      /** @type {Promise<FileListPage>} */ (get("/api/newest", { ...this.#query, limit: PAGE, after }, signal)),
      isFirst ? postedUnder(this.#words, signal) : [],
      isFirst && isAll ? get("/api/totals", {}, signal) : null,
    ]);
    if (isFirst) [this.#totals, this.#isCut] = [totals, page.is_cut];
    const shown = page.files.filter(({ file_id }) => !this.#chosen.isLeaving(file_id));
    return { rows: [...posted, ...shown.map((file) => fileRow(file, { chosen: this.#chosen }))], next: page.next };
  }

  /** Which files are listed, as the service takes it. */
  get #query() {
    const words = this.#words;
    // The last word is still being typed.
    const open = words === "" ? undefined : words.endsWith("*") ? words : `${words}*`;
    return { words: open, ...this.#filter.query };
  }

  /** Chooses what is listed, as many files as can be chosen. */
  async #chooseAll() {
    this.#error.replaceChildren();
    try {
      /** @type {string | null | undefined} */
      let after;
      for (let left = MAX_CHOSEN; after !== null && left > 0;) {
        /** @type {SearchPage} */
        const page = await get("/api/newest", { ...this.#query, limit: left, after });
        this.#chosen.add(page.files);
        left -= page.files.length;
        after = page.next;
      }
    } catch (error) {
      this.#error.replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
    }
  }

  /** @param {unknown} error */
  #tell(error) {
    if (error !== undefined) {
      this.#asked = null;
      return this.#error.replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
    }
    this.#error.replaceChildren();
    const { count } = this.#list;
    byId("choose-all").hidden = count === 0;
    const isEmpty = this.#asked === "" ? "No file is stored yet." : this.#nothingFound();
    this.#state.textContent = count > 0 ? `${this.#counted()}, ${this.#filter.order}` : isEmpty;
  }

  /** How many files are listed. */
  #counted() {
    const { count, hasMore } = this.#list, of = this.#isCut ? ` of the ${formatCount(MAX_SORTED)} newest` : "";
    if (this.#totals && !this.#isCut) {
      return `${plural(this.#totals.files, "file")}, ${formatBytes(this.#totals.content_bytes)}`;
    }
    return `${hasMore ? "The first " : ""}${plural(count, "file")}${of}`;
  }

  #nothingFound() {
    const isPart = this.#words !== "" && !this.#words.includes("*");
    return isPart
      ? "Nothing found. Words are found from their beginning: leave out what stands before."
      : "Nothing found.";
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const links = [.../** @type {NodeListOf<HTMLAnchorElement>} */ (this.#results.querySelectorAll("a"))];
    const place = links.findIndex((link) => link === document.activeElement);
    const isInBox = document.activeElement === this.#box;
    if (event.key === "Escape" && place >= 0) this.#box.focus();
    else if (event.key === "ArrowDown" && (isInBox || place >= 0)) {
      links[Math.min(place + 1, links.length - 1)]?.focus();
    } else if (event.key === "ArrowUp" && place > 0) links[place - 1].focus();
    else if (event.key === "ArrowUp" && place === 0) this.#box.focus();
    else if (event.key === "Enter" && isInBox) links[0]?.click();
    else return;
    event.preventDefault();
  }
}

/** Files that are listed for one Message-ID. */
const MAX_POSTED = 20;

/**
 * The files with segments that were posted under a Message-ID, where the words look like one.
 * @param {string} words
 * @param {AbortSignal} signal
 */
async function postedUnder(words, signal) {
  if (!/^\S+@\S+$/.test(words)) return [];
  try {
    /** @type {import("../store/store.ts").FoundSegments} */
    const { found, has_more } = await get("/api/find", { message_id: words, limit: MAX_POSTED }, signal);
    return found.map(({ segment, file }, i) => {
      const more = has_more && i === found.length - 1 ? ", and others" : "";
      return fileRow(file, {
        note: `Segment ${formatCount(segment.index + 1)} was posted under this Message-ID${more}`,
      });
    });
  } catch (error) {
    if (isAborted(error) || /** @type {{ status?: number }} */ (error).status !== 404) throw error;
    return [];
  }
}
