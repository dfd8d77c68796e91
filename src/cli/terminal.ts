import { styleText } from "node:util";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { oneLine } from "./format_text.ts";

/** Where a command writes: results to standard output, everything else to standard error. */
export class Terminal {
  readonly json: boolean;
  readonly isInteractive: boolean;
  #color: boolean;
  #encoder = new TextEncoder();
  #progressShown = false;

  constructor(options: { json: boolean; color: boolean }) {
    this.json = options.json;
    this.isInteractive = Deno.stderr.isTerminal();
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

  /** Shows how far a long operation is: one line that is replaced by the next. Only on a terminal. */
  progress(text: string): void {
    if (!this.isInteractive || this.json) return;
    writeAll(Deno.stderr, this.#encoder.encode(`\r\x1b[K${text}`));
    this.#progressShown = true;
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
