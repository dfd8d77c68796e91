import { UsyncError } from "../domain/errors.ts";
import type { Session } from "../session/session.ts";
import { findInputs } from "../transfer/find_inputs.ts";
import { ImportEstimate } from "../transfer/import_estimate.ts";
import { InputImport } from "../transfer/import_inputs.ts";
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
    const session = this.#session;
    try {
      const estimate = new ImportEstimate(findInputs(paths, { refuse() {}, passOver() {} }));
      const load = session.bulkLoad({ expectedSegments: () => estimate.expectedSegments });
      const run = new InputImport(load, session.dataFolder, {
        estimate,
        onProgress: ({ segments }) => {
          if (this.#isCancelled) {
            throw new Cancelled("The import was cancelled", { hint: "What was stored before stays." });
          }
          const total = estimate.totalFor(segments) ?? null;
          this.#change({ segments, total, item: estimate.currentName ?? null });
        },
      });
      try {
        await run.run(findInputs(paths, run));
      } finally {
        await load.finish();
      }
      this.#change({ report: run.report });
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
