import type { FolderStore } from "../data_folder/folder_store.ts";
import type { LoadProgress, WriteObserver } from "../data_folder/write_observer.ts";
import type { SourceSize } from "../store/source_size.ts";
import type { Totals } from "../store/store.ts";
import { dueTier } from "../store/tier_policy.ts";
import { migrate, type MoveProgress, type MoveReport } from "./migrate.ts";
import { DEFAULT_SHARDS, type Shape } from "./plan_move.ts";

/** What becomes of a growth. */
export type GrowthEvent =
  | { kind: "begun" }
  | { kind: "progress"; progress: MoveProgress }
  | { kind: "grown"; report: MoveReport }
  | { kind: "failed"; error: unknown };

export type GrowthListener = (event: GrowthEvent) => void;

/** Times in milliseconds, for tests to shorten. */
export interface GrowthTimes {
  /** Between two looks that may be in vain. */
  betweenLooks: number;
  /** After which a write has the database bytes looked at, which no write tells. */
  databaseLook: number;
  /** After a growth that failed. */
  retryAfter: number;
}

const TIMES: GrowthTimes = { betweenLooks: 1000, databaseLook: 60_000, retryAfter: 300_000 };

/**
 * A load is judged by where it will end once it has stored so many segments: until a part of it is stored, when that is so far
 * past a limit.
 */
const MIN_STORED = 20_000, SURE_PART = 1 / 5, CLEARLY_PAST = 1.2;
/** Database bytes that a segment takes in a store that has too few of them to tell. */
const SEGMENT_BYTES = 200;

/**
 * Grows a store from the tier `sqlite` to shards when it reaches a limit. What is written is counted, so that the totals
 * are looked at only when a limit may be reached. A single write never waits for it; loads wait while it runs, so that
 * what they bring after is written once. To PostgreSQL a store does not grow by itself.
 */
export class Growth implements WriteObserver {
  readonly #store: FolderStore;
  readonly #times: GrowthTimes;
  readonly #listeners = new Set<GrowthListener>();
  /** At the last look, and what may have come since. */
  #totals: Totals | undefined;
  #added = { segments: 0, content_bytes: 0 };
  #lookedAt = -Infinity;
  #vainAt = -Infinity;
  #failedAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(store: FolderStore, times: Partial<GrowthTimes> = {}) {
    this.#store = store;
    this.#times = { ...TIMES, ...times };
  }

  /** Calls the listener with all that becomes of growths, until the result is called. */
  listen(listener: GrowthListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(event: GrowthEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  wrote({ segments, content_bytes }: { segments: number; content_bytes: number }): void {
    if (this.#store.tier !== "sqlite" || this.#isClosed) return;
    this.#added.segments += segments;
    this.#added.content_bytes += content_bytes;
    const isOld = performance.now() - this.#lookedAt >= this.#times.databaseLook;
    if (!isOld && !this.#isPast(this.#estimate())) return;
    const wait = Math.max(0, this.#vainAt + this.#times.betweenLooks - performance.now());
    this.#timer ??= setTimeout(() => this.check(), wait);
  }

  async beforeMore(load: LoadProgress, source?: SourceSize): Promise<void> {
    if (this.#running) return await this.#running;
    if (this.#mayGrow && await this.#isTooMuch(load, source).catch(() => false) && this.#mayGrow) await this.#grow();
  }

  async loadEnded(): Promise<void> {
    await this.check();
  }

  /** Looks at the limits now. A growth that is due begins; this does not wait for it. Never throws. */
  async check(): Promise<void> {
    if (this.#mayGrow && await this.#isDue().catch(() => false) && this.#mayGrow) void this.#grow();
  }

  /** Looks at the limits now, and waits for a growth that is due or on its way. */
  async settle(): Promise<void> {
    await this.check();
    await this.#running;
  }

  beforeClose(): Promise<void> | undefined {
    this.#isClosed = true;
    const isToLook = this.#timer !== undefined;
    clearTimeout(this.#timer);
    if (!isToLook && !this.#running) return undefined;
    return this.settle();
  }

  /** Not while a migration that somebody asked for runs, or waits for PostgreSQL. What cannot be read others tell. */
  get #mayGrow(): boolean {
    const { tier, move } = this.#store.manifest;
    return tier === "sqlite" && move?.tier !== "postgres" && !this.#store.isMigrating && !this.#running &&
      performance.now() - this.#failedAt >= this.#times.retryAfter;
  }

  /** The totals that the store has at most. */
  #estimate(): Totals | undefined {
    if (!this.#totals) return undefined;
    const { segments, content_bytes } = this.#totals;
    return {
      ...this.#totals,
      segments: segments + this.#added.segments,
      content_bytes: content_bytes + this.#added.content_bytes,
    };
  }

  /** Whether a store of this size, or of one that is not known, is past a limit. */
  #isPast(totals: Totals | undefined): boolean {
    return !totals || dueTier("sqlite", totals, this.#store.settings) !== null;
  }

  async #look(): Promise<Totals> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { segments, content_bytes } = this.#added;
    const isFirst = this.#totals === undefined, totals = await this.#store.totals();
    this.#added.segments -= segments;
    this.#added.content_bytes -= content_bytes;
    [this.#totals, this.#lookedAt] = [totals, performance.now()];
    if (!isFirst && !this.#isPast(totals)) this.#vainAt = this.#lookedAt;
    return totals;
  }

  /** Whether the store is past a limit, or a growth was cut off. */
  async #isDue(): Promise<boolean> {
    return isGrowth(this.#store.manifest.move) || this.#isPast(await this.#look());
  }

  /** Whether a load is about to bring the store past a limit, with a source that is complete, or in the end. */
  async #isTooMuch(load: LoadProgress, source: SourceSize | undefined): Promise<boolean> {
    if (isGrowth(this.#store.manifest.move)) return true;
    const mayLook = performance.now() - this.#vainAt >= this.#times.betweenLooks;
    if (this.#isPast(this.#estimate()) && mayLook && this.#isPast(await this.#look())) return true;
    if (source && this.#isPast(grownBy(this.#estimate(), source))) return await this.#isPastWith(source);
    return mayLook && this.#endsPast(load, this.#estimate()) && this.#endsPast(load, await this.#look());
  }

  /** Whether a load, going by what its caller can tell of its end, brings a store of this size clearly past a limit. */
  #endsPast(load: LoadProgress, totals: Totals | undefined): boolean {
    if (load.storedSegments < MIN_STORED || !totals) return false;
    const expected = load.expectedSegments() ?? 0, left = expected - load.storedSegments;
    if (left <= 0) return false;
    const past = load.storedSegments >= expected * SURE_PART ? 1 : CLEARLY_PAST;
    return this.#isPast(scaled(totals, (1 + left / Math.max(1, totals.segments)) / past));
  }

  /** Whether a source brings the store past a limit, for all that is stored of it already. */
  async #isPastWith(source: SourceSize): Promise<boolean> {
    const stored = { segments: 0, content_bytes: 0 }, all = { segments: 0, content_bytes: 0 };
    for (const { file_id, segments, content_bytes } of source.sample) {
      const before = await this.#store.file(file_id);
      stored.segments += before?.segment_count ?? 0;
      stored.content_bytes += before?.size ?? 0;
      all.segments += segments;
      all.content_bytes += content_bytes;
    }
    const isNew = (of: keyof typeof all) => all[of] === 0 ? 0 : Math.max(0, 1 - stored[of] / all[of]);
    const added = {
      segments: Math.round(source.segments * isNew("segments")),
      content_bytes: Math.round(source.content_bytes * isNew("content_bytes")),
    };
    return this.#isPast(grownBy(await this.#look(), added));
  }

  #grow(): Promise<void> {
    return this.#running ??= this.#run().finally(() => this.#running = undefined);
  }

  async #run(): Promise<void> {
    this.#tell({ kind: "begun" });
    try {
      const wish = this.#store.manifest.move ? {} : { tier: "sharded" as const }; // goes on with what was begun
      const report = await migrate(this.#store, {
        ...wish,
        onProgress: (progress) => this.#tell({ kind: "progress", progress }),
      });
      if (!report) throw new Error("a store on the tier sqlite can always grow");
      if (report.files === 0) await this.#store.discardLatest().catch(() => {}); // an empty old store may stay
      this.#tell({ kind: "grown", report });
    } catch (error) {
      this.#failedAt = performance.now();
      this.#tell({ kind: "failed", error });
    }
  }
}

/** Whether a migration that was cut off is one as growth makes it. */
function isGrowth(move: Shape | null): boolean {
  return move?.tier === "sharded" && move.shards === DEFAULT_SHARDS;
}

/** Totals with so much more; the database grows as it has until now. */
function grownBy(totals: Totals | undefined, more: { segments: number; content_bytes: number }): Totals | undefined {
  if (!totals) return undefined;
  const { segments, content_bytes, database_bytes } = totals;
  const bytesEach = segments < MIN_STORED ? SEGMENT_BYTES : database_bytes / segments;
  return {
    ...totals,
    segments: segments + more.segments,
    content_bytes: content_bytes + more.content_bytes,
    database_bytes: database_bytes + more.segments * bytesEach,
  };
}

/** The totals of a store that is so many times as large. */
function scaled(totals: Totals, times: number): Totals {
  const { segments, content_bytes, database_bytes } = totals;
  return {
    ...totals,
    segments: segments * times,
    content_bytes: content_bytes * times,
    database_bytes: database_bytes * times,
  };
}
