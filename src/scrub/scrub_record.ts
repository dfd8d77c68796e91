import { join } from "node:path";
import { readJsonState } from "../files/read.ts";
import { replaceFileNow } from "../files/replace.ts";
import { millisecondsOf, settingOf, type Settings } from "../store/settings.ts";
import type { Problem } from "../store/store.ts";

/** A scrub that is on its way. */
export interface ScrubProgress {
  /** Names the store that is read, among those that the data folder has had. */
  store: string;
  /** RFC 3339. */
  begun_at: string;
  /** The part of the store that is read, and the file of it after which reading goes on. */
  part: number;
  after: string;
  files: number;
  segments: number;
  problems: Problem[];
}

/** The last scrub that has read everything. */
export interface ScrubResult {
  store: string;
  begun_at: string;
  at: string;
  files: number;
  segments: number;
  /** What was found damaged: how many problems, and the first of them. */
  problem_count: number;
  problems: Problem[];
}

/** What is known of the scrubs of a store; `status --json` prints it. */
export interface ScrubStatus {
  /** How often a service scrubs it; "off" where it does not. */
  every: string;
  running: { begun_at: string; files: number; segments: number } | null;
  last: Omit<ScrubResult, "store"> | null;
  /** What is wrong, in words: what the last one or the running one has found. */
  warning: string | null;
}

/** Problems that are kept. */
export const MAX_PROBLEMS = 100;

/** How far the scrub of a store is, and what the last one has found: the file `scrub.json` of its data folder. It may be removed. */
export class ScrubRecord {
  readonly #path: string;
  #progress: ScrubProgress | null = null;
  #last: ScrubResult | null = null;

  constructor(dataFolder: string) {
    this.#path = join(dataFolder, "scrub.json");
    const { progress, last } = readJsonState<{ progress: ScrubProgress | null; last: ScrubResult | null }>(this.#path);
    [this.#progress, this.#last] = [progress ?? null, last ?? null];
  }

  /** One that is on its way in this store. */
  progressIn(store: string): ScrubProgress | undefined {
    return this.#progress?.store === store ? this.#progress : undefined;
  }

  /** Remembers how far it is. */
  advance(progress: ScrubProgress): void {
    this.#progress = progress;
    this.#write();
  }

  /** Remembers what it has found. */
  end(last: ScrubResult): void {
    this.#last = last;
    this.#progress = null;
    this.#write();
  }

  #write(): void {
    try {
      replaceFileNow(this.#path, JSON.stringify({ progress: this.#progress, last: this.#last }, null, 2) + "\n");
    } catch {
      // a full disk: after a restart it goes on from what was written last
    }
  }

  /** Whether a service is to begin one, or to go on with one. */
  isDue(settings: Settings, store: string, now: Date): boolean {
    const every = settingOf(settings, "scrub.every");
    if (every === "off") return false;
    return this.progressIn(store) !== undefined || !this.#last ||
      now.getTime() - Date.parse(this.#last.begun_at) >= millisecondsOf(every);
  }

  status(settings: Settings, store: string): ScrubStatus {
    const running = this.progressIn(store), last = this.#last;
    const found = running && running.problems.length > 0
      ? running.problems
      : last?.store === store
      ? last.problems
      : [];
    const { store: _, ...shown } = last ?? { store };
    return {
      every: settingOf(settings, "scrub.every"),
      running: running ? { begun_at: running.begun_at, files: running.files, segments: running.segments } : null,
      last: last ? shown as Omit<ScrubResult, "store"> : null,
      warning: found.length === 0 ? null : warningOf(found[0], found.length),
    };
  }
}

function warningOf({ where, file_id, what }: Problem, count: number): string {
  const file = file_id === undefined ? "" : `the file ${file_id}: `;
  const more = count > 1 ? `, and ${count - 1} more` : "";
  return `damage was found in ${where}: ${file}${what}${more}. \`usync-db verify --repair\` repairs it`;
}
