// @ts-check
/// <reference lib="dom" />
import { get, isAborted } from "./api.js";
import { beginning, byId, elementOf, errorNotice, make } from "./dom.js";
import { formatBytes, formatCount, formatMoment, plural } from "./format.js";

/**
 * @typedef {import("./api.js").FileSummary} FileSummary
 * @typedef {{ files: FileSummary[], next: string | null }} Page
 */

/** A key that follows another one sooner than this belongs to the same word. */
const TYPING_MILLISECONDS = 150;
const PAGE = 50;

/** All files, or those that a search finds as its words are typed. */
export class FilesView {
  #box = elementOf("search", HTMLInputElement);
  #list = byId("search-results");
  #more = elementOf("search-more", HTMLButtonElement);
  #state = byId("search-state");
  #error = byId("search-error");
  #asking = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;
  /** @type {string | null} */
  #asked = null;
  /** @type {string | null} */
  #next = null;

  constructor() {
    this.#box.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#typed(), TYPING_MILLISECONDS);
      this.#asking.abort(); // nobody waits for that any more
      this.#list.ariaBusy = "true";
    });
    this.#more.addEventListener("click", () => this.#showMore());
    byId("view-files").addEventListener("keydown", (event) => this.#key(event));
  }

  get title() {
    return "Files";
  }

  /** @param {URLSearchParams} query */
  show(query) {
    const words = query.get("q") ?? "";
    if (this.#box.value.trim() !== words) this.#box.value = words;
    if (words !== this.#asked) this.#ask(words);
  }

  hide() {
    clearTimeout(this.#typing);
  }

  /** What is shown may have changed. */
  refresh() {
    this.#asked = null;
  }

  focus() {
    this.#box.focus();
    this.#box.select();
  }

  #typed() {
    const words = this.#box.value.trim();
    history.replaceState(null, "", words === "" ? "#/files" : `#/files?${new URLSearchParams({ q: words })}`);
    this.#ask(words);
  }

  /** @param {string} words */
  async #ask(words) {
    this.#asked = words;
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.#list.ariaBusy = "true";
    try {
      const [page, posted] = await Promise.all([pageOf(words, undefined, signal), postedUnder(words, signal)]);
      this.#replace([...posted, ...page.files.map(rowOf)]);
      this.#showPage(page);
    } catch (error) {
      this.#failed(error);
    }
  }

  /**
   * Shows other rows; whoever stands on one stays there, or comes back to the box.
   * @param {HTMLElement[]} rows
   */
  #replace(rows) {
    const place = this.#list.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
    this.#list.replaceChildren(...rows);
    if (place) ([...this.#links()].find((link) => link.getAttribute("href") === place) ?? this.#box).focus();
  }

  async #showMore() {
    const { signal } = this.#asking, count = this.#list.childElementCount;
    this.#more.disabled = true;
    try {
      const page = await pageOf(this.#asked ?? "", this.#next ?? undefined, signal);
      this.#list.append(...page.files.map(rowOf));
      this.#showPage(page);
      this.#links()[count]?.focus();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#more.disabled = false;
    }
  }

  /** @param {Page} page */
  #showPage({ next }) {
    this.#next = next;
    this.#more.hidden = next === null;
    this.#error.replaceChildren();
    this.#list.ariaBusy = "false";
    const count = this.#list.childElementCount;
    if (count > 0) {
      this.#state.textContent = next === null ? plural(count, "file") : `The first ${plural(count, "file")}`;
    } else this.#state.textContent = this.#asked === "" ? "No file is stored yet." : "Nothing found.";
  }

  /** @param {unknown} error */
  #failed(error) {
    if (isAborted(error)) return;
    this.#asked = null;
    this.#list.ariaBusy = "false";
    this.#error.replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
  }

  #links() {
    return /** @type {NodeListOf<HTMLAnchorElement>} */ (this.#list.querySelectorAll("a"));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const links = [...this.#links()], place = links.findIndex((link) => link === document.activeElement);
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

/**
 * @param {string} words
 * @param {string | undefined} after
 * @param {AbortSignal} signal
 * @returns {Promise<Page>}
 */
function pageOf(words, after, signal) {
  if (words === "") return get("/api/files", { limit: PAGE, after }, signal);
  // The last word is still being typed.
  return get("/api/search", { words: words.endsWith("*") ? words : `${words}*`, limit: PAGE, after }, signal);
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
    /** @type {import("../service/shapes.ts").FoundAnswer} */
    const { found, has_more } = await get("/api/find", { message_id: words, limit: MAX_POSTED }, signal);
    const more = has_more ? ", and others" : "";
    return found.map(({ segment, file }, i) =>
      rowOf(
        file,
        `Segment ${formatCount(segment.index + 1)} was posted under this Message-ID${
          i === found.length - 1 ? more : ""
        }`,
      )
    );
  } catch (error) {
    if (/** @type {{ status?: number }} */ (error).status === 404) return [];
    throw error;
  }
}

/**
 * @param {FileSummary} file
 * @param {unknown} [note] what is to be told instead of the subject
 */
function rowOf(file, note) {
  const { file_id, name, path, subject, size, segment_count, pending_count, created_at } = file;
  const below = typeof note === "string" ? note : subject ?? (path === name ? null : path);
  return make(
    "li",
    {},
    make(
      "a",
      { href: fileAddress(file_id) },
      make("span", { class: "name" }, name === "" ? "(no name)" : beginning(name)),
      below === null ? null : make("span", { class: "below muted" }, beginning(below)),
      make("span", { class: "facts" }, ...[
        make("span", {}, formatBytes(size)),
        make("span", {}, plural(segment_count, "segment")),
        pending_count === 0 ? null : make("span", { class: "tag" }, `${formatCount(pending_count)} to post`),
        created_at === null ? null : make("span", { class: "muted" }, formatMoment(created_at)),
      ]),
    ),
  );
}

/**
 * The address of a file's view.
 * @param {string} fileId
 */
export function fileAddress(fileId) {
  return `#/file?${new URLSearchParams({ id: fileId })}`;
}
