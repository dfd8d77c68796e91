// @ts-check
/// <reference lib="dom" />
import { get, send } from "./api.js";
import { ask } from "./dialog.js";
import { make, untrusted } from "./dom.js";
import { capital, formatBytes, plural, tierName } from "./format.js";

/**
 * @typedef {import("./api.js").Tier} Tier
 * @typedef {import("../../session/status.ts").Status} Status
 * @typedef {import("./move_panel.js").MoveState} MoveState
 * @typedef {object} Needs what a move to PostgreSQL needs
 * @property {boolean} lacks_server
 * @property {{ from: string, bytes: number | null } | null} [install] what would be installed, and how large it is
 */

const DEFAULT_SHARDS = 10;

/**
 * Says what a move does and where it may go to, and starts it.
 * @param {Status} status
 * @param {(state: MoveState) => void} started
 */
export async function askForMove(status, started) {
  const form = new MoveForm(status, await get("/api/migration", { tier: "postgres" }));
  ask({
    title: "Move the store",
    content: form.content,
    yes: "Move now",
    run: async () => started(await send("POST", "/api/migration", form.wish)),
  });
}

/** What a user can choose about a move. */
class MoveForm {
  #status;
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

  /**
   * @param {Status} status
   * @param {Needs} needs
   */
  constructor(status, needs) {
    this.#status = status;
    this.#needs = needs;
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
  get wish() {
    if (this.#tier === "sharded") return { tier: this.#tier, shards: this.#shards.valueAsNumber };
    if (this.#tier === "sqlite") return { tier: this.#tier };
    if (!this.#ownServer) return { tier: this.#tier, url: this.#url.value.trim() };
    return { tier: this.#tier, ...(this.#needs.lacks_server && { install: "default" }) };
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
      const choose = (/** @type {boolean} */ own) => () => {
        this.#ownServer = own;
        address.hidden = own;
        this.#url.required = !own;
        this.#explain();
      };
      const address = make(
        "div",
        { hidden: this.#ownServer },
        make("label", { for: "move-url" }, "Address"),
        this.#url,
        make("p", { id: "move-url-help", class: "muted" }, "PostgreSQL 14 or later; nothing is installed then."),
      );
      this.#details.replaceChildren(
        make(
          "fieldset",
          { class: "options" },
          make("legend", {}, "Server"),
          option("move-server", "One of its own, in the data folder", this.#ownServer, choose(true)),
          option("move-server", "One that I have already", !this.#ownServer, choose(false)),
        ),
        address,
      );
    } else this.#details.replaceChildren();
    this.#explain();
  }

  #explain() {
    const { segments, database_bytes } = this.#status, isOwn = this.#tier !== "postgres" || this.#ownServer;
    const installs = this.#tier === "postgres" && this.#ownServer && this.#needs.lacks_server;
    const target = tierName(this.#tier, this.#shards.valueAsNumber);
    this.#steps.replaceChildren(
      ...(installs ? [make("li", {}, ...installation(this.#needs.install))] : []),
      make(
        "li",
        {},
        `${plural(segments, "segment")} are copied to ${isOwn ? target : "that server"}` +
          (isOwn ? `; about ${formatBytes(database_bytes)} of the disk must be free.` : "."),
      ),
      make("li", {}, "Every row is checked. When all are right, the store switches in one step."),
      make("li", {}, "The store stays in use meanwhile, and the old one is kept until you remove it."),
    );
  }
}

/**
 * What is said about an installation of PostgreSQL.
 * @param {Needs["install"]} install
 */
function installation(install) {
  const size = install?.bytes ? ` (${formatBytes(install.bytes)})` : "";
  const from = install?.from ? [" from ", untrusted(install.from)] : [];
  return [`PostgreSQL is installed into the data folder`, ...from, `${size}. No administrator is needed.`];
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
