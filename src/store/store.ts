import type { FileRecord } from "../domain/records.ts";
import type { Changes, Queries } from "./operations.ts";
import type { RoutedBatch } from "./packed_batch.ts";
import type { SourceSize } from "./source_size.ts";
import type { OnProgress, PutCounts, Tier, VerifyReport } from "./values.ts";

export type * from "./values.ts";

/**
 * A load of many files. Nothing of it counts as stored before `finish` has returned; what came before a crash may be
 * there or not, each file whole or absent.
 */
export interface BulkLoad {
  /** Puts files as they come, with back-pressure. */
  put(files: Iterable<FileRecord> | AsyncIterable<FileRecord>, options?: PutOptions): Promise<PutCounts>;
  /** How many shards files are best packed for now, by who packs them on other threads. */
  readonly shards: number;
  /**
   * Puts packed files as they come, with back-pressure. `source`: how much they are, where that is known before.
   * @internal
   */
  putBatches(
    batches: Iterable<RoutedBatch> | AsyncIterable<RoutedBatch>,
    options?: { source?: SourceSize },
  ): Promise<PutCounts>;
  /** Makes everything durable and ready to query. */
  finish(): Promise<void>;
}

/** How a source is put. */
export interface PutOptions {
  /** Nothing of this source is stored when the source throws (the error is passed on). */
  allOrNothing?: boolean;
  /** Told what is done so far. */
  onProgress?: OnProgress;
  /** Called when a source that is `allOrNothing` has turned out good, before any of it is stored. */
  beforeSending?: () => Promise<void>;
}

/** What the caller of a load knows of it. */
export interface LoadOptions {
  /**
   * How many segments the load will have been given in the end, as far as its caller can tell from what has been read of the
   * input; asked often. A store that this is clearly too much for grows before most of it is stored.
   */
  expectedSegments?: () => number | undefined;
}

/**
 * The database: the same on every tier. Files are ordered by the UTF-8 bytes of their `file_id`, segments by
 * `compareSegments`. Errors are `UsyncError`s.
 */
export interface Store extends Queries, Changes {
  /** The tier it is on now. */
  readonly tier: Tier;
  /** Stores many files; durable and ready to query when it returns. */
  putFiles(files: Iterable<FileRecord> | AsyncIterable<FileRecord>): Promise<PutCounts>;
  /** Starts a load of many sources that is made durable once, at its end. */
  bulkLoad(options?: LoadOptions): BulkLoad;
  /** Everything, ordered by `file_id`. */
  stream(): AsyncIterable<FileRecord>;

  /** Reads and checks everything. */
  verify(onProgress?: OnProgress): Promise<VerifyReport>;
  /** Brings indexes, statistics and free space in order. */
  optimize(): Promise<void>;
  /** Waits for what was begun, and closes it. */
  close(): Promise<void>;
}
