import type { Report } from "./report.ts";

/** What is known of a step that counts bytes. */
export interface ProgressState {
  step: string;
  done: number;
  total: number | undefined;
  /** Bytes a second, 0 while it is not known. */
  rate: number;
}

const BAR_WIDTH = 24;

/** A size in the unit that suits it: `940 kB`, `12.3 MB`, `1.4 GB`. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${Math.round(bytes / 1e3)} kB`;
}

/** One line of progress, with a bar for a terminal. */
export function renderProgress({ step, done, total, rate }: ProgressState, bar: boolean): string {
  const speed = rate > 0 ? `, ${formatBytes(rate)}/s` : "";
  if (!total) return `${step}: ${formatBytes(done)}${speed}`;
  const part = Math.min(1, done / total);
  const left = rate > 0 && done < total ? `, ${Math.ceil((total - done) / rate)} s left` : "";
  const filled = Math.round(part * BAR_WIDTH);
  const drawn = bar ? ` [${"#".repeat(filled)}${".".repeat(BAR_WIDTH - filled)}]` : "";
  return `${step}:${drawn} ${Math.floor(part * 100)}% of ${formatBytes(total)}${speed}${left}`;
}

/** Where to show a report. */
export interface TerminalReportOptions {
  write: (text: string) => void;
  /** On a terminal a bar is redrawn in place; elsewhere a line is written every few seconds. */
  terminal: boolean;
  now?: () => number;
}

/** Shows what goes on as text, on standard error by default. */
export class TerminalReport implements Report {
  readonly #options: TerminalReportOptions;
  #step = "";
  #stepStarted = 0;
  #firstDone = 0;
  #shown = 0;
  #open = false;

  constructor(options: Partial<TerminalReportOptions> = {}) {
    const encoder = new TextEncoder();
    this.#options = {
      write: (text) => Deno.stderr.writeSync(encoder.encode(text)),
      terminal: Deno.stderr.isTerminal(),
      ...options,
    };
  }

  message(text: string): void {
    this.finish();
    this.#options.write(`${text}\n`);
  }

  progress(step: string, done: number, total: number | undefined): void {
    const { now = Date.now, terminal } = this.#options;
    const time = now();
    if (step !== this.#step || done < this.#firstDone) {
      this.finish();
      this.#step = step;
      this.#stepStarted = time;
      this.#firstDone = done;
      this.#shown = terminal ? 0 : time;
    }
    const complete = done === total;
    if (!complete && time - this.#shown < (terminal ? 100 : 5000)) return;
    this.#shown = time;
    const seconds = (time - this.#stepStarted) / 1000;
    const rate = seconds >= 1 ? (done - this.#firstDone) / seconds : 0;
    const line = renderProgress({ step, done, total, rate }, terminal);
    if (terminal) this.#options.write(`\r\x1b[2K${line}`);
    else this.#options.write(`${line}\n`);
    this.#open = terminal;
    if (complete) this.finish();
  }

  /** Ends the line of a bar, so that what follows starts a new one. */
  finish(): void {
    if (this.#open) this.#options.write("\n");
    this.#open = false;
    this.#step = "";
  }
}
