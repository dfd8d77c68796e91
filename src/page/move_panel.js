// @ts-check
/// <reference lib="dom" />
import { send } from "./api.js";
import { ask } from "./dialog.js";
import { byId, elementOf, errorNotice, make, replaceIfOther } from "./dom.js";
import { formatBytes, formatCount, formatSeconds, plural, tierName } from "./format.js";
import { askForMove } from "./move_dialog.js";

/**
 * @typedef {import("../session/status.ts").Status} Status
 * @typedef {import("../service/shapes.ts").MigrationState & { changes: number }} MoveState
 * @typedef {NonNullable<MoveState["step"]>} Step
 */

/** Starts moves of the store, shows how far one is and what it has brought. */
export class MovePanel {
  #changed;
  /** @type {Status | undefined} */
  #status;
  /** @type {MoveState | undefined} */
  #state;
  #pace = new Pace();

  /** @param {() => void} changed called when the store is another one now */
  constructor(changed) {
    this.#changed = changed;
  }

  /** The service was started anew: its states begin anew. */
  forget() {
    this.#state = undefined;
  }

  /** @param {Status} status */
  showStatus(status) {
    this.#status = status;
    this.#showActions();
  }

  /** @param {MoveState} state */
  showState(state) {
    const before = this.#state;
    if (before && state.version < before.version) return; // an older answer
    this.#state = state;
    byId("due").hidden = state.running;
    byId("move").hidden = !state.running;
    byId("moving").hidden = !state.running;
    if (state.running) this.#showProgress(state);
    const hasEnded = before?.running && !state.running;
    if (state.running) byId("move-news").replaceChildren();
    if (hasEnded && state.result) this.#tell(movedText(state.result));
    byId("move-failure").replaceChildren(
      ...(!state.running && state.error ? [errorNotice({ message: state.error.error, hint: state.error.hint })] : []),
    );
    if (before?.running !== state.running || before.can_stop !== state.can_stop) this.#showActions();
    if (hasEnded) this.#changed();
  }

  /** @param {MoveState} state */
  #showProgress({ step, messages }) {
    const bar = elementOf("move-bar", HTMLProgressElement);
    const at = step?.at ? `Step ${step.at.number} of ${step.at.of}: ` : "", name = at + (step?.step ?? "Starting");
    if (byId("move-step").textContent !== name) byId("move-step").textContent = name; // it is read out when it changes
    byId("move-message").textContent = messages.at(-1) ?? "";
    if (step?.total) [bar.max, bar.value] = [step.total, Math.min(step.done, step.total)];
    else bar.removeAttribute("value");
    byId("move-detail").textContent = step ? this.#pace.describe(step) : "";
    const part = step?.total ? `: ${Math.floor(Math.min(1, step.done / step.total) * 100)} %` : "";
    byId("moving").textContent = `The store moves. ${name}${part}`;
  }

  /** @param {string} text */
  #tell(text) {
    byId("move-news").replaceChildren(make("p", { class: "notice good" }, text));
  }

  #showActions() {
    const status = this.#status, actions = byId("move-actions");
    if (!status || !this.#state) return;
    const { running, can_stop } = this.#state;
    replaceIfOther(actions, running ? (can_stop ? this.#stopButtons() : []) : this.#buttons(status));
  }

  #stopButtons() {
    return [
      make("button", { type: "button", "aria-label": "Pause", onclick: () => this.#stop(false) }, "Pause"),
      make("button", { type: "button", "aria-label": "Stop the move", onclick: () => this.#stop(true) }, "Stop…"),
    ];
  }

  /**
   * @param {boolean} discard whether what was copied is removed
   */
  async #stop(discard) {
    if (discard) return this.#askToStop();
    try {
      this.showState(await send("POST", "/api/migration/stop"));
      this.#changed();
    } catch (error) {
      byId("move-failure").replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
    }
  }

  #askToStop() {
    ask({
      title: "Stop the move?",
      content: [
        make(
          "p",
          {},
          "What it has copied is removed. The store stays where it is, with all that was written meanwhile.",
        ),
      ],
      yes: "Stop and remove the copy",
      removes: true,
      run: async () => {
        this.showState(await send("POST", "/api/migration/stop", { discard: true }));
        this.#tell("The move was stopped, and its copy removed.");
        this.#changed();
      },
    });
  }

  /** @param {Status} status */
  #buttons({ due, unfinished, old }) {
    const isDue = due !== null || unfinished !== null;
    const text = unfinished ? "Go on with the move…" : due === null ? "Move the store…" : `Move to ${tierName(due)}…`;
    return [
      make("button", { type: "button", class: isDue ? "primary" : "", onclick: () => this.#start() }, text),
      unfinished ? make("button", { type: "button", onclick: () => this.#stop(true) }, "Give the move up…") : null,
      ...(old.length > 0
        ? [
          old[old.length - 1].outdated
            ? null
            : make("button", { type: "button", onclick: () => this.#askToGoBack() }, "Go back…"),
          make("button", { type: "button", onclick: () => this.#askToRemove() }, "Remove the old store…"),
        ]
        : []),
    ].filter((button) => button !== null);
  }

  #start() {
    if (this.#status) askForMove(this.#status, (started) => this.showState(started));
  }

  #askToGoBack() {
    const last = this.#status?.old.at(-1);
    if (!last) return;
    const name = tierName(last.tier, last.shards);
    ask({
      title: "Go back to the old store?",
      content: [make(
        "p",
        {},
        `The store is on ${name} again then, as it was before the last move. That works as long as nothing was ` +
          "written since.",
      )],
      yes: "Go back",
      run: async () => {
        await send("POST", "/api/migration/back");
        this.#tell(`The store is on ${name} again.`);
        this.#changed();
      },
    });
  }

  #askToRemove() {
    const names = (this.#status?.old ?? []).map(({ tier, shards }) => tierName(tier, shards));
    ask({
      title: "Remove what moves have left behind?",
      content: [make(
        "p",
        {},
        `${plural(names.length, "old store")} (${names.join(", ")}) will be removed for good, which frees ${
          freedText(this.#status?.old ?? [])
        }. ` +
          "The store itself stays as it is.",
      )],
      yes: "Remove",
      removes: true,
      run: async () => {
        const { left } = await send("POST", "/api/migration/discard-old");
        this.#tell(left.length === 0 ? "What was left behind is removed." : left.map(leftText).join(" "));
        this.#changed();
      },
    });
  }
}

/** @param {Status["old"]} old */
function freedText(old) {
  const known = old.flatMap(({ bytes }) => bytes ?? []);
  const bytes = formatBytes(known.reduce((sum, bytes) => sum + bytes, 0));
  if (known.length === old.length) return bytes;
  return known.length === 0 ? "what they take in PostgreSQL" : `${bytes}, and what the others take in PostgreSQL`;
}

/** @param {import("../service/shapes.ts").MoveResult} result */
function movedText(result) {
  if (!result.moved) return "Nothing had to be moved.";
  const { to, files, segments } = result;
  return `The store is on ${tierName(to.tier, to.shards)} now: ${plural(files, "file")} with ` +
    `${plural(segments, "segment")}, every one checked.`;
}

/** @param {import("../migration/discard_old.ts").Discarded["left"][number]} left */
function leftText({ where, schema, why, given_up }) {
  const then = given_up
    ? `It is not tried again: DROP SCHEMA ${schema} CASCADE removes it there.`
    : "It is tried again.";
  return `What lies in ${where} was not removed: ${why}. ${then}`;
}

/** Rate and time left of the step of a move. */
class Pace {
  #step = "";
  #started = 0;
  #first = 0;

  /** @param {Step} step */
  describe({ step, done, total, unit }) {
    const now = performance.now();
    if (step !== this.#step || done < this.#first) [this.#step, this.#started, this.#first] = [step, now, done];
    const format = unit === "bytes" ? formatBytes : formatCount;
    const seconds = (now - this.#started) / 1000;
    const rate = seconds >= 1 ? (done - this.#first) / seconds : 0;
    const noun = unit === "bytes" ? "" : " segments";
    return [
      total ? `${format(done)} of ${format(total)}${noun}` : `${format(done)}${noun}`,
      ...(rate > 0 ? [`${format(rate)}${noun} a second`] : []),
      ...(rate > 0 && total && done < total ? [`${formatSeconds((total - done) / rate)} left`] : []),
    ].join(" · ");
  }
}
