// @ts-check
/// <reference lib="dom" />
import { isAborted, lines } from "./api.js";
import { byId, elementOf, errorNotice, make, untrusted } from "./dom.js";
import { formatCount, formatPercent, plural } from "./format.js";

/** @typedef {import("../store/store.ts").VerifyReport} VerifyReport */

/** Problems that are shown. */
const MAX_PROBLEMS = 20;

/** Reads and checks the whole store when the user asks for it, and tells what it has found. */
export class VerifyPanel {
  #button = elementOf("verify", HTMLButtonElement);
  #cancel = elementOf("verify-cancel", HTMLButtonElement);
  #state = byId("verify-state");
  #asking = new AbortController();
  #changed;
  #segments = 0;

  /** @param {() => void} changed called when it has ended */
  constructor(changed) {
    this.#changed = changed;
    this.#button.addEventListener("click", () => this.#run());
    this.#cancel.addEventListener("click", () => this.#asking.abort());
  }

  /** @param {import("../session/status.ts").Status} status */
  showStatus({ segments }) {
    this.#segments = segments;
  }

  async #run() {
    this.#asking = new AbortController();
    const bar = make("progress", { "aria-label": "Checked", max: Math.max(1, this.#segments), value: 0 });
    const text = make("p", { class: "muted" }, "Checking…");
    this.#state.replaceChildren(text, bar);
    this.#setRunning(true);
    try {
      for await (const line of lines("/api/verify", this.#asking.signal)) {
        if (line.report) this.#tell(line.report);
        else if (line.progress) {
          bar.value = line.progress.segments;
          const part = formatPercent(Math.min(line.progress.segments, this.#segments), Math.max(1, this.#segments));
          text.textContent = `Checking: ${formatCount(line.progress.segments)} segments, ${part}`;
        } else throw { message: line.error, hint: line.hint };
      }
    } catch (error) {
      this.#state.replaceChildren(
        isAborted(error)
          ? make("p", { class: "muted" }, "Checking was stopped.")
          : errorNotice(/** @type {import("./api.js").ServiceError} */ (error)),
      );
    } finally {
      this.#setRunning(false);
      this.#changed();
    }
  }

  /** @param {boolean} isRunning */
  #setRunning(isRunning) {
    this.#button.disabled = isRunning;
    this.#cancel.hidden = !isRunning;
  }

  /** @param {VerifyReport} report */
  #tell({ files, segments, problems }) {
    const what = `${plural(files, "file")} with ${plural(segments, "segment")}`, when = new Date().toLocaleTimeString();
    if (problems.length === 0) {
      return this.#state.replaceChildren(
        make("p", { class: "notice good" }, `Checked at ${when}: ${what}, every one is as it was stored.`),
      );
    }
    const rows = problems.slice(0, MAX_PROBLEMS).map(({ where, file_id, what }) =>
      make("li", {}, untrusted([where, file_id, what].filter((part) => part !== undefined).join(": ")))
    );
    const more = problems.length - rows.length;
    if (more > 0) rows.push(make("li", { class: "muted" }, `and ${formatCount(more)} more`));
    const head = `Checked at ${when}: ${plural(problems.length, "problem")} in ${what}. `;
    const hint = make("code", {}, "usync-db verify --repair");
    this.#state.replaceChildren(
      make("div", { class: "notice bad" }, make("p", {}, head, hint, " repairs the store."), make("ul", {}, ...rows)),
    );
  }
}
