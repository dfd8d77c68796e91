// @ts-check
/// <reference lib="dom" />
import { saveExport, send } from "./api.js";
import { byId, errorNotice, make } from "./dom.js";
import { formatBytes, plural } from "./format.js";
import { actUnlessUndone } from "./undo.js";

/** @typedef {import("./api.js").FileSummary} FileSummary */

/** As many as one request takes. */
export const MAX_CHOSEN = 10_000;

/** The files that a user has chosen in a list, and what can be done to them. */
export class ChosenFiles {
  /** @type {Map<string, FileSummary>} */
  #files = new Map();
  /** Files that are to be deleted, and are not shown any more. @type {Set<string>} */
  #leaving = new Set();
  #changed;
  #box = byId("chosen");
  #failure = make("div", { role: "alert" });

  /** @param {() => void} changed called when the list has to show them otherwise */
  constructor(changed) {
    this.#changed = changed;
  }

  /** @param {string} fileId */
  has(fileId) {
    return this.#files.has(fileId);
  }

  /**
   * Whether a file is about to be deleted.
   * @param {string} fileId
   */
  isLeaving(fileId) {
    return this.#leaving.has(fileId);
  }

  /**
   * @param {FileSummary} file
   * @param {boolean} isChosen
   */
  set(file, isChosen) {
    if (isChosen && this.#files.size < MAX_CHOSEN) this.#files.set(file.file_id, file);
    else this.#files.delete(file.file_id);
    this.#show();
  }

  /** @param {FileSummary[]} files */
  add(files) {
    for (const file of files) if (this.#files.size < MAX_CHOSEN) this.#files.set(file.file_id, file);
    this.#show();
    this.#changed();
  }

  clear() {
    this.#files.clear();
    this.#show();
    this.#changed();
  }

  #show() {
    const files = [...this.#files.values()], isEmpty = files.length === 0;
    this.#box.hidden = isEmpty;
    this.#failure.replaceChildren();
    if (isEmpty) return;
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    const button = (/** @type {string} */ text, /** @type {() => unknown} */ act, kind = "") =>
      make("button", { type: "button", class: kind, onclick: () => this.#run(act) }, text);
    const hasPending = files.some(({ pending_count }) => pending_count > 0);
    this.#box.replaceChildren(
      make("p", { role: "status" }, `${plural(files.length, "file")} chosen, ${formatBytes(bytes)}`),
      make(
        "div",
        { class: "actions" },
        button("Save NZB", () => saveExport([...this.#files.keys()], "nzb"), "primary"),
        button("Save NDJSON", () => saveExport([...this.#files.keys()], "ndjson")),
        hasPending ? button("Retry failed", () => this.#setStatus(["failed", "cancelled"], "pending")) : null,
        hasPending
          ? button("Cancel posting", () => this.#setStatus(["pending", "uploading", "failed"], "cancelled"))
          : null,
        button("Delete", () => this.#delete(), "danger"),
        button("Choose none", () => this.clear()),
      ),
      this.#failure,
    );
  }

  /** @param {() => unknown} act */
  async #run(act) {
    try {
      await act();
    } catch (error) {
      this.#failure.replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
    }
  }

  /**
   * @param {string[]} from
   * @param {string} status
   */
  async #setStatus(from, status) {
    await send("POST", "/api/set-status", { file_ids: [...this.#files.keys()], from, status });
    this.clear();
  }

  #delete() {
    const file_ids = [...this.#files.keys()];
    for (const id of file_ids) this.#leaving.add(id);
    const forget = () => {
      for (const id of file_ids) this.#leaving.delete(id);
      this.#changed();
    };
    actUnlessUndone(
      `Deleting ${plural(file_ids.length, "file")}`,
      () => send("POST", "/api/delete", { file_ids }).then(forget),
      forget,
    );
    this.clear();
  }
}
