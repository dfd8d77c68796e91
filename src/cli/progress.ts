import { cutToWidth, displayWidth } from "./display_width.ts";
import { formatDuration, oneLine } from "./format_text.ts";
import type { Terminal } from "./terminal.ts";

/** How far one step of a long operation is. */
export interface ProgressState {
  step: string;
  /** What is worked on now, such as the name of an input. */
  item?: string;
  done: number;
  /** Undefined where nobody knows. */
  total: number | undefined;
  /** What is done in a second; 0 while it is not known. */
  rate: number;
}

const BAR_WIDTH = 24;
const MS_BETWEEN = 100;
/** Elsewhere than on a terminal. */
const MS_BETWEEN_LINES = 5000;

/**
 * Progress as one line of so many columns; `format` writes an amount with its unit. Where there is no room for all, the item is
 * cut, and then the bar, the item, the rate and the time left are left out.
 */
export function renderProgress(state: ProgressState, format: (amount: number) => string, columns = Infinity): string {
  const { step, item, done, total, rate } = state, part = total ? Math.min(1, done / total) : undefined;
  const filled = Math.round((part ?? 0) * BAR_WIDTH);
  const bar = part === undefined ? "" : `[${"#".repeat(filled)}${".".repeat(BAR_WIDTH - filled)}] `;
  const amount = part === undefined ? format(done) : `${Math.floor(part * 100)}% of ${format(total!)}`;
  const speed = rate > 0 ? `, ${format(rate)}/s` : "";
  const left = rate > 0 && total && done < total ? `, ${formatDuration((total - done) / rate)} left` : "";
  const name = item === undefined ? "" : oneLine(item);
  const forms = [bar + amount + speed + left, amount + speed + left, amount + left, amount].map((text) =>
    `${step}: ${text}`
  );
  const fitting = forms.find((text) => displayWidth(text) <= columns) ?? cutToWidth(forms[forms.length - 1], columns);
  const room = columns - displayWidth(fitting) - 2;
  return name !== "" && room >= Math.min(MIN_ITEM, displayWidth(name))
    ? `${fitting}  ${cutToWidth(name, room)}`
    : fitting;
}

/** Columns that the name of an item needs at least. */
const MIN_ITEM = 12;

/** Shows the steps of a long operation on the terminal, with rate and time left. */
export class Progress {
  #terminal: Pick<Terminal, "progress" | "progressColumns">;
  #format: (amount: number) => string;
  #now: () => number;
  #step = "";
  #stepStarted = 0;
  #firstDone = 0;
  #shown = -Infinity;

  /** `now` gives milliseconds. */
  constructor(
    terminal: Pick<Terminal, "progress" | "progressColumns">,
    format: (amount: number) => string,
    now = () => performance.now(),
  ) {
    this.#terminal = terminal;
    this.#format = format;
    this.#now = now;
  }

  /** May be called at every turn: what comes too soon after the last line is not drawn. */
  show(step: string, done: number, total: number | undefined, item?: string): void {
    const now = this.#now(), columns = this.#terminal.progressColumns, isLine = columns === undefined;
    if (step !== this.#step || done < this.#firstDone) {
      [this.#step, this.#stepStarted, this.#firstDone] = [step, now, done];
      this.#shown = isLine ? now : -Infinity; // what is done soon needs no line
    }
    if (now - this.#shown < (isLine ? MS_BETWEEN_LINES : MS_BETWEEN) && (isLine || done !== total)) return;
    this.#shown = now;
    const seconds = (now - this.#stepStarted) / 1000;
    const rate = seconds >= 1 ? (done - this.#firstDone) / seconds : 0;
    const state = { step, item, done, total, rate };
    this.#terminal.progress(renderProgress(state, this.#format, columns));
  }
}
