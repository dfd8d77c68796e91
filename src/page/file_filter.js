// @ts-check
/// <reference lib="dom" />
import { byId, make } from "./dom.js";
import { capital } from "./format.js";

/** Bytes of a megabyte. */
const MB = 1_000_000;

/** What of the address a filter is made of. */
const NAMES = ["order", "status", "group", "poster", "folder", "since", "until", "min_size", "max_size"];

/** The orders of a list, and how they are told. */
const ORDERS = {
  newest: "newest first",
  name: "by name",
  largest: "largest first",
  smallest: "smallest first",
  "to-post": "most to post first",
};

/** Which files are listed and in which order, as the address has it and a form shows it. */
export class FileFilter {
  #box = byId("filter");
  #summary = make("summary", {}, "Order and filter");
  /** @type {Record<string, HTMLInputElement | HTMLSelectElement>} */
  #fields;
  #changed;

  /** @param {() => void} changed called when the user has changed it */
  constructor(changed) {
    this.#changed = changed;
    const input = (/** @type {string} */ name, /** @type {string} */ type) =>
      make("input", { type, id: `filter-${name}`, min: type === "number" ? 0 : null, autocomplete: "off" });
    const select = (/** @type {string} */ name, /** @type {string[][]} */ options) =>
      make("select", { id: `filter-${name}` }, ...options.map(([value, text]) => make("option", { value }, text)));
    const orders = Object.entries(ORDERS).map(([order, text]) => [order === "newest" ? "" : order, capital(text)]);
    this.#fields = {
      order: select("order", orders),
      status: select("status", [["", "Any"], ["pending", "To post"], ["posted", "Posted"]]),
      ...{ group: input("group", "text"), poster: input("poster", "text"), folder: input("folder", "text") },
      ...{ since: input("since", "date"), until: input("until", "date") },
      ...{ min_size: input("min_size", "number"), max_size: input("max_size", "number") },
    };
    const labels = ["Order", "Status", "Newsgroup", "Poster", "Folder ID", "From day", "To day", "From MB", "To MB"];
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

  /** The order, in words. */
  get order() {
    return ORDERS[/** @type {keyof ORDERS} */ (this.#fields.order.value)] ?? ORDERS.newest;
  }

  /** @param {URLSearchParams} query the address of the view */
  read(query) {
    for (const name of NAMES) {
      this.#fields[name].value = query.get(name) ?? "";
      if (this.#fields[name].value === "") this.#fields[name].value = ""; // of options that are not there, the first
    }
    const count = Object.keys(this.address).length;
    this.#summary.textContent = count === 0 ? "Order and filter" : `Order and filter (${count})`;
    if (count > 0) this.#box.setAttribute("open", "");
  }

  #clear() {
    for (const field of Object.values(this.#fields)) field.value = "";
    this.#changed();
  }
}
