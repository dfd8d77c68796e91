// @ts-check
/// <reference lib="dom" />
import { refusal, unreachable } from "./api.js";
import { beginning, byId, elementOf, make, untrusted } from "./dom.js";
import { droppedFiles, isKnown, knownEndings } from "./dropped_files.js";
import { formatCount, formatPercent, plural } from "./format.js";
import { linkToStored, noteList, outcomeOf } from "./import_report.js";

/**
 * @typedef {import("./api.js").ImportReport} ImportReport
 * @typedef {import("./dropped_files.js").Input} Input
 */

/** Inputs that went well and stay in the list. */
const MOST_GOOD = 50;
/** Inputs in the list that something was wrong with. */
const MOST_BAD = 200;

/** Takes files that are dropped or chosen, imports them one after the other and tells what became of each. */
export class ImportPanel {
  #changed;
  /** @type {Input[]} */
  #waiting = [];
  #running = false;
  #total = 0;
  #done = 0;
  #refused = 0;
  #counts = { added: 0, replaced: 0, unchanged: 0, segments: 0 };
  #cancelling = new AbortController();

  /** @param {() => void} changed called when something was imported */
  constructor(changed) {
    this.#changed = changed;
    const files = elementOf("drop-files", HTMLInputElement);
    byId("drop-choose").addEventListener("click", () => files.click());
    files.addEventListener("change", () => {
      this.#take([...files.files ?? []].map((file) => ({ name: file.name, file })));
      files.value = "";
    });
    byId("imports-close").addEventListener("click", () => this.#close());
    byId("imports-cancel").addEventListener("click", () => this.#cancelling.abort());
    this.#listenForDrops();
    self.addEventListener("beforeunload", (event) => {
      if (this.#running) event.preventDefault();
    });
  }

  #listenForDrops() {
    const overlay = byId("overlay");
    let depth = 0;
    const show = (/** @type {number} */ next) => {
      depth = next;
      overlay.hidden = depth === 0;
    };
    // The browser would open files itself; what else is dragged, such as text into the search, is not our concern.
    const listen = (
      /** @type {"dragenter" | "dragover" | "dragleave" | "drop"} */ type,
      /** @type {(transfer: DataTransfer) => void} */ act,
    ) =>
      document.addEventListener(type, (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        act(event.dataTransfer);
      });
    listen("dragenter", () => show(depth + 1));
    listen("dragleave", () => show(Math.max(0, depth - 1)));
    listen("dragover", (transfer) => (transfer.dropEffect = "copy"));
    listen("drop", async (transfer) => {
      show(0);
      this.#take(await droppedFiles(transfer));
    });
  }

  #close() {
    byId("imports").hidden = true;
    byId("imports-list").replaceChildren();
    [this.#total, this.#done, this.#refused] = [0, 0, 0];
    this.#counts = { added: 0, replaced: 0, unchanged: 0, segments: 0 };
    byId("main").focus();
  }

  /** @param {Input[]} inputs */
  async #take(inputs) {
    if (inputs.length === 0) return;
    byId("imports").hidden = false;
    this.#total += inputs.length;
    for (const input of inputs) this.#waiting.push(input);
    this.#summarize(`Importing ${plural(this.#total, "file")}…`);
    if (this.#running) return;
    this.#cancelling = new AbortController();
    this.#setRunning(true);
    try {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
        if (this.#cancelling.signal.aborted) continue;
        byId("imports-count").textContent = `${formatCount(this.#done + 1)} of ${formatCount(this.#total)}`;
        await this.#import(next);
        this.#done++;
      }
    } finally {
      this.#setRunning(false);
      byId("imports-count").textContent = "";
      this.#summarize(this.#outcome());
      this.#changed();
    }
  }

  /** @param {boolean} isRunning */
  #setRunning(isRunning) {
    this.#running = isRunning;
    elementOf("imports-close", HTMLButtonElement).disabled = isRunning;
    byId("imports-cancel").hidden = !isRunning;
  }

  /** @param {string} text */
  #summarize(text) {
    byId("imports-summary").textContent = text;
  }

  #outcome() {
    const stored = `${outcomeOf(this.#counts)}.`;
    const left = this.#total - this.#done;
    if (this.#cancelling.signal.aborted) return `Cancelled. ${stored} ${plural(left, "file")} not sent.`;
    return this.#refused === 0 ? stored : `${stored} Not everything could be stored: see below.`;
  }

  /** @param {Input} input */
  async #import(input) {
    const { name } = input, row = new ImportRow(name), { signal } = this.#cancelling;
    byId("imports-list").prepend(row.element);
    try {
      if ("error" in input) throw { message: input.error };
      const { file } = input;
      if (!isKnown(name)) {
        throw { message: `Not imported: unknown kind of file; known are ${knownEndings().join(", ")}` };
      }
      const report = await upload(name, file, (sent) => row.showSent(sent, file.size), signal);
      for (const key of /** @type {const} */ (["added", "replaced", "unchanged", "segments"])) {
        this.#counts[key] += report[key];
      }
      if (await row.showReport(report)) this.#refused++;
    } catch (error) {
      this.#refused++;
      if (signal.aborted) row.showCancelled();
      else row.showError(/** @type {import("./api.js").ServiceError} */ (error));
    }
    trimRows();
  }
}

/** However many files are dropped, the list stays short; what went wrong stays longest. */
function trimRows() {
  for (const [kind, most] of /** @type {const} */ ([["good", MOST_GOOD], ["bad", MOST_BAD]])) {
    for (const row of [...document.querySelectorAll(`#imports-list > .${kind}`)].slice(most)) row.remove();
  }
}

/** One input in the list. */
class ImportRow {
  #bar = make("progress", { "aria-label": "Sent" });
  #state = make("span", { class: "muted" }, "Sending…");

  #name;

  /** @param {string} name */
  constructor(name) {
    this.#name = name;
    const title = make("span", { class: "name" }, beginning(name));
    this.element = make("li", { class: "import" }, title, this.#state, this.#bar);
  }

  /**
   * @param {number} sent bytes
   * @param {number} size bytes
   */
  showSent(sent, size) {
    [this.#bar.max, this.#bar.value] = [Math.max(size, 1), sent];
    this.#state.textContent = sent >= size ? "Storing…" : `${formatPercent(sent, size)} sent`;
    if (sent >= size) this.#bar.removeAttribute("value");
  }

  /**
   * @param {ImportReport} report
   * @returns {Promise<boolean>} whether something was not stored
   */
  async showReport(report) {
    const hasBad = report.bad_notes > 0;
    this.#end(hasBad, outcomeOf(report));
    this.element.append(...[noteList(report, this.#name)].filter((list) => list !== null));
    const link = await linkToStored(report).catch(() => null); // it is stored all the same
    if (link) this.#state.after(link);
    return hasBad;
  }

  /** @param {{ message: string, hint?: string | null }} error */
  showError({ message, hint }) {
    this.#end(true, "Not stored");
    this.element.append(
      make("ul", { class: "notes" }, make("li", {}, untrusted(message)), hint ? make("li", {}, hint) : null),
    );
  }

  showCancelled() {
    this.#end(true, "Cancelled");
  }

  /**
   * @param {boolean} isBad
   * @param {string} text
   */
  #end(isBad, text) {
    this.#bar.remove();
    this.#state.textContent = text;
    this.element.classList.add(isBad ? "bad" : "good");
  }
}

/**
 * Sends a file as it lies on the disk: the browser reads it piece by piece. `fetch` would not tell how far it is.
 * @param {string} name
 * @param {File} file
 * @param {(sent: number) => void} progress
 * @param {AbortSignal} signal
 * @returns {Promise<ImportReport>}
 */
function upload(name, file, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/import?${new URLSearchParams({ name })}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded }) => progress(loaded);
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.onload = () => {
      if (request.status === 200 && request.response) resolve(request.response);
      else reject(refusal(request.status, request.response));
    };
    request.send(file);
  });
}
