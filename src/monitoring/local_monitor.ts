import { setInterval } from "node:timers";
import type { CacheUse } from "../cache/cache_use.ts";
import type { Metric } from "../store/operations.ts";
import type { Totals } from "../store/store.ts";
import { growthPoint } from "./growth.ts";
import type { Histogram } from "./histogram.ts";
import type { History } from "./history.ts";
import { Latencies } from "./latencies.ts";
import type { LatencyBuckets, Monitor } from "./monitor.ts";
import { Stopwatch } from "./stopwatch.ts";

/** Milliseconds between two writings of the history. */
const WRITE_EVERY = 60_000;
/** Milliseconds after which a point of growth is due although nothing was written. */
const POINT_EVERY = 86_400_000;

/** Metrics of what may give a store another size. */
const WRITES: Metric[] = ["write", "update", "delete", "bulk write", "optimize"];

/** Ends of buckets for Prometheus, in milliseconds: exact in the histograms, and those of the promises are among them. */
const BUCKET_ENDS = [...Array.from({ length: 22 }, (_, power) => 2 ** (power - 6)), 5, 10].sort((a, b) => a - b);

/** What a monitor needs of the store. */
export interface Monitored {
  totals(): Promise<Totals>;
  /** Null where nothing is cached. */
  cacheUse(): CacheUse | null;
}

/** Measures a store that is open, and keeps its history. */
export class LocalMonitor implements Monitor {
  /** Takes the times. */
  readonly watch = new Stopwatch();
  readonly #store: Monitored;
  readonly #history: History;
  readonly #timer: ReturnType<typeof setInterval>;
  #sinceOpen = new Latencies();
  /** Whether the store may have another size than at the last point of growth. */
  #isChanged = false;
  /** Whether the history has something that its file has not. */
  #isNew = false;
  #keeping: Promise<void> = Promise.resolve();

  constructor(store: Monitored, history: History) {
    this.#store = store;
    this.#history = history;
    this.#timer = setInterval(() => this.#keep(), WRITE_EVERY);
    this.#timer.unref(); // it alone keeps no process alive
  }

  latencyBuckets(): LatencyBuckets[] {
    this.#gather();
    return [...this.#sinceOpen.entries()].map(([operation, circumstance, histogram]) => ({
      ...{ operation, circumstance, buckets: bucketsOf(histogram) },
      ...{ sum: histogram.sum / 1000, count: histogram.count },
    }));
  }

  cacheUse(): CacheUse | null {
    return this.#store.cacheUse();
  }

  /** What is known of the store over time, up to now. */
  get history(): History {
    this.#gather();
    return this.#history;
  }

  /** The store is another one than before: it was moved. */
  storeChanged(): void {
    this.#isChanged = true;
    this.watch.restart();
  }

  #gather(): void {
    const latencies = this.watch.take();
    if (latencies.isEmpty) return;
    this.#sinceOpen.add(latencies);
    this.#history.addLatencies(latencies, new Date());
    this.#isNew = true;
    if (WRITES.some((operation) => latencies.has(operation))) this.#isChanged = true;
  }

  /** Brings the file of the history up to date; one call after the other. */
  #keep(): Promise<void> {
    return this.#keeping = this.#keeping.then(async () => {
      this.#gather();
      await this.#addPoint();
      if (!this.#isNew) return;
      this.#isNew = false;
      await this.#history.write();
    });
  }

  async #addPoint(): Promise<void> {
    const last = this.#history.growth.at(-1), now = new Date();
    if (!this.#isChanged && last && now.getTime() - Date.parse(last.at) < POINT_EVERY) return;
    const totals = await this.#store.totals().catch(() => undefined); // whoever asks for them hears of the error
    if (!totals) return;
    this.#history.addPoint(growthPoint(totals, now));
    this.#isChanged = false;
    this.#isNew = true;
  }

  /** Writes the history, while the store is still open. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#keep();
  }
}

function bucketsOf(histogram: Histogram): LatencyBuckets["buckets"] {
  const buckets = BUCKET_ENDS.map((end) => ({ le: end / 1000, count: histogram.countUpTo(end) }));
  return [...buckets, { le: Infinity, count: histogram.count }];
}
