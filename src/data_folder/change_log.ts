import { readFileSync } from "node:fs";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { removeNow } from "../files/held.ts";

/**
 * The files that were written while a migration was on its way, in a file beside the store: a JSON string a line. It may
 * name files that were not written after all.
 */
export class ChangeLog {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  #changed: Set<string>;
  /** Lines that the next flush takes, and that flush once it has been asked for. */
  #lines: string[] = [];
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  /** Opens the log, with what it has from before. */
  constructor(path: string) {
    this.#path = path;
    this.#changed = readLog(path);
    this.#file = Deno.openSync(path, { append: true, create: true });
  }

  /** Files that are recorded and not drained yet. */
  get size(): number {
    return this.#changed.size;
  }

  has(fileId: string): boolean {
    return this.#changed.has(fileId);
  }

  /** Records files that are about to be written; durable when it returns. Several calls share one flush. */
  async record(fileIds: string[]): Promise<void> {
    for (const fileId of fileIds) {
      this.#changed.add(fileId);
      this.#lines.push(JSON.stringify(fileId) + "\n");
    }
    await (this.#next ??= this.#last = this.#last.catch(() => {}).then(() => this.#flush()));
  }

  async #flush(): Promise<void> {
    this.#next = undefined;
    const bytes = new TextEncoder().encode(this.#lines.splice(0).join(""));
    try {
      for (let at = 0; at < bytes.length;) at += await this.#file.write(bytes.subarray(at));
      await this.#file.syncData();
    } catch (error) {
      throw new UsyncError(`Cannot write ${this.#path}: ${messageOf(error)}`, {
        hint:
          "A migration is on its way and must know of every change. Nothing was changed; free some space and try again.",
        cause: error,
      });
    }
  }

  /** Records files again whose writing has ended, for they may have been drained before it did. */
  recordAgain(fileIds: string[]): void {
    for (const fileId of fileIds) this.#changed.add(fileId);
  }

  /** Removes and returns up to `max` of the files. */
  drain(max: number): string[] {
    const drained: string[] = [];
    for (const fileId of this.#changed) {
      if (drained.length === max) break;
      drained.push(fileId);
    }
    for (const fileId of drained) this.#changed.delete(fileId);
    return drained;
  }

  close(): void {
    this.#file.close();
  }

  /** Ends the log of a migration that is over. */
  remove(): void {
    this.close();
    removeNow(this.#path);
  }
}

/** A line that a kill has cut off names a file that was not written. */
function readLog(path: string): Set<string> {
  let text = "";
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
  }
  const lines = text.split("\n").slice(0, -1);
  return new Set(lines.flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return []; // cut off by a kill and continued by a later run: its file was not written either
    }
  }));
}
