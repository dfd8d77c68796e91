import type { SegmentUpdate } from "../store/store.ts";
import type { PackedBatch } from "./packed_batch.ts";

/** A change to a shard. Results: `PutOutcome[]`, `SegmentPlace[]` (missing ones), `boolean` (there was one). */
export type Op =
  | { type: "put"; batch: PackedBatch; defer: boolean }
  | { type: "update"; fileId: string; updates: SegmentUpdate[] }
  | { type: "delete"; fileId: string };

/** What the worker of a shard is asked for; `run` is one transaction. */
export type Request =
  & { number: number; path: string; cacheBytes: number }
  & ({ kind: "run"; durable: boolean; ops: Op[] } | { kind: "makeReady" | "optimize" | "close" });

/** The answer to the request of that number. */
export interface Reply {
  number: number;
  result?: unknown;
  error?: { message: string; hint?: string; stack?: string };
}
