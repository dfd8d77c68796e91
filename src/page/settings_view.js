// @ts-check
/// <reference lib="dom" />
import { get, send } from "./api.js";
import { byId, errorNotice, make } from "./dom.js";
import { BYTE_UNITS, formatAmount, readAmount } from "./format.js";

/** @typedef {import("../store/settings.ts").Setting} Setting */

const TIERS = [["sqlite", "One SQLite file is used up to"], ["sharded", "Several SQLite files are used up to"]];
const LIMITS = [["max-segments", "Segments"], ["max-content-bytes", "Content"], ["max-database-bytes", "Database"]];

/** The limits of the tiers. */
export class SettingsView {
  #form = byId("settings");
  #changed;
  /** @type {Map<Setting, AmountField>} */
  #fields = new Map();
  #metrics = make("input", { type: "checkbox", id: "open-metrics" });
  #told = make("div", { role: "status" });
  #failure = make("div", { role: "alert" });

  /** @param {() => void} changed called when a setting was changed */
  constructor(changed) {
    this.#changed = changed;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
  }

  get title() {
    return "Settings";
  }

  async show() {
    if (this.#fields.size > 0 && [...this.#fields.values()].some((field) => field.isTouched)) return; // what was typed stays
    try {
      this.#build(await get("/api/settings"));
    } catch (error) {
      this.#form.replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
    }
  }

  /** Shows the values anew, unless somebody is typing others. */
  refresh() {
    return this.show();
  }

  hide() {
    this.#fields.clear();
    this.#told.replaceChildren();
    this.#failure.replaceChildren();
  }

  /** @param {Record<Setting, number>} values */
  #build(values) {
    this.#fields.clear();
    this.#metrics.checked = values["service.open-metrics"] === 1;
    const groups = TIERS.map(([tier, legend]) =>
      make(
        "fieldset",
        { class: "panel" },
        make("legend", {}, legend),
        ...LIMITS.map(([limit, label]) => {
          const setting = /** @type {Setting} */ (`${tier}.${limit}`);
          const field = new AmountField(setting, label, values[setting], limit !== "max-segments");
          this.#fields.set(setting, field);
          return field.element;
        }),
      )
    );
    this.#form.replaceChildren(
      make(
        "p",
        { class: "muted" },
        "A tier is left when any one of its limits is reached. The move to several files starts by itself after an " +
          "import, the move to PostgreSQL asks first.",
      ),
      ...groups,
      make(
        "p",
        {},
        this.#metrics,
        make("label", { for: "open-metrics" }, " Programs such as Prometheus may read /metrics without the token"),
      ),
      this.#failure,
      this.#told,
      make(
        "div",
        { class: "actions" },
        make("button", { type: "submit", class: "primary" }, "Save"),
      ),
    );
  }

  async #save() {
    this.#told.replaceChildren();
    this.#failure.replaceChildren();
    const wrong = [...this.#fields.values()].find((field) => !field.check());
    if (wrong) return wrong.focus();
    const values = Object.fromEntries([...this.#fields].map(([setting, field]) => [setting, field.value]));
    try {
      const saved = await send("PUT", "/api/settings", {
        ...values,
        "service.open-metrics": Number(this.#metrics.checked),
      });
      this.#build(saved);
      this.#told.replaceChildren(make("p", { class: "notice good" }, "Saved."));
      this.#changed();
    } catch (error) {
      this.#failure.replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
    }
  }
}

/** A field for a count, or for bytes with their unit. */
class AmountField {
  #input;
  #unit;
  #wrong;
  /** Whether the user has changed it. */
  isTouched = false;

  /**
   * @param {Setting} id
   * @param {string} label
   * @param {number} value
   * @param {boolean} isBytes
   */
  constructor(id, label, value, isBytes) {
    const unit = isBytes ? largestUnit(value) : 0;
    this.#input = make("input", {
      ...{ type: "text", inputmode: "decimal", autocomplete: "off", id, value: formatAmount(value / 1000 ** unit) },
      oninput: () => (this.isTouched = true),
      "aria-describedby": `${id}-wrong`,
    });
    this.#unit = isBytes
      ? make(
        "select",
        { "aria-label": `Unit of ${label}`, onchange: () => (this.isTouched = true) },
        ...BYTE_UNITS.map((name, i) => make("option", { value: i, selected: i === unit }, name)),
      )
      : null;
    this.#wrong = make("p", { class: "wrong", id: `${id}-wrong` });
    this.element = make(
      "div",
      { class: "field" },
      make("label", { for: id }, label),
      make("div", { class: "amount" }, this.#input, this.#unit),
      this.#wrong,
    );
  }

  get value() {
    const value = readAmount(this.#input.value) * 1000 ** Number(this.#unit?.value ?? 0), whole = Math.round(value);
    return Math.abs(value - whole) < whole * 1e-12 ? whole : value; // 1.1 times 1000 is not quite 1100
  }

  /** Says what is wrong with the value; true when nothing is. */
  check() {
    const isGood = Number.isSafeInteger(this.value) && this.value >= 0;
    this.#wrong.textContent = isGood
      ? ""
      : `A whole number from 0 is needed, such as 500 or, with a unit, ${formatAmount(1.5)}.`;
    this.#input.setAttribute("aria-invalid", String(!isGood));
    return isGood;
  }

  focus() {
    this.#input.focus();
  }
}

/**
 * The largest unit in which a number of bytes has at most three decimals, so that no digit of it is lost.
 * @param {number} bytes
 */
function largestUnit(bytes) {
  let unit = 0;
  while (bytes >= 1000 ** (unit + 1) && bytes % 1000 ** unit === 0 && unit < BYTE_UNITS.length - 1) unit++;
  return unit;
}
