// @ts-check
/// <reference lib="dom" />
import { get, send } from "./api.js";
import { beginning, byId, elementOf, errorNotice, make, untrusted } from "./dom.js";
import { formatCount, plural } from "./format.js";

/**
 * @typedef {import("../transfer/import_record.ts").ImportRecord} ImportRecord
 * @typedef {import("./api.js").ServiceError} ServiceError
 */

const ORIGINS = { command: "Command", upload: "Sent here", path: "Path", inbox: "Inbox" };
/** Imports that are shown until all are asked for. */
const SHOWN = 10;

/** The folder that is imported from by itself, and the last imports; read while they are shown. */
export class ImportHistory {
  #box = elementOf("history", HTMLDetailsElement);
  #list = byId("history-list");
  #inbox = elementOf("inbox", HTMLInputElement);
  #told = byId("inbox-told");
  #isTouched = false;
  #isWhole = false;

  constructor() {
    this.#box.addEventListener("toggle", () => this.refresh());
    this.#inbox.addEventListener("input", () => (this.#isTouched = true));
    byId("inbox-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
  }

  /** Shows what there is now, where it is seen. */
  async refresh() {
    if (!this.#box.open) return;
    try {
      const [{ imports }, settings] = await Promise.all([get("/api/imports"), get("/api/settings")]);
      if (!this.#isTouched) this.#inbox.value = settings.inbox;
      this.#show(imports);
    } catch (error) {
      const { status } = /** @type {ServiceError} */ (error);
      if (status !== 0 && status !== 401) this.#list.replaceChildren(errorNotice(/** @type {ServiceError} */ (error)));
    }
  }

  /** @param {ImportRecord[]} imports */
  #show(imports) {
    const shown = this.#isWhole ? imports : imports.slice(0, SHOWN);
    const all = () => {
      this.#isWhole = true;
      this.#show(imports);
    };
    const rest = imports.length - shown.length;
    this.#list.replaceChildren(
      ...shown.map((record) => rowOf(record)),
      ...(imports.length === 0 ? [make("li", { class: "muted" }, "Nothing was imported yet.")] : []),
      ...(rest > 0
        ? [make("li", {}, make("button", { type: "button", onclick: all }, `Show ${formatCount(rest)} more`))]
        : []),
    );
  }

  async #save() {
    try {
      const path = this.#inbox.value.trim().replace(/^"(.*)"$/, "$1"); // as Windows' "Copy as path" gives it
      const settings = await send("PUT", "/api/settings", { inbox: path });
      this.#isTouched = false;
      this.#inbox.value = settings.inbox;
      this.#told.replaceChildren(
        path === "" ? "No folder is watched now." : "Files put there are imported from now on.",
      );
    } catch (error) {
      this.#told.replaceChildren(errorNotice(/** @type {ServiceError} */ (error)));
    }
  }
}

/**
 * The last part of a path of any system.
 * @param {string} path
 */
function nameOf(path) {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** @param {ImportRecord} record */
function rowOf({ ended, by, paths, more_paths, added, replaced, unchanged, segments, problems, bad_notes, error }) {
  const more = paths.length - 1 + more_paths, isBad = bad_notes > 0 || error !== null;
  const counts = [
    `${plural(added + replaced, "file")}, ${plural(segments, "segment")} stored`,
    unchanged > 0 ? `${formatCount(unchanged)} there already` : null,
    bad_notes > 0 ? `${formatCount(bad_notes)} not stored` : null,
  ].filter((part) => part !== null).join("; ");
  const reasons = [
    ...(error === null ? [] : [make("li", {}, "Ended early: ", untrusted(error))]),
    ...problems.map(({ path, message }) => make("li", {}, untrusted(`${nameOf(path)}: ${message}`))),
  ];
  return make(
    "li",
    { class: isBad ? "import bad" : "import good" },
    make(
      "span",
      { class: "name" },
      beginning(nameOf(paths[0] ?? "–")),
      more > 0 ? ` and ${formatCount(more)} more` : null,
    ),
    make("span", { class: "muted" }, `${new Date(ended).toLocaleString()} · ${ORIGINS[by]} · ${counts}`),
    reasons.length > 0 ? make("ul", { class: "notes" }, ...reasons) : null,
  );
}
