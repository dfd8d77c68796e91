// @ts-check
/// <reference lib="dom" />
import { get, send } from "./api.js";
import { beginning, byId, elementOf, errorNotice, make, untrusted } from "./dom.js";
import { formatCount, plural } from "./format.js";

/** @typedef {import("../service/shapes.ts").ImportState} ImportState */

/** Notes that are shown of an import. */
const MAX_NOTES = 20;

/** Imports from a path of the computer that the service runs on: large databases need not be sent. */
export class PathImport {
  #path = elementOf("path", HTMLInputElement);
  #state = byId("path-state");
  #shown = "";

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
    try {
      const state = await asked, text = JSON.stringify(state);
      if (state.id === 0 || text === this.#shown) return;
      this.#shown = text;
      this.#show(state);
    } catch (error) {
      const { status } = /** @type {import("./api.js").ServiceError} */ (error);
      if (status === 0 || status === 401) return; // told elsewhere
      this.#state.replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
    }
  }

  /** @param {ImportState} state */
  #show({ running, paths, item, segments, total, report, error }) {
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
    if (report) this.#state.replaceChildren(...reportOf(report));
  }
}

/** @param {NonNullable<ImportState["report"]>} report */
function reportOf({ added, replaced, unchanged, segments, notes, bad_notes }) {
  const text =
    `${plural(added, "file")} added, ${formatCount(replaced)} replaced, ${formatCount(unchanged)} unchanged; ` +
    `${plural(segments, "segment")} stored.`;
  const kind = bad_notes > 0 ? "notice bad" : "notice good";
  const shown = notes.toSorted((a, b) => Number(b.bad) - Number(a.bad)).slice(0, MAX_NOTES);
  return [
    make(
      "div",
      { class: kind },
      make("p", {}, text),
      added + replaced > 0 ? make("a", { href: "#/files" }, "Show the files") : null,
    ),
    make(
      "ul",
      { class: "notes" },
      ...shown.map(({ path, message }) => make("li", {}, untrusted(`${path}: ${message}`))),
    ),
  ];
}
