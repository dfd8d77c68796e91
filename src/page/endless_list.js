// @ts-check
/// <reference lib="dom" />
import { isAborted } from "./api.js";
import { make, replaceIfOther, replaceKeepingFocus } from "./dom.js";

/**
 * @typedef {{ rows: HTMLElement[], next: string | null }} Page
 * @typedef {{ element: HTMLUListElement, after: string | undefined, next: string | null, isFilled: boolean }} Chunk
 */

/** Rows this far above or below the window are read and kept, others are only as high as they were. */
const MARGIN_PIXELS = 1200;

/**
 * A list of any length, read page by page as it is scrolled. However far that is, the document holds the rows around the window;
 * what lies elsewhere is read again when it comes back.
 */
export class EndlessList {
  #box;
  #read;
  #told;
  /** @type {Chunk[]} */
  #chunks = [];
  #end = make("div", { class: "endless-end" });
  #asking = new AbortController();
  /** The last time that all that is shown is read again. */
  #refreshing = new AbortController();
  #isReading = false;
  #observer;

  /**
   * @param {HTMLElement} box
   * @param {(after: string | undefined, signal: AbortSignal) => Promise<Page>} read
   * @param {(error: unknown) => void} told called after every page: with what went wrong, else undefined
   */
  constructor(box, read, told) {
    this.#box = box;
    this.#read = read;
    this.#told = told;
    this.#observer = new IntersectionObserver((entries) => this.#moved(entries), {
      rootMargin: `${MARGIN_PIXELS}px 0px`,
    });
  }

  /** Rows that were read until now. */
  get count() {
    return this.#chunks.reduce((sum, { element }) => sum + Number(element.dataset.rows ?? 0), 0);
  }

  /** Whether there is more than was read. */
  get hasMore() {
    return this.#chunks.length === 0 || this.#chunks[this.#chunks.length - 1].next !== null;
  }

  /** Reads the list from its beginning. What was asked for before is given up. */
  async start() {
    this.stop();
    this.#asking = new AbortController();
    this.#box.ariaBusy = "true";
    const { signal } = this.#asking;
    try {
      const page = await this.#readFull(undefined, signal);
      const chunk = this.#newChunk(undefined);
      fill(chunk, page);
      this.#observer.disconnect();
      this.#chunks = [chunk];
      this.#show();
      this.#told(undefined);
    } catch (error) {
      if (!isAborted(error)) this.#told(error);
    } finally {
      if (!signal.aborted) this.#box.ariaBusy = "false";
    }
  }

  /** Reads what is shown again, where it stands. A later call gives up what an earlier one asks for. */
  async refresh() {
    if (this.#chunks.length === 0) return await this.start();
    this.#refreshing.abort();
    this.#refreshing = new AbortController();
    const signal = AbortSignal.any([this.#asking.signal, this.#refreshing.signal]);
    try {
      for (const chunk of this.#chunks.filter(({ isFilled }) => isFilled)) {
        const page = await this.#readFull(chunk.after, signal);
        const isCut = chunk.next !== page.next && chunk !== this.#chunks[this.#chunks.length - 1];
        fill(chunk, page);
        if (isCut) { // what comes after begins elsewhere now
          for (const later of this.#chunks.splice(this.#chunks.indexOf(chunk) + 1)) later.element.remove();
        }
      }
      this.#told(undefined);
    } catch (error) {
      if (!isAborted(error)) this.#told(error);
    }
  }

  /** Gives up what is asked for. */
  stop() {
    this.#asking.abort();
    this.#isReading = false;
  }

  /**
   * Pages of a filtered list may be empty though more is to come.
   * @param {string | undefined} after
   * @param {AbortSignal} signal
   */
  async #readFull(after, signal) {
    let page = await this.#read(after, signal);
    while (page.rows.length === 0 && page.next !== null) page = await this.#read(page.next, signal);
    return page;
  }

  /** @param {string | undefined} after */
  #newChunk(after) {
    const element = make("ul", { class: "rows files" });
    return { element, after, next: /** @type {string | null} */ (null), isFilled: false };
  }

  #show() {
    replaceKeepingFocus(this.#box, "href", [...this.#chunks.map(({ element }) => element), this.#end]);
    for (const { element } of this.#chunks) this.#observer.observe(element);
    this.#observer.observe(this.#end);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #moved(entries) {
    for (const { target, isIntersecting } of entries) {
      if (target === this.#end) {
        if (isIntersecting) this.#readOn();
        continue;
      }
      const chunk = this.#chunks.find(({ element }) => element === target);
      if (!chunk || chunk.element.contains(document.activeElement)) continue;
      if (isIntersecting && !chunk.isFilled) this.#fillAgain(chunk);
      else if (!isIntersecting && chunk.isFilled) empty(chunk);
    }
  }

  async #readOn() {
    const last = this.#chunks[this.#chunks.length - 1];
    if (this.#isReading || !last || last.next === null) return;
    this.#isReading = true;
    const { signal } = this.#asking;
    try {
      const chunk = this.#newChunk(last.next);
      fill(chunk, await this.#readFull(last.next, signal));
      this.#chunks.push(chunk);
      this.#end.before(chunk.element);
      this.#observer.observe(chunk.element);
      // It is told again where the end is still near.
      this.#observer.unobserve(this.#end);
      this.#observer.observe(this.#end);
      this.#told(undefined);
    } catch (error) {
      if (!isAborted(error)) this.#told(error);
    } finally {
      if (!signal.aborted) this.#isReading = false;
    }
  }

  /** @param {Chunk} chunk */
  async #fillAgain(chunk) {
    try {
      fill(chunk, await this.#readFull(chunk.after, this.#asking.signal));
    } catch (error) {
      if (!isAborted(error)) this.#told(error);
    }
  }
}

/**
 * @param {Chunk} chunk
 * @param {Page} page
 */
function fill(chunk, { rows, next }) {
  const { element } = chunk;
  chunk.isFilled = true;
  chunk.next = next;
  element.dataset.rows = String(rows.length);
  element.style.height = "";
  replaceIfOther(element, rows, "href");
}

/** @param {Chunk} chunk */
function empty(chunk) {
  chunk.element.style.height = `${chunk.element.offsetHeight}px`;
  chunk.element.replaceChildren();
  chunk.isFilled = false;
}
