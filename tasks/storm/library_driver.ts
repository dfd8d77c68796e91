import { fileURLToPath } from "node:url";
import { linesOf } from "../../tests/support/child_program.ts";
import { type Driver, Gone, kill, Refusal, type Workplace } from "./driver.ts";
import type { Line } from "./library_program.ts";
import type { Step } from "./step.ts";

const PROGRAM = fileURLToPath(new URL("library_program.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** The library in a process of its own, which does several steps at a time. */
export class LibraryDriver implements Driver {
  #child: Deno.ChildProcess;
  #input: WritableStreamDefaultWriter<Uint8Array>;
  #waiting = new Map<number, Waiting>();
  #asked = 0;
  #killed = false;
  #ended: Promise<void>;

  constructor({ data, url, onProgress }: Workplace) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-check", "--config", CONFIG, PROGRAM, data, ...(url ? [url] : [])],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#ended = this.#listen(onProgress);
    this.#ended.catch(() => {}); // told by `close`
  }

  accepts({ kind }: Step): boolean {
    return kind !== "import";
  }

  async perform(step: Step): Promise<unknown> {
    const id = this.#asked++;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    // A process that is gone does not read; that it is, its output tells.
    this.#input.write(new TextEncoder().encode(JSON.stringify({ id, step }) + "\n")).catch(() => {});
    return await answer;
  }

  async #listen(onProgress: () => void): Promise<void> {
    const complaints = new Response(this.#child.stderr).text();
    for await (const text of linesOf(this.#child.stdout)) {
      const line: Line = JSON.parse(text);
      if ("progress" in line) onProgress();
      else this.#settle(line);
    }
    const { code } = await this.#child.status;
    for (const { reject } of this.#waiting.values()) reject(new Gone("the process has ended"));
    this.#waiting.clear();
    if (!this.#killed && code !== 0) throw new Error(`the process failed:\n${await complaints}`);
    await complaints;
  }

  #settle(line: Exclude<Line, { progress: true }>): void {
    const waiting = this.#waiting.get(line.id)!;
    this.#waiting.delete(line.id);
    if ("answer" in line) waiting.resolve(line.answer);
    else waiting.reject("refusal" in line ? new Refusal(line.refusal) : new Error(line.failure));
  }

  signal(how: "SIGSTOP" | "SIGCONT"): void {
    kill(this.#child, how);
  }

  kill(): void {
    this.#killed = true;
    kill(this.#child);
  }

  async close(): Promise<void> {
    await this.#input.close().catch(() => {}); // it may be gone
    await this.#ended;
  }
}
