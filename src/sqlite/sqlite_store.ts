import { dirname } from "node:path";
import { checkRecord } from "../domain/check_record.ts";
import { compareTexts } from "../domain/compare_texts.ts";
import { UsyncError } from "../domain/errors.ts";
import {
  bareMessageId,
  compareSegments,
  type FileRecord,
  type FileSummary,
  type FolderSummary,
  type Segment,
  type SegmentOfFile,
} from "../domain/records.ts";
import { findLimit, foundSegments, MAX_FOUND_BLOCKS, type PostedUnder } from "../store/found_segments.ts";
import { merge, mergeOrdered } from "../store/merge.ts";
import { closedError } from "../store/closed_error.ts";
import { checkLimit, checkSegmentsOptions } from "../store/check_limit.ts";
import { checkUpdate } from "../store/check_update.ts";
import type { Backend, CopyRound, DigestReport, FileDigests } from "../store/backend.ts";
import type { Moment } from "../store/moment.ts";
import type {
  BulkLoad,
  FoundSegments,
  OnProgress,
  PutCounts,
  PutOutcome,
  SearchPage,
  SegmentPlace,
  SegmentsOptions,
  SegmentUpdate,
  Tier,
  Totals,
} from "../store/store.ts";
import { digestFilesOfShards, digestShards, verifyShards } from "./check_shards.ts";
import { WorkerThread } from "../threads/worker_thread.ts";
import { removeSpilled } from "../files/spill.ts";
import { BatchPacker } from "../store/batch_packer.ts";
import { outcomeOf, sumOfCounts } from "../store/put_counts.ts";
import { shardOf } from "../store/placement.ts";
import { readShard } from "./read_shard.ts";
import { searchQuery } from "../store/search_query.ts";
import { summedFolders } from "../store/summed_folders.ts";
import {
  compareSearchPositions,
  readCursor,
  type SearchPosition,
  searchPosition,
  writeCursor,
} from "../store/search_cursor.ts";
import { upgradeShard } from "./upgrade_shard.ts";
import { ShardQueue } from "./shard_queue.ts";
import { SqliteMoment } from "./sqlite_moment.ts";
import { ShardReader } from "./shard_reader.ts";
import { compareGroups, type FoundFile } from "./shard_search.ts";
import { type LoadTarget, PackedLoad, routeBatch } from "../store/packed_load.ts";
import type { WriterRequest } from "./writer_protocol.ts";

/** Page caches of all writers and of all readers together. */
const WRITER_CACHE_BYTES = 32 * 2 ** 20, READER_CACHE_BYTES = 24 * 2 ** 20;

/** Bytes of a log that makes queries slow; it has a third of that when all is well. */
const LARGE_LOG = 256e6;

/** The store over one or many SQLite files. */
export class SqliteStore implements Backend {
  #shards: ShardQueue[];
  #readers: ShardReader[];
  #threads: WorkerThread<WriterRequest>[];
  /** Whether nobody may write the shards. */
  readonly #isFrozen: boolean;
  #copyError: unknown;
  #closing: Promise<void> | undefined;

  /** `paths`: the shards, which exist, in their order. */
  private constructor(paths: string[], isFrozen: boolean) {
    this.#isFrozen = isFrozen;
    this.#threads = Array.from(
      { length: Math.min(paths.length, Math.max(1, navigator.hardwareConcurrency)) },
      () => new WorkerThread<WriterRequest>(new URL("./writer_worker.ts", import.meta.url)),
    );
    this.#shards = paths.map((path, i) =>
      new ShardQueue(path, this.#threads[i % this.#threads.length], WRITER_CACHE_BYTES / paths.length, paths.length)
    );
    this.#readers = paths.map((path) => new ShardReader(path, READER_CACHE_BYTES / paths.length, isFrozen));
  }

  /**
   * Opens the shards and completes what a load that was cut off has left. Of several, some may be missing or damaged: the
   * others can be used, and what needs a bad one throws a `UsyncError` that names it. `isReadOnly`: nobody may write them.
   */
  static async open(paths: string[], { isReadOnly = false } = {}): Promise<SqliteStore> {
    if (!isReadOnly) paths.forEach((path) => upgrade(path, paths.length === 1));
    const store = new SqliteStore(paths, isReadOnly);
    try {
      if (!isReadOnly) removeSpilled(dirname(paths[0]));
      await store.#completeLoad();
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async #completeLoad(): Promise<void> {
    await Promise.all(this.#shards.map(async (shard, i) => {
      try {
        if (this.#readers[i].totals().behind === 0) return;
        if (this.#isFrozen) throw unfinishedLoad(shard.path);
        await shard.run("makeReady");
      } catch (error) {
        if (this.#shards.length === 1) throw error;
      }
    }));
  }

  get tier(): Tier {
    return this.#shards.length === 1 ? "sqlite" : "sharded";
  }

  #shard(fileId: string): ShardQueue {
    return this.#shards[shardOf(fileId, this.#shards.length)];
  }

  #reader(fileId: string): ShardReader {
    return this.#readers[shardOf(fileId, this.#readers.length)];
  }

  async putFile(file: FileRecord): Promise<PutOutcome> {
    const packer = new BatchPacker();
    packer.add(checkRecord(file));
    const counts = await this.#shard(file.file_id).change({ type: "put", batch: packer.take(), defer: false }, true);
    return outcomeOf(counts as PutCounts);
  }

  async putFiles(files: Iterable<FileRecord> | AsyncIterable<FileRecord>): Promise<PutCounts> {
    const load = this.bulkLoad();
    const counts = await load.put(files);
    await load.finish();
    return counts;
  }

  bulkLoad(): BulkLoad {
    return new PackedLoad(this.loadTarget(), dirname(this.#shards[0].path), () => this.finishLoad());
  }

  loadTarget(): LoadTarget {
    const shards = this.#shards;
    return {
      shards: shards.length,
      put: async (batch) => {
        const parts = routeBatch(batch, shards.length).map(([batch, shard]) =>
          shards[shard].change({ type: "put", batch, defer: true }, false) as Promise<PutCounts>
        );
        return sumOfCounts(await Promise.all(parts));
      },
      room: async () => void await Promise.all(shards.map((shard) => shard.room())),
    };
  }

  async updateSegments(updates: SegmentUpdate[]): Promise<SegmentPlace[]> {
    const byFile = Map.groupBy(updates.map(checkUpdate), ({ file_id }) => file_id);
    const missing = await Promise.all(
      [...byFile].map(([fileId, updates]) => this.#shard(fileId).change({ type: "update", fileId, updates }, true)),
    );
    return (missing as SegmentPlace[][]).flat();
  }

  async deleteFile(fileId: string): Promise<boolean> {
    return await this.#shard(fileId).change({ type: "delete", fileId }, true) as boolean;
  }

  // deno-lint-ignore require-await
  async file(fileId: string): Promise<FileSummary | undefined> {
    return this.#reader(fileId).file(fileId);
  }

  // deno-lint-ignore require-await
  async record(fileId: string): Promise<FileRecord | undefined> {
    return this.#reader(fileId).record(fileId);
  }

  // deno-lint-ignore require-await
  async segments(fileId: string, options: SegmentsOptions = {}): Promise<Segment[] | undefined> {
    return this.#reader(fileId).segments(fileId, checkSegmentsOptions(options));
  }

  // deno-lint-ignore require-await
  async findMessageId(messageId: string): Promise<SegmentOfFile | undefined> {
    return this.#postedUnder(messageId).segments[0];
  }

  async findSegments(messageId: string, options: { limit?: number } = {}): Promise<FoundSegments> {
    const limit = findLimit(options.limit);
    return await foundSegments(this.#postedUnder(messageId), limit, async (fileIds) => {
      const files = await Promise.all(fileIds.map((fileId) => this.file(fileId)));
      return files.filter((file) => file !== undefined);
    });
  }

  /** In order. Shards that cannot be read matter where nothing is found in the others. */
  #postedUnder(messageId: string): PostedUnder {
    const bare = bareMessageId(messageId), segments: SegmentOfFile[] = [];
    let isWhole = true, failure: unknown;
    for (const reader of this.#readers) {
      try {
        const ofShard = reader.postedUnder(bare, Math.max(0, MAX_FOUND_BLOCKS - segments.length));
        isWhole &&= ofShard.isWhole;
        for (const segment of ofShard.segments) segments.push(segment);
      } catch (error) {
        isWhole = false;
        failure ??= error;
      }
    }
    if (segments.length === 0 && failure) throw failure;
    return { segments: segments.sort(comparePlaces), isWhole };
  }

  // deno-lint-ignore require-await
  async pending(options: { limit?: number; after?: SegmentPlace } = {}): Promise<SegmentOfFile[]> {
    const { after } = options, limit = checkLimit(options.limit);
    return this.#gather((reader) => reader.pending(after), comparePlaces, limit);
  }

  // deno-lint-ignore require-await
  async files(options: { folder?: string; limit?: number; after?: string } = {}): Promise<FileSummary[]> {
    const { folder, after = "" } = options, limit = checkLimit(options.limit);
    // Of several shards each has about its part of them.
    const atOnce = Math.ceil(limit / this.#readers.length * (this.#readers.length === 1 ? 1 : 1.25));
    return this.#gather((reader) => reader.files(folder, after, atOnce), compareFileIds, limit);
  }

  // deno-lint-ignore require-await
  async folders(options: { limit?: number; after?: string } = {}): Promise<FolderSummary[]> {
    const { after = "" } = options, limit = checkLimit(options.limit);
    return this.#inSnapshots(() => {
      const folders = this.#readers.map((reader) => reader.folders(after));
      return summedFolders(merge(folders, (a, b) => compareTexts(a.folder_id, b.folder_id)), limit);
    });
  }

  search(words: string, options: { limit?: number; after?: string } = {}): Promise<SearchPage> {
    const query = searchQuery(words);
    return this.#page(options, (reader, ...range) => reader.search.words(query, ...range));
  }

  newest(options: { limit?: number; after?: string } = {}): Promise<SearchPage> {
    return this.#page(options, (reader, ...range) => reader.search.newest(...range));
  }

  // deno-lint-ignore require-await
  async #page(
    options: { limit?: number; after?: string },
    read: (reader: ShardReader, limit: number, after?: SearchPosition, upTo?: FoundFile) => FoundFile[],
  ): Promise<SearchPage> {
    const limit = checkLimit(options.limit);
    const cursor = options.after === undefined ? undefined : readCursor(options.after);
    return this.#inSnapshots(() => {
      let found: (FoundFile & { reader: ShardReader })[] = [];
      for (const reader of this.#readers) {
        // What comes after those that were found need not be looked for.
        const files = read(reader, limit + 1, cursor, found[limit]);
        found = [...found, ...files.map((file) => ({ ...file, reader }))].sort(compareGroups);
        const last = found[limit];
        if (last) found = found.filter((file) => compareGroups(file, last) <= 0);
      }
      const files = [...Map.groupBy(found, ({ reader }) => reader)].flatMap(([reader, ofShard]) =>
        reader.foundFiles(ofShard)
      );
      const hits = files.map((file) => ({ file, ...searchPosition(file.file_id, file.created_at) }))
        .sort(compareSearchPositions);
      const next = hits.length > limit ? writeCursor(hits[limit - 1]) : null;
      return { files: hits.slice(0, limit).map(({ file }) => file), next };
    });
  }

  // deno-lint-ignore require-await
  async totals(): Promise<Totals> {
    const sum: Totals = { files: 0, segments: 0, posted: 0, pending: 0, content_bytes: 0, database_bytes: 0 };
    for (const reader of this.#readers) {
      const totals = reader.totals();
      for (const key of Object.keys(sum) as (keyof Totals)[]) sum[key] += totals[key];
    }
    return sum;
  }

  /** The first of what all shards give in order; each is read as far as it is needed. */
  #gather<T>(read: (reader: ShardReader) => Iterator<T>, compare: (a: T, b: T) => number, limit: number): T[] {
    return this.#inSnapshots(() => merge(this.#readers.map(read), compare).take(limit).toArray());
  }

  /** Reads from several shards, from one state of each. */
  #inSnapshots<T>(read: () => T): T {
    return this.#readers.reduce((next, reader) => () => reader.snapshot(next), read)();
  }

  /** Of shards that cannot be read an error comes last, after all files of the others. */
  async *stream(): AsyncIterable<FileRecord> {
    let failure: unknown;
    const files = this.#readers.map(function* (reader) {
      try {
        yield* reader.stream();
      } catch (error) {
        failure ??= error;
      }
    });
    yield* mergeOrdered(files, compareFileIds);
    if (failure) throw failure;
  }

  get #paths(): string[] {
    if (this.#closing) throw closedError();
    return this.#shards.map(({ path }) => path);
  }

  async verify(onProgress?: OnProgress): Promise<DigestReport> {
    return await verifyShards(this.#paths, this.#isFrozen, onProgress);
  }

  get shards(): number {
    return this.#shards.length;
  }

  get parts(): number {
    return this.#shards.length;
  }

  readPart(part: number, after: string, shards: number): AsyncIterable<CopyRound> {
    return readShard(this.#shards[part].path, after, shards);
  }

  // deno-lint-ignore require-await
  async checkpoints(parts: number): Promise<string[]> {
    const ofShards = this.#readers.map((reader) => reader.checkpoints());
    return Array.from({ length: parts }, (_, part) => {
      const afters = ofShards.map((checkpoints) => checkpoints.get(part) ?? "");
      return afters.reduce((first, after) => compareTexts(after, first) < 0 ? after : first);
    });
  }

  async putRound(part: number, { batches, upTo }: CopyRound): Promise<void> {
    for (const [i, batch] of batches.entries()) {
      this.#shards[i].change({ type: "copy", batch, part, upTo }, false)
        .catch((error) => this.#copyError ??= error);
    }
    await Promise.all(this.#shards.map((shard) => shard.room()));
    if (this.#copyError) throw this.#copyError;
  }

  /** Brings the indexes of all shards up to date. */
  async finishLoad(): Promise<void> {
    await Promise.all(this.#shards.map((shard) => shard.run("makeReady")));
  }

  async finishRounds(): Promise<void> {
    await this.finishLoad();
    if (this.#copyError) throw this.#copyError;
  }

  async endCopy(): Promise<void> {
    await Promise.all(this.#shards.map((shard) => shard.run("endCopy")));
  }

  async digests(onProgress?: OnProgress): Promise<DigestReport> {
    return await digestShards(this.#paths, onProgress);
  }

  async fileDigests(buckets: Set<number>): Promise<FileDigests> {
    return await digestFilesOfShards(this.#paths, buckets);
  }

  // deno-lint-ignore require-await
  async commits(): Promise<(number | null)[]> {
    return this.#readers.map((reader) => reader.commits());
  }

  openMoment(): Promise<Moment> {
    return SqliteMoment.open(this.#paths, this.#isFrozen);
  }

  // deno-lint-ignore require-await
  async upkeepDue(): Promise<string | null> {
    const bytes = this.#readers.reduce((most, reader) => Math.max(most, reader.logBytes), 0);
    return bytes < LARGE_LOG ? null : `the log of a shard has grown to ${Math.round(bytes / 1e6)} MB`;
  }

  async optimize(): Promise<void> {
    await Promise.all(this.#shards.map((shard) => shard.run("optimize")));
  }

  /** Waits for the writes that were begun. May be called again. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    for (const reader of this.#readers) reader.close();
    await Promise.all(this.#shards.map((shard) => shard.close()));
    for (const thread of this.#threads) thread.stop();
  }
}

function unfinishedLoad(path: string): UsyncError {
  return new UsyncError(`Cannot use the shard ${path}: an import was cut off, and its end must be written first`, {
    hint: "Open the store once where your account may write: copy the data folder there (--data DIR).",
  });
}

function compareFileIds(a: { file_id: string }, b: { file_id: string }): number {
  return compareTexts(a.file_id, b.file_id);
}

function comparePlaces(a: SegmentOfFile, b: SegmentOfFile): number {
  return compareFileIds(a, b) || compareSegments(a, b);
}

/** Upgrades a shard. One of several that cannot be is as one that cannot be read: it says so when it is needed. */
function upgrade(path: string, isOnly: boolean): void {
  try {
    upgradeShard(path);
  } catch (error) {
    if (isOnly) throw error;
  }
}
