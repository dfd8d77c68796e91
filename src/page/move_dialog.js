// @ts-check
/// <reference lib="dom" />
import { get, send } from "./api.js";
import { ask } from "./dialog.js";
import { errorNotice, make, untrusted } from "./dom.js";
import { capital, formatBytes, plural, tierName } from "./format.js";

/**
 * @typedef {import("./api.js").Tier} Tier
 * @typedef {import("../session/status.ts").Status} Status
 * @typedef {import("./move_panel.js").MoveState} MoveState
 * @typedef {import("../service/move_needs.ts").MoveNeeds} MoveNeeds
 */

const DEFAULT_SHARDS = 10;

/**
 * Says what a move does and where it may go to, and starts it.
 * @param {Status} status
 * @param {(state: MoveState) => void} started
 */
export function askForMove(status, started) {
  const form = new MoveForm(status);
  ask({
    title: "Move the store",
    content: form.content,
    yes: "Move now",
    run: async () => started(await send("POST", "/api/migration", await form.wish())),
  });
}

/** What a user can choose about a move. */
class MoveForm {
  #status;
  /** @type {Promise<MoveNeeds | null> | undefined} */
  #needs;
  /** @type {Tier} */
  #tier;
  #ownServer = true;
  #shards = make("input", {
    ...{ type: "number", id: "move-shards", min: 2, max: 100, value: DEFAULT_SHARDS, required: true },
    oninput: () => this.#explain(),
  });
  #url = make("input", {
    ...{ type: "text", id: "move-url", spellcheck: "false", autocomplete: "off" },
    placeholder: "postgres://user:password@host:5432/database",
    "aria-describedby": "move-url-help",
  });
  #details = make("div", { class: "choice-details" });
  #steps = make("ol", { class: "steps" });

  /** @param {Status} status */
  constructor(status) {
    this.#status = status;
    const { due, unfinished, tier } = status;
    this.#tier = unfinished?.tier ?? due ?? (tier === "sqlite" ? "sharded" : "postgres");
    if (unfinished && unfinished.shards > 1) this.#shards.value = String(unfinished.shards);
    this.content = [
      make("fieldset", { class: "options" }, make("legend", {}, "To"), ...this.#tiers()),
      this.#details,
      this.#steps,
    ];
    this.#choose(this.#tier);
  }

  /** What is sent to the service. */
  async wish() {
    const target = this.#target(), needs = await this.#needs;
    if (needs === null) return { ...target, url: this.#url.value.trim() };
    return { ...target, ...(needs?.install && { install: "default" }) };
  }

  #target() {
    return this.#tier === "sharded"
      ? { tier: this.#tier, shards: this.#shards.valueAsNumber || DEFAULT_SHARDS }
      : { tier: this.#tier };
  }

  #tiers() {
    /** @type {Tier[]} */
    const tiers = ["sqlite", "sharded", "postgres"];
    return tiers.filter((tier) => tier === "sharded" || tier !== this.#status.tier).map((tier) =>
      option("move-tier", capital(tierName(tier)), tier === this.#tier, () => this.#choose(tier))
    );
  }

  /** @param {Tier} tier */
  #choose(tier) {
    this.#tier = tier;
    if (tier === "sharded") {
      this.#details.replaceChildren(make("label", { for: "move-shards" }, "Number of files"), this.#shards);
    } else if (tier === "postgres") {
      this.#details.replaceChildren(...this.#servers());
    } else this.#details.replaceChildren();
    this.#explain();
  }

  /** The choice of a server: one of its own, those that run on this machine, or an address. */
  #servers() {
    const address = make(
      "div",
      { hidden: this.#ownServer },
      make("label", { for: "move-url" }, "Address"),
      this.#url,
      make("p", { id: "move-url-help", class: "muted" }, "PostgreSQL 14 or later; nothing is installed then."),
    );
    const choose = (/** @type {boolean} */ own) => {
      this.#ownServer = own;
      address.hidden = own;
      this.#url.required = !own;
      this.#explain();
    };
    const local = (/** @type {number} */ port) => () => {
      choose(false);
      this.#url.value = `postgres://USER:PASSWORD@127.0.0.1:${port}/postgres`;
      this.#url.focus();
      this.#url.setSelectionRange(11, 24); // user and password are to be typed
    };
    const other = option("move-server", "One that I have already", !this.#ownServer, () => choose(false));
    const found = (/** @type {{ ports: number[] }} */ { ports }) =>
      other.before(
        ...ports.map((port) =>
          option("move-server", `The PostgreSQL on port ${port} of this machine`, false, local(port))
        ),
      );
    get("/api/migration/servers").then(found, () => {}); // an address can be typed all the same
    return [
      make(
        "fieldset",
        { class: "options" },
        make("legend", {}, "Server"),
        option("move-server", "One of its own, in the data folder", this.#ownServer, () => choose(true)),
        other,
      ),
      address,
    ];
  }

  /** Says what will happen, with what the service finds out about it meanwhile. */
  async #explain() {
    const isOwn = this.#tier !== "postgres" || this.#ownServer;
    /** @type {Promise<MoveNeeds | null>} */
    const needs = isOwn ? get("/api/migration/needs", this.#target()) : Promise.resolve(null);
    this.#needs = needs;
    this.#show(undefined);
    try {
      const known = await needs;
      if (this.#needs === needs) this.#show(known);
    } catch (error) {
      if (this.#needs !== needs) return;
      this.#steps.replaceChildren(
        make("li", {}, errorNotice(/** @type {import("./api.js").ServiceError} */ (error))),
      );
    }
  }

  /** @param {MoveNeeds | null | undefined} needs null for another's server, undefined while nobody knows */
  #show(needs) {
    const { tier, shards } = { shards: undefined, ...this.#target() };
    this.#steps.replaceChildren(
      ...(needs?.install ? [make("li", {}, ...installation(needs.install))] : []),
      make(
        "li",
        {},
        `Copies ${plural(this.#status.segments, "segment")} to ` +
          (needs === null ? "that server." : `${tierName(tier, shards)}${needs ? `; ${roomText(needs)}` : ""}.`),
      ),
      make("li", {}, "Checks every row. When all are right, the store switches in one step."),
      make("li", {}, "The store stays in use meanwhile, and the old one is kept until you remove it."),
    );
  }
}

/** @param {MoveNeeds} needs */
function roomText({ disk_bytes, free_bytes }) {
  const free = free_bytes === null ? "" : `, ${formatBytes(free_bytes)} are`;
  return `${formatBytes(disk_bytes)} of the disk must be free${free}`;
}

/**
 * What is said about an installation of PostgreSQL.
 * @param {NonNullable<MoveNeeds["install"]>} install
 */
function installation({ from, bytes }) {
  const size = bytes === null ? "" : ` (a download of ${formatBytes(bytes)})`;
  return [
    "Installs PostgreSQL into the data folder from ",
    untrusted(from),
    `${size}. No administrator is needed.`,
  ];
}

/**
 * @param {string} name
 * @param {string} text
 * @param {boolean} checked
 * @param {() => void} onchange
 */
function option(name, text, checked, onchange) {
  return make("label", {}, make("input", { type: "radio", name, checked, onchange }), text);
}
