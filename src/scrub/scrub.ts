import type { FolderStore } from "../data_folder/folder_store.ts";
import type { Backend } from "../store/backend.ts";
import { MAX_PROBLEMS, type ScrubProgress, type ScrubRecord } from "./scrub_record.ts";

/** What a scrub makes way for. */
export interface Load {
  /** Whether an import, a migration, a backup or the like runs. */
  readonly isBusy: boolean;
  /** How many operations were asked for since the start. */
  readonly operations: number;
  /** Runs what may slow others down meanwhile. */
  during<T>(work: "upkeep", run: () => Promise<T>): Promise<T>;
}

/** Times in milliseconds, for tests to shorten. */
export interface ScrubTimes {
  /** At least, between two rounds; it is at least four times as long as the round before it took. */
  rest: number;
  /** Between two looks whether the store is still in use. */
  look: number;
  /** At most, in which a round waits for a store that is in use: then one is read all the same. */
  patience: number;
  /** Between two writings of how far it is. */
  keep: number;
}

const TIMES: ScrubTimes = { rest: 50, look: 1000, patience: 60_000, keep: 5000 };
/** The part of the time in which it reads. */
const RESTS = 4;
/** So many operations a second are no load. */
const QUIET = 20;

/**
 * Reads and checks all of a store in the background, with long rests, and longer ones while the store is in use. First file by
 * file, which goes on after a restart where it was; at last, at a quiet moment, everything with its indexes at once.
 */
export class Scrub {
  readonly #store: FolderStore;
  readonly #record: ScrubRecord;
  readonly #load: Load;
  readonly #times: ScrubTimes;
  #running: Promise<void> | undefined;
  readonly #stop = new AbortController();
  #keptAt = 0;

  constructor(store: FolderStore, record: ScrubRecord, load: Load, times: Partial<ScrubTimes> = {}) {
    [this.#store, this.#record, this.#load, this.#times] = [store, record, load, { ...TIMES, ...times }];
  }

  /** Scrubs the store where that is due, to the end; never throws. */
  runIfDue(): Promise<void> {
    const { settings, manifest } = this.#store;
    if (this.#stop.signal.aborted || !this.#record.isDue(settings, manifest.folder, new Date())) {
      return Promise.resolve();
    }
    // What fails is told by who needs the store; the scrub goes on with the next look.
    return this.#running ??= this.#run().catch(() => {}).finally(() => this.#running = undefined);
  }

  /** Breaks it off, and waits for that. The next start goes on. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const store = this.#store.manifest.folder;
    const progress = this.#record.progressIn(store) ??
      { store, begun_at: new Date().toISOString(), part: 0, after: "", files: 0, segments: 0, problems: [] };
    if (!await this.#readFiles(progress) || !await this.#rest(0)) return;
    const { files, segments, problems } = await this.#load.during("upkeep", () => this.#store.verify());
    if (this.#isOver(progress)) return;
    const { begun_at } = progress, at = new Date().toISOString();
    this.#record.end({
      ...{ store, begun_at, at, files, segments },
      ...{ problem_count: problems.length, problems: problems.slice(0, MAX_PROBLEMS) },
    });
  }

  /** Reads what is left of all parts; false when it was broken off. */
  async #readFiles(progress: ScrubProgress): Promise<boolean> {
    const { backend } = this.#store;
    for (; progress.part < backend.parts; progress.part++, progress.after = "") {
      if (!await this.#readPart(backend, progress)) return false;
    }
    this.#record.advance(progress);
    return true;
  }

  async #readPart(backend: Backend, progress: ScrubProgress): Promise<boolean> {
    let began = performance.now();
    for await (const { files, segments, problems, upTo } of backend.readPart(progress.part, progress.after, 1)) {
      const took = performance.now() - began;
      progress.after = upTo;
      progress.files += files;
      progress.segments += segments;
      progress.problems = [...progress.problems, ...problems].slice(0, MAX_PROBLEMS);
      this.#keep(progress, problems.length > 0);
      if (!await this.#rest(took) || this.#isOver(progress)) {
        this.#record.advance(progress);
        return false;
      }
      began = performance.now();
    }
    return true;
  }

  #keep(progress: ScrubProgress, isNews: boolean): void {
    if (!isNews && performance.now() - this.#keptAt < this.#times.keep) return;
    this.#keptAt = performance.now();
    this.#record.advance(progress);
  }

  /** Whether it is to stop, or the store lies elsewhere by now. */
  #isOver({ store }: ScrubProgress): boolean {
    return this.#stop.signal.aborted || this.#store.manifest.folder !== store;
  }

  /** Waits until the store is at rest, or for as long as it is patient, but always for some time; false when it is to stop. */
  async #rest(took: number): Promise<boolean> {
    const end = performance.now() + this.#times.patience, load = this.#load;
    for (let wait = Math.max(this.#times.rest, took * RESTS);; wait = this.#times.look) {
      const before = load.operations, began = performance.now();
      if (!await this.#sleep(wait)) return false;
      const perSecond = (load.operations - before) / (performance.now() - began) * 1000;
      if ((!load.isBusy && perSecond <= QUIET) || performance.now() > end) return true;
    }
  }

  #sleep(ms: number): Promise<boolean> {
    const { signal } = this.#stop;
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve(!signal.aborted);
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
    });
  }
}
