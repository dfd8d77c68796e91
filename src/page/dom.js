// @ts-check
/// <reference lib="dom" />

/**
 * The element of index.html with this id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element;
}

/**
 * An element of index.html that must be of a certain kind.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function elementOf(id, kind) {
  const element = byId(id);
  if (!(element instanceof kind)) throw new Error(`#${id} is no ${kind.name}`);
  return element;
}

/** @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Attribute */
/** @typedef {Node | string | null | undefined} Child */

/**
 * Makes an element. Texts become text nodes, never markup. An attribute named `on…` is a listener, one that is true is
 * there without a value, one that is false, null or undefined is left out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * A text from the store with what cannot be seen made visible: control characters, and marks that would show its
 * letters in another order than they have.
 * @param {string} text
 */
export function visible(text) {
  // deno-lint-ignore no-control-regex
  return text.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

/** Longer texts are folded. */
const LONG = 300;

/**
 * A text from the store: kept apart from what stands around it, whatever its direction, and folded when it is long.
 * @param {string} text
 */
export function untrusted(text) {
  if (text.length <= LONG) return make("bdi", {}, visible(text));
  return make(
    "details",
    { class: "long" },
    make("summary", {}, beginning(text), make("span", {}, "Show less")),
    make("bdi", {}, visible(text)),
  );
}

/**
 * The beginning of a text from the store, for where only a line or two are free.
 * @param {string} text
 */
export function beginning(text) {
  return make("bdi", {}, text.length <= LONG ? visible(text) : `${visible(text.slice(0, LONG))}…`);
}

/**
 * Replaces what is in an element. The focus stays on what has the same value of an attribute.
 * @param {HTMLElement} element
 * @param {string} attribute
 * @param {Element[]} children
 */
export function replaceKeepingFocus(element, attribute, children) {
  const hasFocus = element.contains(document.activeElement);
  const value = hasFocus ? document.activeElement?.getAttribute(attribute) : null;
  element.replaceChildren(...children);
  if (!value) return;
  const all = /** @type {HTMLElement[]} */ ([...element.querySelectorAll("a, button")]);
  all.find((one) => one.getAttribute(attribute) === value)?.focus();
}

/**
 * Replaces what is in an element where it is another than before: somebody may stand on it, or have marked some of it.
 * @param {HTMLElement} element
 * @param {Element[]} children
 * @param {string} [attribute] the focus stays on what has the same value of it
 */
export function replaceIfOther(element, children, attribute = "aria-label") {
  const isSame = element.childElementCount === children.length &&
    children.every((child, i) => child.isEqualNode(element.children[i]));
  if (!isSame) replaceKeepingFocus(element, attribute, children);
}

/**
 * An error as the user reads it: what failed, and what to do next.
 * @param {{ message: string, hint?: string | null }} error
 */
export function errorNotice({ message, hint }) {
  return make("div", { class: "notice bad" }, make("p", {}, untrusted(message)), hint ? make("p", {}, hint) : null);
}
