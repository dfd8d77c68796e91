import { MAX_SEGMENTS_PER_BLOCK, sealOf } from "../blocks/block.ts";
import { checkRecord } from "../domain/check_record.ts";
import { isStorable } from "../domain/check_json.ts";
import { UsyncError } from "../domain/errors.ts";
import {
  bareMessageId,
  compareSegments,
  type FileRecord,
  type FileSummary,
  type FolderSummary,
  isPending,
  type Segment,
  type SegmentOfFile,
} from "../domain/records.ts";
import { compareTexts } from "../domain/compare_texts.ts";
import { digestBucket, fileDigest } from "../store/file_digest.ts";
import { readBlockAt, readSegments } from "../store/file_check.ts";
import type { Moment } from "../store/moment.ts";
import type { StoredBlock } from "../store/packed_batch.ts";
import { BatchPacker } from "../store/batch_packer.ts";
import { outcomeOf, sumOfCounts } from "../store/put_counts.ts";
import { shardOf } from "../store/placement.ts";
import { findLimit, foundSegments, type PostedUnder } from "../store/found_segments.ts";
import { type SearchQuery, searchQuery } from "../store/search_query.ts";
import { readCursor } from "../store/search_cursor.ts";
import { closedError } from "../store/closed_error.ts";
import { type Backend, type CopyRound, type DigestReport, type FileDigests } from "../store/backend.ts";
import { checkLimit, checkSegmentsOptions } from "../store/check_limit.ts";
import { checkUpdate } from "../store/check_update.ts";
import type {
  BulkLoad,
  FoundSegments,
  OnProgress,
  PutCounts,
  SearchPage,
  SegmentPlace,
  SegmentsOptions,
  SegmentUpdate,
  Totals,
} from "../store/store.ts";
import { type BlockOfFile, blocksAfter, lacksBlock, type PendingBlock, pendingBlocksAfter } from "./block_pages.ts";
import type { Sql } from "./connection.ts";
import { Connections, type Database } from "./connections.ts";
import { copyRounds } from "./copy_rounds.ts";
import { DatabaseMoment } from "./database_moment.ts";
import { postedUnder, type ReadSound } from "./find.ts";
import { beforeNul, FILE_COLUMNS, type FileRow, headOf, summaryOf } from "./file_rows.ts";
import { Lane } from "./lane.ts";
import { type LoadTarget, PackedLoad, routeBatch } from "../store/packed_load.ts";
import { tmpdir } from "node:os";
import { foldersAfter } from "./folders.ts";
import { fileToCheck, scanFiles } from "./scan.ts";
import { searchPage } from "./search.ts";
import { readTotals, rowsToVacuum } from "./table_sizes.ts";
import { buildIndexes, LANES, prepareSchema } from "./schema.ts";
import { digestDatabase, verifyDatabase } from "./verify_database.ts";

/** Blocks that are read at a time for a page of pending segments. */
const MAX_BLOCKS = 256;

export interface OpenOptions {
  /** False leaves the indexes to `finishRounds`. */
  indexes?: boolean;
  /** Runs after the last connection has ended. */
  onClose?: () => Promise<void>;
  /** Where a load keeps what must wait and is too much for the memory; the system's temporary folder by default. */
  scratchFolder?: string;
}

/** The store in a PostgreSQL database. */
export class PostgresStore implements Backend {
  readonly tier = "postgres";
  readonly parts = 1;
  readonly shards = LANES;
  #connections: Connections;
  #where: string;
  #lanes: Lane[];
  #copyError: unknown;
  #closing: Promise<void> | undefined;

  #onClose: () => Promise<void>;
  #scratchFolder: string;

  private constructor(connections: Connections, { schema }: Database, { onClose, scratchFolder }: OpenOptions) {
    this.#connections = connections;
    this.#onClose = onClose ?? (() => Promise.resolve());
    this.#scratchFolder = scratchFolder ?? tmpdir();
    this.#where = `schema ${schema}`;
    this.#lanes = Array.from({ length: LANES }, (_, lane) => new Lane(connections, lane));
  }

  /** Opens the store; makes its tables where there are none. */
  static async open(database: Database, options: OpenOptions = {}): Promise<PostgresStore> {
    const connections = new Connections(database, LANES + 4);
    try {
      await prepareSchema(connections, database);
      if (options.indexes !== false) await buildIndexes(connections);
    } catch (error) {
      await connections.close();
      throw error;
    }
    return new PostgresStore(connections, database, options);
  }

  #lane(fileId: string): Lane {
    if (this.#closing) throw closedError();
    return this.#lanes[shardOf(fileId, LANES)];
  }

  // deno-lint-ignore require-await
  async #read<T>(read: (sql: Sql) => Promise<T>): Promise<T> {
    if (this.#closing) throw closedError();
    return this.#connections.run(read);
  }

  async putFile(file: FileRecord) {
    const record = checkRecord(file), packer = new BatchPacker();
    packer.add(record);
    return outcomeOf(await this.#lane(record.file_id).put(packer.take(), true));
  }

  async putFiles(files: Iterable<FileRecord> | AsyncIterable<FileRecord>): Promise<PutCounts> {
    const load = this.bulkLoad();
    const counts = await load.put(files);
    await load.finish();
    return counts;
  }

  bulkLoad(): BulkLoad {
    return new PackedLoad(this.loadTarget(), this.#scratchFolder, () => this.finishLoad());
  }

  loadTarget(): LoadTarget {
    if (this.#closing) throw closedError();
    const lanes = this.#lanes;
    return {
      shards: LANES,
      put: async (batch) => {
        const parts = routeBatch(batch, LANES).map(([batch, lane]) => lanes[lane].put(batch, false));
        return sumOfCounts(await Promise.all(parts));
      },
      room: async () => void await Promise.all(lanes.map((lane) => lane.room())),
    };
  }

  /** Makes everything that was committed before durable. */
  async finishLoad(): Promise<void> {
    await Promise.all(
      this.#lanes.map((lane) => lane.run(true, 0, (sql) => sql`UPDATE totals SET files = files WHERE lane = 0`)),
    );
  }

  async updateSegments(updates: SegmentUpdate[]): Promise<SegmentPlace[]> {
    const byFile = Map.groupBy(updates.map(checkUpdate), ({ file_id }) => file_id);
    const missing = await Promise.all(
      [...byFile].map(([fileId, updates]) =>
        isStorable(fileId)
          ? this.#lane(fileId).update(fileId, updates)
          : updates.map(({ redundancy = 0, index }) => ({ file_id: fileId, redundancy, index }))
      ),
    );
    return missing.flat();
  }

  async deleteFile(fileId: string): Promise<boolean> {
    return isStorable(fileId) && await this.#lane(fileId).delete(fileId);
  }

  async file(fileId: string): Promise<FileSummary | undefined> {
    if (!isStorable(fileId)) return undefined;
    const [row] = await this.#read((sql) =>
      sql<FileRow[]>`SELECT ${sql.unsafe(FILE_COLUMNS)} FROM files WHERE file_id = ${fileId}`
    );
    return row && this.#summary(row);
  }

  async record(fileId: string): Promise<FileRecord | undefined> {
    if (!isStorable(fileId)) return undefined;
    const [file, ...blocks] = await this.#read((sql) =>
      sql<(FileRow & StoredBlock & { id: number })[]>`
        SELECT -1 AS redundancy, 0 AS place, pending, NULL AS data, head, row_check, first_block, blocks, segments,
          posted FROM files
        WHERE file_id = ${fileId} UNION ALL
        SELECT redundancy, place, pending, data, NULL, NULL, NULL, NULL, NULL, NULL FROM blocks WHERE file_id = ${fileId}
        ORDER BY redundancy, place`
    );
    if (!file) return undefined;
    if (file.head === null) throw this.#damaged(fileId, "its row is missing, but there are blocks of it");
    return this.#record({ row: { ...file, file_id: fileId }, blocks });
  }

  #record({ row, blocks }: { row: FileRow; blocks: StoredBlock[] }): FileRecord {
    return this.#sound(row.file_id, () => ({ ...headOf(row), segments: readSegments(fileToCheck({ row, blocks })) }));
  }

  async segments(fileId: string, options: SegmentsOptions = {}): Promise<Segment[] | undefined> {
    const { limit = Infinity, after } = checkSegmentsOptions(options);
    if (!isStorable(fileId)) return undefined;
    const found: Segment[] = [];
    for (let from = after;;) {
      const count = limit === Infinity ? null : Math.ceil((limit - found.length) / MAX_SEGMENTS_PER_BLOCK) + 1;
      const [file, ...blocks] = await this.#read((sql) => blocksAfter(sql, fileId, from, count));
      if (!file) return undefined;
      const isLast = count === null || blocks.length < count;
      if (lacksBlock(file, blocks, from === undefined, isLast)) throw this.#damaged(fileId, "a block of it is missing");
      const segments = blocks.flatMap((block) => this.#decode(fileId, block));
      for (const segment of segments) {
        if (found.length < limit && (!from || compareSegments(segment, from) > 0)) found.push(segment);
      }
      if (found.length >= limit || isLast) return found;
      from = segments[segments.length - 1];
    }
  }

  #decode(fileId: string, block: BlockOfFile | PendingBlock): Segment[] {
    return this.#sound(fileId, () => readBlockAt({ ...block, data: block.data! }, sealOf(fileId)));
  }

  #summary(row: FileRow): FileSummary {
    return this.#sound(row.file_id, () => summaryOf(row));
  }

  /** Reads what may be damaged: then the error says which file it is of. */
  readonly #readSound: ReadSound = (fileId, read) => this.#sound(fileId, read);

  #sound<T>(fileId: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof RangeError) throw this.#damaged(fileId, error.message, error);
      throw error;
    }
  }

  #damaged(fileId: string, why: string, cause?: unknown): UsyncError {
    return new UsyncError(`Cannot read the file ${fileId} in the ${this.#where}: ${why}`, {
      hint: "Run `usync-db verify` to see all damage, and restore the database from a backup.",
      cause,
    });
  }

  async findMessageId(messageId: string): Promise<SegmentOfFile | undefined> {
    return (await this.#postedUnder(messageId)).segments[0];
  }

  async findSegments(messageId: string, options: { limit?: number } = {}): Promise<FoundSegments> {
    const limit = findLimit(options.limit);
    return await foundSegments(await this.#postedUnder(messageId), limit, async (fileIds) => {
      const rows = await this.#read((sql) =>
        sql<FileRow[]>`SELECT ${sql.unsafe(FILE_COLUMNS)} FROM files WHERE file_id = ANY(${fileIds})`
      );
      return rows.map((row) => this.#summary(row));
    });
  }

  /** In order. */
  async #postedUnder(messageId: string): Promise<PostedUnder> {
    const { segments, isWhole } = await this.#read((sql) =>
      postedUnder(sql, bareMessageId(messageId), this.#readSound)
    );
    return { segments: segments.sort(comparePlaces), isWhole };
  }

  async pending(options: { limit?: number; after?: SegmentPlace } = {}): Promise<SegmentOfFile[]> {
    const limit = checkLimit(options.limit), found: SegmentOfFile[] = [];
    let { after } = options;
    for (let count = Math.ceil(limit / MAX_SEGMENTS_PER_BLOCK) + 1;; count *= 2) {
      const most = Math.min(count, MAX_BLOCKS);
      const blocks = await this.#read((sql) => pendingBlocksAfter(sql, after, most));
      let last = after;
      for (const block of blocks) {
        const { file_id } = block;
        for (const segment of this.#decode(file_id, block)) {
          last = { file_id, redundancy: segment.redundancy, index: segment.index };
          if (isPending(segment.status) && (!after || comparePlaces(last, after) > 0)) {
            found.push({ file_id, ...segment });
          }
        }
      }
      if (found.length >= limit || blocks.length < most) return found.slice(0, limit);
      after = last;
    }
  }

  async files(options: { folder?: string; limit?: number; after?: string } = {}): Promise<FileSummary[]> {
    const { folder } = options, limit = checkLimit(options.limit), after = beforeNul(options.after ?? "");
    if (folder !== undefined && !isStorable(folder)) return [];
    const rows = await this.#read((sql) =>
      folder === undefined
        ? sql<FileRow[]>`SELECT ${sql.unsafe(FILE_COLUMNS)} FROM files
            WHERE file_id > ${after} ORDER BY file_id LIMIT ${limit}`
        : sql<FileRow[]>`SELECT ${sql.unsafe(FILE_COLUMNS)} FROM files
            WHERE folder_id = ${folder} AND file_id > ${after} ORDER BY file_id LIMIT ${limit}`
    );
    const isAsked = ({ folder: of }: FileSummary) => folder === undefined || of?.folder_id === folder;
    return rows.map((row) => this.#summary(row)).map((file) => {
      if (isAsked(file)) return file;
      throw this.#damaged(file.file_id, "its row says another folder than its head");
    });
  }

  async folders(options: { limit?: number; after?: string } = {}): Promise<FolderSummary[]> {
    const limit = checkLimit(options.limit);
    return await this.#read((sql) => foldersAfter(sql, options.after ?? "", limit));
  }

  search(words: string, options: { limit?: number; after?: string } = {}): Promise<SearchPage> {
    return this.#searchPage(searchQuery(words), options);
  }

  newest(options: { limit?: number; after?: string } = {}): Promise<SearchPage> {
    return this.#searchPage(undefined, options);
  }

  async #searchPage(query: SearchQuery | undefined, options: { limit?: number; after?: string }): Promise<SearchPage> {
    const limit = checkLimit(options.limit);
    const after = options.after === undefined ? undefined : readCursor(options.after);
    const read = { summary: (row: FileRow) => this.#summary(row), sound: this.#readSound };
    return await this.#read((sql) => searchPage(sql, query, limit, after, read));
  }

  totals(): Promise<Totals> {
    return this.#read(readTotals);
  }

  async *stream(): AsyncIterable<FileRecord> {
    if (this.#closing) throw closedError();
    for await (const files of scanFiles(this.#connections, "")) {
      for (const { row, blocks } of files) {
        yield this.#record({ row, blocks });
      }
    }
  }

  readPart(_part: number, after: string, shards: number): AsyncIterable<CopyRound> {
    return copyRounds(this.#connections, after, shards, this.#where);
  }

  async checkpoints(parts: number): Promise<string[]> {
    const rows = await this.#read((sql) =>
      sql<{ part: number; after: string; lanes: number }[]>`SELECT part, min(after) AS after, count(*)::int AS lanes
      FROM checkpoints GROUP BY part`
    );
    return Array.from(
      { length: parts },
      (_, part) => rows.find((row) => row.part === part && row.lanes === LANES)?.after ?? "",
    );
  }

  async putRound(part: number, { batches, upTo }: CopyRound): Promise<void> {
    for (const [i, batch] of batches.entries()) {
      this.#lanes[i].put(batch, false, { part, upTo }).catch((error) => this.#copyError ??= error);
    }
    await Promise.all(this.#lanes.map((lane) => lane.room()));
    if (this.#copyError) throw this.#copyError;
  }

  async finishRounds(): Promise<void> {
    await this.finishLoad();
    if (this.#copyError) throw this.#copyError;
    await buildIndexes(this.#connections);
  }

  async endCopy(): Promise<void> {
    await this.#read((sql) => sql`DELETE FROM checkpoints`);
  }

  // deno-lint-ignore require-await
  async verify(onProgress?: OnProgress): Promise<DigestReport> {
    if (this.#closing) throw closedError();
    return verifyDatabase(this.#connections, this.#where, onProgress);
  }

  // deno-lint-ignore require-await
  async digests(onProgress?: OnProgress): Promise<DigestReport> {
    if (this.#closing) throw closedError();
    return digestDatabase(this.#connections, this.#where, onProgress);
  }

  commits(): Promise<(number | null)[]> {
    return Promise.resolve([]);
  }

  async fileDigests(buckets: Set<number>): Promise<FileDigests> {
    const digests: FileDigests = new Map();
    for await (const files of scanFiles(this.#connections, "")) {
      for (const { row, blocks } of files) {
        if (buckets.has(digestBucket(row.file_id))) digests.set(row.file_id, fileDigest(row.head, blocks));
      }
    }
    return digests;
  }

  // deno-lint-ignore require-await
  async openMoment(): Promise<Moment> {
    if (this.#closing) throw closedError();
    return new DatabaseMoment(this.#connections);
  }

  upkeepDue(): Promise<string | null> {
    return this.#read(rowsToVacuum);
  }

  async optimize(): Promise<void> {
    if (this.#closing) throw closedError();
    await buildIndexes(this.#connections);
    await this.#connections.run((sql) => sql.unsafe("VACUUM ANALYZE files, blocks, message_ids, totals"));
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.settled()));
    await this.#connections.close();
    await this.#onClose();
  }
}

function comparePlaces(a: SegmentPlace, b: SegmentPlace): number {
  return compareTexts(a.file_id, b.file_id) || compareSegments(a, b);
}
