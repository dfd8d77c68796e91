import { UsyncError } from "../domain/errors.ts";
import { runImport } from "../session/run_import.ts";
import type { Session } from "../session/session.ts";
import { findInputs } from "../transfer/find_inputs.ts";
import type { ChangeFeed } from "./change_feed.ts";
import { failureOf, HttpError } from "./http_error.ts";
import type { ImportState } from "./shapes.ts";

/** Thrown where the import looks whether it is to go on. */
class Cancelled extends UsyncError {}

const NOTHING: ImportState = {
  ...{ id: 0, running: false, paths: [], item: null, segments: 0, total: null },
  ...{ report: null, error: null },
};

/** An import of files that lie on this machine: one at a time, whose state and end can be asked for. */
export class ImportJob {
  #session: Session;
  #changes: ChangeFeed;
  #state = NOTHING;
  #isCancelled = false;
  #running: Promise<void> = Promise.resolve();

  constructor(session: Session, changes: ChangeFeed) {
    [this.#session, this.#changes] = [session, changes];
  }

  get state(): ImportState {
    return this.#state;
  }

  /** Starts an import; throws an `HttpError` while another one runs. Its end is in the state. */
  start(paths: string[]): void {
    if (this.#state.running) {
      throw new HttpError(409, "An import is on its way already", "Wait for its end, or cancel it.");
    }
    this.#isCancelled = false;
    this.#state = { ...NOTHING, id: this.#state.id + 1, running: true, paths };
    this.#running = this.#run(paths);
  }

  /** Breaks off the import that runs, and waits for its end. What it has reported as stored stays. */
  async cancel(): Promise<void> {
    this.#isCancelled = true;
    await this.#running;
  }

  async #run(paths: string[]): Promise<void> {
    try {
      const report = await runImport(this.#session, {
        by: "path",
        paths,
        inputs: (listener) => findInputs(paths, listener),
        onProgress: ({ segments, total, item }) => {
          if (this.#isCancelled) {
            throw new Cancelled("The import was cancelled", { hint: "What was stored before stays." });
          }
          this.#change({ segments, total: total ?? null, item: item ?? null });
        },
      });
      this.#change({ report });
    } catch (error) {
      this.#change({ error: failureOf(error).failure });
    } finally {
      this.#change({ running: false });
    }
  }

  #change(change: Partial<ImportState>): void {
    this.#state = { ...this.#state, ...change };
    this.#changes.note();
  }
}
