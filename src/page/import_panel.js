// @ts-check
/// <reference lib="dom" />
import { refusal, unreachable } from "./api.js";
import { beginning, byId, elementOf, make, untrusted } from "./dom.js";
import { droppedFiles, isKnown, knownEndings } from "./dropped_files.js";
import { formatCount, formatPercent, plural } from "./format.js";

/**
 * @typedef {import("./api.js").ImportReport} ImportReport
 * @typedef {{ name: string, file: File }} Input
 */

/** Inputs that went well and stay in the list. */
const MOST_GOOD = 50;
/** Inputs in the list that something was wrong with, and notes that are shown of one. */
const MOST_BAD = 200, MOST_NOTES = 50;

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
    this.#running = true;
    elementOf("imports-close", HTMLButtonElement).disabled = true;
    try {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
        byId("imports-count").textContent = `${formatCount(this.#done + 1)} of ${formatCount(this.#total)}`;
        await this.#import(next);
        this.#done++;
      }
    } finally {
      this.#running = false;
      elementOf("imports-close", HTMLButtonElement).disabled = false;
      byId("imports-count").textContent = "";
      this.#summarize(this.#outcome());
      this.#changed();
    }
  }

  /** @param {string} text */
  #summarize(text) {
    byId("imports-summary").textContent = text;
  }

  #outcome() {
    const { added, replaced, unchanged, segments } = this.#counts;
    const stored = added + replaced === 0
      ? `Nothing new; ${plural(unchanged, "file")} were there already.`
      : `${plural(added, "file")} added, ${formatCount(replaced)} replaced, ${formatCount(unchanged)} unchanged; ` +
        `${plural(segments, "segment")} stored.`;
    return this.#refused === 0 ? stored : `${stored} Not everything could be stored: see below.`;
  }

  /** @param {Input} input */
  async #import({ name, file }) {
    const row = new ImportRow(name);
    byId("imports-list").prepend(row.element);
    try {
      if (!isKnown(name)) {
        throw { message: `Not imported: unknown kind of file; known are ${knownEndings().join(", ")}` };
      }
      const report = await upload(name, file, (sent) => row.showSent(sent, file.size));
      for (const key of /** @type {const} */ (["added", "replaced", "unchanged", "segments"])) {
        this.#counts[key] += report[key];
      }
      if (row.showReport(report)) this.#refused++;
    } catch (error) {
      this.#refused++;
      row.showError(/** @type {import("./api.js").ServiceError} */ (error));
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
   * @returns {boolean} whether something was not stored
   */
  showReport({ added, replaced, unchanged, segments, notes, more_notes, bad_notes }) {
    const hasBad = bad_notes > 0;
    const parts = [
      added > 0 ? `${plural(added, "file")} added` : null,
      replaced > 0 ? `${formatCount(replaced)} replaced` : null,
      unchanged > 0 ? `${formatCount(unchanged)} there already` : null,
      segments > 0 ? plural(segments, "segment") : null,
    ].filter((part) => part !== null);
    this.#end(hasBad, parts.length > 0 ? parts.join(", ") : "Nothing stored");
    if (added + replaced + unchanged > 0) this.element.append(make("a", { href: searchFor(this.#name) }, "Show"));
    if (notes.length === 0) return hasBad;
    // What was not stored comes first.
    const order = notes.toSorted((a, b) => Number(b.bad) - Number(a.bad)),
      more = more_notes + Math.max(0, notes.length - MOST_NOTES);
    const rows = order.slice(0, MOST_NOTES).map(({ path, line, column, message, bad }) => {
      const inside = path.startsWith(`${this.#name}/`) ? `${path.slice(this.#name.length + 1)}: ` : "";
      const place = [line && `line ${line}`, column && `column ${column}`].filter(Boolean).join(", ");
      const kind = make("strong", { class: bad ? "bad" : "muted" }, bad ? "Not stored" : "Worth knowing");
      return make("li", {}, kind, place === "" ? ": " : ` (${place}): `, untrusted(inside + message));
    });
    if (more > 0) rows.push(make("li", { class: "muted" }, `and ${formatCount(more)} more`));
    this.element.append(make("ul", { class: "notes" }, ...rows));
    return hasBad;
  }

  /** @param {{ message: string, hint?: string | null }} error */
  showError({ message, hint }) {
    this.#end(true, "Not stored");
    this.element.append(
      make("ul", { class: "notes" }, make("li", {}, untrusted(message)), hint ? make("li", {}, hint) : null),
    );
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
 * A search for what an input is called, since an NZB's folder is; for others all files, newest first.
 * @param {string} name
 */
function searchFor(name) {
  const title = /([^/]*)\.nzb(\.\w+)?$/i.exec(name)?.[1].replace(/\{\{.*\}\}/, "");
  return title ? `#/files?${new URLSearchParams({ q: title })}` : "#/files";
}

/**
 * Sends a file as it lies on the disk: the browser reads it piece by piece. `fetch` would not tell how far it is.
 * @param {string} name
 * @param {File} file
 * @param {(sent: number) => void} progress
 * @returns {Promise<ImportReport>}
 */
function upload(name, file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/import?${new URLSearchParams({ name })}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded }) => progress(loaded);
    request.onerror = () => reject(unreachable());
    request.onload = () => {
      if (request.status === 200 && request.response) resolve(request.response);
      else reject(refusal(request.status, request.response));
    };
    request.send(file);
  });
}
