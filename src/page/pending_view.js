// @ts-check
/// <reference lib="dom" />
import { get, isAborted } from "./api.js";
import { beginning, byId, elementOf, errorNotice, make } from "./dom.js";
import { fileAddress } from "./files_view.js";
import { formatBytes, formatCount, plural } from "./format.js";

/** @typedef {import("./api.js").SegmentOfFile} SegmentOfFile */

const PAGE = 100;

/** What is still to post, in the order of posting, file by file. */
export class PendingView {
  #list = byId("pending-list");
  #more = elementOf("pending-more", HTMLButtonElement);
  #asking = new AbortController();
  /** @type {string | null} */
  #next = null;
  #count = 0;
  /** The file of the last row. @type {string | null} */
  #fileId = null;

  constructor() {
    this.#more.addEventListener("click", () => this.#showPage());
  }

  get title() {
    return "Pending";
  }

  async show() {
    this.hide();
    this.#asking = new AbortController();
    this.#list.replaceChildren();
    [this.#next, this.#fileId, this.#count] = [null, null, 0];
    await this.#showPage();
  }

  hide() {
    this.#asking.abort();
  }

  async #showPage() {
    const { signal } = this.#asking;
    this.#more.disabled = true;
    try {
      /** @type {{ segments: SegmentOfFile[], next: string | null }} */
      const { segments, next } = await get("/api/pending", { limit: PAGE, after: this.#next ?? undefined }, signal);
      const groups = Object.values(Object.groupBy(segments, ({ file_id }) => ` ${file_id}`));
      for (const group of groups) await this.#showGroup(group ?? [], signal);
      this.#next = next;
      this.#count += segments.length;
      this.#more.hidden = next === null;
      byId("pending-error").replaceChildren();
      byId("pending-state").textContent = this.#count === 0
        ? "Nothing is pending: every segment is posted or cancelled."
        : `${next === null ? "" : "The first "}${plural(this.#count, "segment")}, in the order of posting`;
    } catch (error) {
      if (isAborted(error)) return;
      byId("pending-error").replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
    } finally {
      this.#more.disabled = false;
    }
  }

  /**
   * @param {SegmentOfFile[]} segments of one file
   * @param {AbortSignal} signal
   */
  async #showGroup(segments, signal) {
    const [{ file_id }] = segments;
    if (file_id !== this.#fileId) {
      const name = await nameOf(file_id, signal);
      this.#fileId = file_id;
      this.#list.append(
        make(
          "section",
          { class: "panel" },
          make("h2", {}, make("a", { href: fileAddress(file_id) }, beginning(name))),
          make("ul", { class: "pieces" }),
        ),
      );
    }
    this.#list.lastElementChild?.querySelector("ul")?.append(...segments.map(pieceOf));
  }
}

/**
 * @param {string} file_id
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
async function nameOf(file_id, signal) {
  try {
    return (await get("/api/file", { file_id }, signal)).name || "(no name)";
  } catch (error) {
    if (/** @type {{ status?: number }} */ (error).status === 404) return file_id; // deleted meanwhile
    throw error;
  }
}

/** @param {SegmentOfFile} segment */
function pieceOf({ index, redundancy, size, status }) {
  return make(
    "li",
    {},
    make("span", {}, `Segment ${formatCount(index + 1)}${redundancy > 0 ? `, copy ${redundancy + 1}` : ""}`),
    make("span", { class: "muted" }, formatBytes(size)),
    make("span", { class: `status ${status}` }, status),
  );
}
