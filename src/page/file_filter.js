// @ts-check
/// <reference lib="dom" />
import { byId, make } from "./dom.js";

/** Bytes of a megabyte. */
const MB = 1_000_000;

/** What of the address a filter is made of. */
const NAMES = ["status", "group", "folder", "since", "until", "min_size", "max_size"];

/** Which files are listed, as the address has it and a form shows it. */
export class FileFilter {
  #box = byId("filter");
  #summary = make("summary", {}, "Filter");
  /** @type {Record<string, HTMLInputElement | HTMLSelectElement>} */
  #fields;
  #changed;

  /** @param {() => void} changed called when the user has changed it */
  constructor(changed) {
    this.#changed = changed;
    const input = (/** @type {string} */ name, /** @type {string} */ type) =>
      make("input", { type, id: `filter-${name}`, min: type === "number" ? 0 : null, autocomplete: "off" });
    const status = make(
      "select",
      { id: "filter-status" },
      ...[["", "Any"], ["pending", "To post"], ["posted", "Posted"]]
        .map(([value, text]) => make("option", { value }, text)),
    );
    this.#fields = {
      ...{ status, group: input("group", "text"), folder: input("folder", "text") },
      ...{ since: input("since", "date"), until: input("until", "date") },
      ...{ min_size: input("min_size", "number"), max_size: input("max_size", "number") },
    };
    const labels = ["Status", "Newsgroup", "Folder ID", "From day", "To day", "From MB", "To MB"];
    const form = make(
      "form",
      { class: "filter panel", onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
      ...Object.values(this.#fields).map((field, i) => make("label", { for: field.id }, labels[i], field)),
      make("button", { type: "button", onclick: () => this.#clear() }, "Clear"),
    );
    form.addEventListener("change", () => this.#changed());
    this.#box.append(this.#summary, form);
  }

  /** What is filtered by, for the address of the view. @returns {Record<string, string>} */
  get address() {
    return Object.fromEntries(
      NAMES.map((name) => [name, this.#fields[name].value.trim()]).filter(([, value]) => value !== ""),
    );
  }

  /** What is filtered by, as the service takes it. @returns {Record<string, string | number>} */
  get query() {
    const { min_size, max_size, ...rest } = this.address;
    const sizes = Object.entries({ min_size, max_size }).filter(([, size]) => size !== undefined);
    return { ...rest, ...Object.fromEntries(sizes.map(([name, size]) => [name, Number(size) * MB])) };
  }

  /** @param {URLSearchParams} query the address of the view */
  read(query) {
    for (const name of NAMES) this.#fields[name].value = query.get(name) ?? "";
    const count = Object.keys(this.address).length;
    this.#summary.textContent = count === 0 ? "Filter" : `Filter (${count})`;
    if (count > 0) this.#box.setAttribute("open", "");
  }

  #clear() {
    for (const field of Object.values(this.#fields)) field.value = "";
    this.#changed();
  }
}
