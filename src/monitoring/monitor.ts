import type { CacheUse } from "../cache/cache_use.ts";

/** What a store is asked to do, as its latencies are kept. */
export const OPERATIONS = [
  ...["file", "file read", "lookup", "search", "pending", "files", "totals"],
  ...["write", "update", "delete", "bulk write", "verify", "optimize"],
] as const;
export type Operation = typeof OPERATIONS[number];

/**
 * What may make an operation slow that is not: `first`, among the first of its kind that a process runs; `large`, the
 * answer has more than a thousand files or segments; `move`, `load`, `upkeep`, while a migration, a bulk load, or `verify`
 * or `optimize` ran; else `usual`.
 */
export const CIRCUMSTANCES = ["usual", "first", "large", "move", "load", "upkeep"] as const;
export type Circumstance = typeof CIRCUMSTANCES[number];

/** The latencies of an operation under a circumstance, as Prometheus takes them. */
export interface LatencyBuckets {
  operation: Operation;
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
