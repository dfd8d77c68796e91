import type { Moment } from "./moment.ts";
import type { PackedBatch } from "./packed_batch.ts";
import type { LoadTarget } from "./packed_load.ts";
import type { OnProgress, Problem, Store, VerifyReport } from "./store.ts";

/** Some files of a part of a source, for every shard of a target; the next round goes on after the file `upTo`. */
export interface CopyRound {
  /** By shard of the target. */
  batches: PackedBatch[];
  upTo: string;
  files: number;
  segments: number;
  /** What is wrong with files that it would have, which are left out. */
  problems: Problem[];
}

/**
 * A sum over all files of a store that is the same on every tier: every file's digest is added in the bucket that its
 * `file_id` belongs to. Equal stores have equal sums; where they differ, the bucket names the few files to look at.
 */
export type Digests = BigUint64Array;

/** Digests of single files by `file_id`. */
export type FileDigests = Map<string, bigint>;

export const DIGEST_BUCKETS = 4096;

/** What reading all of a backend has found. */
export interface DigestReport extends VerifyReport {
  digests: Digests;
}

/** A tier's storage: a store, and the bulk paths that the migrator uses. */
export interface Backend extends Store {
  /** Parts that can be copied side by side. */
  readonly parts: number;
  /** Shards that a copy into this backend is sorted by. */
  readonly shards: number;
  /** What takes the batches of a load. */
  loadTarget(): LoadTarget;
  /** Makes what was put into them durable and ready to query. */
  finishLoad(): Promise<void>;
  /**
   * Reads a part in the order of `file_id`, after a file, for a target of so many shards. Each file is checked as it is read;
   * what is damaged is told and left out.
   */
  readPart(part: number, after: string, shards: number): AsyncIterable<CopyRound>;
  /** After which file the copy of each part of a source goes on; "" for the beginning. */
  checkpoints(parts: number): Promise<string[]>;
  /**
   * Stores a round together with its checkpoint. It returns when there is room for the next one; an error of it comes from
   * a later call.
   */
  putRound(part: number, round: CopyRound): Promise<void>;
  /** Waits for all rounds and makes what they brought durable and ready to query. */
  finishRounds(): Promise<void>;
  /** Forgets the checkpoints. Durable. */
  endCopy(): Promise<void>;
  /**
   * How many transactions each shard has had, null for one that cannot be read: it tells a shard from copies of it of another
   * time. Empty on PostgreSQL, whose files belong together in one folder.
   */
  commits(): Promise<(number | null)[]>;
  /** Prepares to read one state of all that is stored. */
  openMoment(): Promise<Moment>;
  /** What `optimize` would put in order and queries may suffer from, in words; null when there is nothing. */
  upkeepDue(): Promise<string | null>;
  /** Like `verify`, with the digests of what was read. */
  verify(onProgress?: OnProgress): Promise<DigestReport>;
  /** The digests of all that is stored; its problems are totals that do not agree with the files. */
  digests(onProgress?: OnProgress): Promise<DigestReport>;
  /** The digest of every file in some buckets. */
  fileDigests(buckets: Set<number>): Promise<FileDigests>;
}
