import type { SegmentUpdate } from "../store/store.ts";
import type { PackedBatch } from "../store/packed_batch.ts";

/**
 * A change to a shard. Results: `PutCounts`, nothing, `SegmentPlace[]` (missing ones), `boolean` (there was one).
 * `copy` puts what a migration brings and keeps with it how far in that part of the source it is.
 */
export type Op =
  | { type: "put"; batch: PackedBatch; defer: boolean }
  | { type: "copy"; batch: PackedBatch; part: number; upTo: string }
  | { type: "update"; fileId: string; updates: SegmentUpdate[] }
  | { type: "delete"; fileId: string };

/** What is a transaction of its own, or none. */
export type Upkeep = "makeReady" | "endCopy" | "optimize" | "close";

/** What became of an operation. */
export type OpResult = { value: unknown } | { error: { message: string; hint?: string } };

/** What the worker of a shard is asked for; `run` is one transaction, unless one of its operations fails; it gives `OpResult`s. */
export type WriterRequest =
  & { path: string; cacheBytes: number }
  & ({ kind: "run"; durable: boolean; ops: Op[] } | { kind: Upkeep });
