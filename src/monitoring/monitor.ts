import type { CacheUse } from "../cache/cache_use.ts";
import type { Metric } from "../store/operations.ts";
import type { Circumstance } from "./circumstances.ts";

/** The latencies of an operation under a circumstance, as Prometheus takes them. */
export interface LatencyBuckets {
  operation: Metric;
  circumstance: Circumstance;
  /** How many took at most `le` seconds, rising; the last has `le` Infinity and is the `count`. */
  buckets: { le: number; count: number }[];
  /** Seconds. */
  sum: number;
  count: number;
}

/** What is measured of a store that a session has open. */
export interface Monitor {
  /** Of every operation that ran since the store was opened. */
  latencyBuckets(): LatencyBuckets[];
  /** Null where nothing is cached. */
  cacheUse(): CacheUse | null;
}
