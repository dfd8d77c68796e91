import type { Monitor } from "../monitoring/monitor.ts";
import type { Status } from "../session/status.ts";
import type { MigrationState } from "./shapes.ts";
import type { PutCounts } from "../store/store.ts";

/** Seconds up to which the requests of each bucket took. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

type Labels = Record<string, string | number>;

/** Counts what the service does, and tells it as Prometheus reads it. */
export class Metrics {
  /** Requests that are being answered. */
  active = 0;
  #requests = new Map<string, { labels: Labels; count: number }>();
  #times = new Map<string, { labels: Labels; counts: number[]; sum: number; count: number }>();
  #stored: PutCounts = { added: 0, replaced: 0, unchanged: 0, segments: 0 };

  /** Counts an answered request and, when it is told, how long it took. `path`: that of the operation. */
  answered(method: string, path: string, status: number, seconds?: number): void {
    const labels = { method, path };
    upsert(this.#requests, `${method} ${path} ${status}`, { labels: { ...labels, status }, count: 0 }).count++;
    if (seconds === undefined) return;
    const counts = BOUNDS.map(() => 0), time = { labels, counts, sum: 0, count: 0 };
    const kept = upsert(this.#times, `${method} ${path}`, time), bucket = BOUNDS.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) kept.counts[bucket]++;
    kept.sum += seconds;
    kept.count++;
  }

  /** Counts files that were put. */
  stored(counts: PutCounts): void {
    for (const key of Object.keys(this.#stored) as (keyof PutCounts)[]) this.#stored[key] += counts[key];
  }

  /** All metrics in Prometheus' text format. */
  text(status: Status, migration: MigrationState, monitor: Monitor | undefined): string {
    const page = new Page();
    writeStatus(page, status);
    const { segments, ...files } = this.#stored;
    const outcomes = Object.entries(files).map(([outcome, count]): Sample => [{ outcome }, count]);
    page.family("usync_files_put_total", "counter", "Files that clients have put, by what became of them.", outcomes);
    page.family("usync_segments_put_total", "counter", "Segments of files that were added or replaced.", [[
      {},
      segments,
    ]]);
    page.family("usync_migration_running", "gauge", "Whether a migration is on its way.", [[
      {},
      Number(migration.running),
    ]]);
    page.family("usync_http_requests_active", "gauge", "Requests that are being answered.", [[{}, this.active]]);
    page.family(
      "usync_http_requests_total",
      "counter",
      "Requests that were answered.",
      [...this.#requests.values()].map(({ labels, count }) => [labels, count]),
    );
    page.histogram(
      "usync_http_request_duration_seconds",
      "From the headers of a request to the end of its answer.",
      [...this.#times.values()].map(({ labels, counts, sum, count }) => ({
        labels,
        buckets: rising(counts),
        sum,
        count,
      })),
    );
    if (monitor) writeMonitor(page, monitor);
    return page.text;
  }
}

function upsert<T>(map: Map<string, T>, key: string, fresh: T): T {
  const there = map.get(key);
  if (there) return there;
  map.set(key, fresh);
  return fresh;
}

function rising(counts: number[]): { le: number; count: number }[] {
  let sum = 0;
  return counts.map((count, i) => ({ le: BOUNDS[i], count: sum += count }));
}

function writeStatus(page: Page, status: Status): void {
  const gauges: [keyof Status, string, string][] = [
    ["files", "usync_files", "Files in the store."],
    ["segments", "usync_segments", "Segments in the store."],
    ["posted", "usync_segments_posted", "Segments that have a Message-ID."],
    ["pending", "usync_segments_pending", "Segments that are still to post."],
    ["content_bytes", "usync_content_bytes", "Sum of the sizes of all files."],
    ["database_bytes", "usync_database_bytes", "What the store takes on disk."],
  ];
  for (const [key, name, help] of gauges) page.family(name, "gauge", help, [[{}, Number(status[key])]]);
  const { last, failed } = status.backup;
  page.family("usync_backup_failed", "gauge", "Whether the last backup failed.", [[{}, failed ? 1 : 0]]);
  if (last) {
    page.family("usync_backup_time_seconds", "gauge", "The moment of the last backup, in seconds since 1970.", [[
      {},
      Date.parse(last.at) / 1000,
    ]]);
  }
  page.family("usync_tier", "gauge", "The tier that the store is on.", [[{ tier: status.tier }, 1]]);
  const limits = status.limits.map(({ limit, used, most }): Sample => [{ limit }, most === 0 ? 1 : used / most]);
  page.family(
    "usync_limit_used_ratio",
    "gauge",
    "How far the limits of the tier are used; from 1 on a move is due.",
    limits,
  );
}

function writeMonitor(page: Page, monitor: Monitor): void {
  page.histogram(
    "usync_operation_duration_seconds",
    "What the operations of the store took.",
    monitor.latencyBuckets().map(({ operation, circumstance, buckets, sum, count }) => ({
      labels: { operation, circumstance },
      buckets: buckets.filter(({ le }) => le !== Infinity),
      ...{ sum, count },
    })),
  );
  const cache = monitor.cacheUse();
  if (!cache) return;
  page.family("usync_cache_hits_total", "counter", "Reads that the cache has answered.", [[{}, cache.hits]]);
  page.family("usync_cache_misses_total", "counter", "Reads that the store had to answer.", [[{}, cache.misses]]);
  page.family("usync_cache_entries", "gauge", "What the cache holds.", [[{}, cache.entries]]);
  page.family("usync_cache_bytes", "gauge", "What the cache takes in memory.", [[{}, cache.bytes]]);
}

type Sample = [Labels, number];

/** Writes metrics in Prometheus' text format. */
class Page {
  text = "";

  #head(name: string, type: string, help: string): void {
    this.text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  }

  #sample(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(`${value}`)}`);
    this.text += `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
  }

  family(name: string, type: "counter" | "gauge", help: string, samples: Sample[]): void {
    if (samples.length === 0) return;
    this.#head(name, type, help);
    for (const [labels, value] of samples) this.#sample(name, labels, value);
  }

  /** `buckets`: how many took at most `le` seconds, rising, without the last that holds all. */
  histogram(
    name: string,
    help: string,
    samples: { labels: Labels; buckets: { le: number; count: number }[]; sum: number; count: number }[],
  ): void {
    if (samples.length === 0) return;
    this.#head(name, "histogram", help);
    for (const { labels, buckets, sum, count } of samples) {
      for (const { le, count } of buckets) this.#sample(`${name}_bucket`, { ...labels, le }, count);
      this.#sample(`${name}_bucket`, { ...labels, le: "+Inf" }, count);
      this.#sample(`${name}_sum`, labels, sum);
      this.#sample(`${name}_count`, labels, count);
    }
  }
}
