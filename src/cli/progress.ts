import type { Terminal } from "./terminal.ts";

/** How far one step of a long operation is. */
export interface ProgressState {
  step: string;
  done: number;
  /** Undefined where nobody knows. */
  total: number | undefined;
  /** What is done in a second; 0 while it is not known. */
  rate: number;
}

const BAR_WIDTH = 24;
const MILLISECONDS_BETWEEN = 100;

/** Progress as one line; `format` writes an amount with its unit. */
export function renderProgress({ step, done, total, rate }: ProgressState, format: (amount: number) => string): string {
  const speed = rate > 0 ? `, ${format(rate)}/s` : "";
  if (!total) return `${step}: ${format(done)}${speed}`;
  const part = Math.min(1, done / total), filled = Math.round(part * BAR_WIDTH);
  const left = rate > 0 && done < total ? `, ${Math.ceil((total - done) / rate)} s left` : "";
  const bar = "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled);
  return `${step}: [${bar}] ${Math.floor(part * 100)}% of ${format(total)}${speed}${left}`;
}

/** Shows the steps of a long operation on the terminal, with rate and time left. */
export class Progress {
  #terminal: Pick<Terminal, "progress">;
  #format: (amount: number) => string;
  #now: () => number;
  #step = "";
  #stepStarted = 0;
  #firstDone = 0;
  #shown = -Infinity;

  /** `now` gives milliseconds. */
  constructor(terminal: Pick<Terminal, "progress">, format: (amount: number) => string, now = () => performance.now()) {
    this.#terminal = terminal;
    this.#format = format;
    this.#now = now;
  }

  /** May be called at every turn: what comes too soon after the last line is not drawn. */
  show(step: string, done: number, total: number | undefined): void {
    const now = this.#now();
    if (step !== this.#step || done < this.#firstDone) {
      [this.#step, this.#stepStarted, this.#firstDone, this.#shown] = [step, now, done, -Infinity];
    }
    if (done !== total && now - this.#shown < MILLISECONDS_BETWEEN) return;
    this.#shown = now;
    const seconds = (now - this.#stepStarted) / 1000;
    const rate = seconds >= 1 ? (done - this.#firstDone) / seconds : 0;
    this.#terminal.progress(renderProgress({ step, done, total, rate }, this.#format));
  }
}
