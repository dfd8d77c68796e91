import { styleText } from "node:util";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { oneLine } from "./format_text.ts";

/** Where a command writes: results to standard output, everything else to standard error. */
export class Terminal {
  readonly json: boolean;
  readonly isInteractive: boolean;
  /** Columns that a table on standard output may take; undefined where that is no terminal. */
  readonly tableColumns: number | undefined;
  #color: boolean;
  #encoder = new TextEncoder();
  #progressShown = false;

  constructor(options: { json: boolean; color: boolean }) {
    this.json = options.json;
    this.isInteractive = Deno.stderr.isTerminal();
    this.tableColumns = Deno.stdout.isTerminal() ? columnsOfTerminal() : undefined;
    this.#color = options.color && this.isInteractive && !Deno.env.get("NO_COLOR");
  }

  /** Prints a result: `value` as JSON with --json, else the text. */
  result(value: unknown, text: string): void {
    this.write(this.json ? JSON.stringify(value) + "\n" : text === "" ? "" : text + "\n");
  }

  /** Writes to standard output as it is. */
  write(text: string): void {
    this.#clearProgress();
    writeAll(Deno.stdout, this.#encoder.encode(text));
  }

  /** Prints a message for people. */
  message(text: string): void {
    this.#clearProgress();
    writeAll(Deno.stderr, this.#encoder.encode(text + "\n"));
  }

  error(message: string, hint?: string): void {
    if (this.json) return this.message(JSON.stringify({ error: message, hint: hint ?? null }));
    const lines = message.split("\n").map(oneLine).join("\n"); // names of inputs and files stand in it
    this.message(`${this.paint("red", "usync-db:")} ${lines}${hint ? `\n  ${hint}` : ""}`);
  }

  /** Columns that a line of progress may take; undefined where it goes to no terminal. The user may make it narrower meanwhile. */
  get progressColumns(): number | undefined {
    return this.isInteractive ? columnsOfTerminal() - 1 : undefined; // a cursor behind the last column is on the next line
  }

  /** Shows how far a long operation is: on a terminal one line that is replaced by the next, elsewhere line after line. */
  progress(text: string): void {
    if (this.json) return;
    if (!this.isInteractive) return this.message(text);
    writeAll(Deno.stderr, this.#encoder.encode(`\r\x1b[K${text}`));
    this.#progressShown = true;
  }

  /** Says in the title of the window what it is for. */
  title(text: string): void {
    if (this.isInteractive) writeAll(Deno.stderr, this.#encoder.encode(`\x1b]0;${oneLine(text)}\x07`));
  }

  #clearProgress(): void {
    if (!this.#progressShown) return;
    this.#progressShown = false;
    writeAll(Deno.stderr, this.#encoder.encode("\r\x1b[K"));
  }

  paint(color: "red" | "green" | "yellow" | "bold", text: string): string {
    return this.#color ? styleText(color, text, { validateStream: false }) : text;
  }
}

const USUAL_COLUMNS = 80, MIN_COLUMNS = 20;

function columnsOfTerminal(): number {
  try {
    return Math.max(Deno.consoleSize().columns || USUAL_COLUMNS, MIN_COLUMNS);
  } catch {
    return USUAL_COLUMNS; // it does not tell
  }
}

/** Whoever read our output went away, as `head` does. */
export class OutputClosed extends Error {}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosed();
    throw new UsyncError(`Cannot write what was asked for: ${messageOf(error)}`, { cause: error });
  }
}
