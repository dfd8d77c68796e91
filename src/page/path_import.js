// @ts-check
/// <reference lib="dom" />
import { get, send } from "./api.js";
import { beginning, byId, elementOf, errorNotice, make } from "./dom.js";
import { formatCount, plural } from "./format.js";
import { linkToStored, noteList, outcomeOf } from "./import_report.js";

/** @typedef {import("../service/shapes.ts").ImportState} ImportState */

/** Imports from a path of the computer that the service runs on: large databases need not be sent. */
export class PathImport {
  #path = elementOf("path", HTMLInputElement);
  #state = byId("path-state");
  #shown = "";
  #turns = 0;

  constructor() {
    byId("path-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#start();
    });
  }

  async #start() {
    const path = this.#path.value.trim().replace(/^"(.*)"$/, "$1"); // as Windows' "Copy as path" gives it
    if (path === "") return this.#path.focus();
    await this.#ask(send("POST", "/api/import-paths", { paths: [path] }));
  }

  /** Shows how far the import is. */
  async refresh() {
    await this.#ask(get("/api/import-paths"));
  }

  /** @param {Promise<ImportState>} asked */
  async #ask(asked) {
    const turn = ++this.#turns;
    try {
      const state = await asked, text = JSON.stringify(state);
      if (turn !== this.#turns || state.id === 0 || text === this.#shown) return;
      this.#shown = text;
      await this.#show(state);
    } catch (error) {
      const { status } = /** @type {import("./api.js").ServiceError} */ (error);
      if (status === 0 || status === 401) return; // told elsewhere
      this.#state.replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
    }
  }

  /** @param {ImportState} state */
  async #show({ running, paths, item, segments, total, report, error }) {
    if (running) {
      const bar = make("progress", { "aria-label": "Read", max: total ?? 1, value: total === null ? null : segments });
      const read = total === null
        ? plural(segments, "segment")
        : `${formatCount(segments)} of about ${plural(total, "segment")}`;
      const cancel = make(
        "button",
        { type: "button", onclick: () => this.#ask(send("DELETE", "/api/import-paths")) },
        "Cancel",
      );
      return this.#state.replaceChildren(
        make("p", {}, "Reading ", beginning(item ?? paths[0]), `: ${read}`),
        bar,
        cancel,
      );
    }
    if (error) return this.#state.replaceChildren(errorNotice({ message: error.error, hint: error.hint }));
    if (!report) return;
    const link = await linkToStored(report), kind = report.bad_notes > 0 ? "notice bad" : "notice good";
    const notice = make("div", { class: kind }, make("p", {}, `${outcomeOf(report)}. `, link));
    this.#state.replaceChildren(notice, noteList(report) ?? "");
  }
}
