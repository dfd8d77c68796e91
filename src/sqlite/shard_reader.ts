import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { MAX_SEGMENTS_PER_BLOCK, readBlock, readInternalSubjects, readMessageIds, sealOf } from "../blocks/block.ts";
import { messageIdHash } from "../blocks/message_id_hash.ts";
import { isStorable } from "../domain/check_json.ts";
import { compareTexts } from "../domain/compare_texts.ts";
import { UsyncError } from "../domain/errors.ts";
import { headText } from "../domain/file_fields.ts";
import { headCheck } from "../domain/file_head.ts";
import {
  compareSegments,
  type FileRecord,
  type FileSummary,
  type Folder,
  type FolderSummary,
  isPending,
  type Segment,
  type SegmentOfFile,
} from "../domain/records.ts";
import { sizeOf } from "../files/read.ts";
import { closedError } from "../store/closed_error.ts";
import { readBlockAt, readSegments } from "../store/file_check.ts";
import { MAX_FOUND_BLOCKS, type PostedUnder } from "../store/found_segments.ts";
import { merge } from "../store/merge.ts";
import type { StoredBlock } from "../store/packed_batch.ts";
import type { PlaceInFile, SegmentPlace, SegmentsOptions, Totals } from "../store/store.ts";
import { blockAt, type BlockRange, type BlockStart } from "./block_at.ts";
import { rowCheck } from "../store/row_check.ts";
import { type FileRow, fileToCheck, flatHeadOf, headOf, summaryOf } from "./file_row.ts";
import { placesOf, readPage } from "./message_id_page.ts";
import { QUERIES } from "./queries.ts";
import { openShard, shardError } from "./schema.ts";
import { type FoundFile, ShardSearch } from "./shard_search.ts";
import { noTotals } from "./totals_row.ts";

interface BlocksOfFile extends BlockRange {
  file_id: string;
}

/** Blocks, and files, that are read at a time when nobody knows how many will be asked for. */
const MAX_BLOCKS = 64, MAX_FILES = 128, FOLDERS_AT_ONCE = 100;

/**
 * Reads one shard, on a connection of its own: it sees whole transactions and never waits for the writer. The shard is
 * opened by the first query, which throws a `UsyncError` that names it when it is missing or damaged.
 */
export class ShardReader {
  readonly path: string;
  readonly search = new ShardSearch(this);
  #cacheBytes: number;
  readonly #isFrozen: boolean;
  #opened: DatabaseSync | undefined;
  #isClosed = false;
  #statements = new Map<string, StatementSync>();

  /** See `openShard` for `isFrozen`. */
  constructor(path: string, cacheBytes: number, isFrozen = false) {
    this.path = path;
    this.#isFrozen = isFrozen;
    this.#cacheBytes = cacheBytes;
  }

  get #db(): DatabaseSync {
    if (this.#isClosed) throw closedError();
    return this.#opened ??= openShard(this.path, {
      readOnly: true,
      isFrozen: this.#isFrozen,
      cacheBytes: this.#cacheBytes,
    });
  }

  /** A file as it is listed, undefined when it is not there. */
  file(fileId: string): FileSummary | undefined {
    const row = this.#row(fileId);
    return row && this.#summary(row);
  }

  /** The files of a search as they are listed, in any order. Use it in the snapshot of the search. */
  foundFiles(found: FoundFile[]): FileSummary[] {
    return this.all<FileRow>(QUERIES.filesOfNumbers, JSON.stringify(found.map(({ file }) => file)))
      .map((row) => this.#summary(row));
  }

  /** A file with its segments. */
  record(fileId: string): FileRecord | undefined {
    return this.snapshot(() => {
      const row = this.#row(fileId);
      if (!row) return undefined;
      const blocks = this.all<StoredBlock>(QUERIES.storedBlocks, row.first_block, row.first_block + row.blocks);
      return { ...headOf(row), segments: this.#sound(fileId, () => readSegments(fileToCheck(row, blocks))) };
    });
  }

  segments(fileId: string, options: SegmentsOptions): Segment[] | undefined {
    return this.snapshot(() => {
      const row = this.#row(fileId);
      return row && this.#segments(row, options);
    });
  }

  #row(fileId: string): FileRow | undefined {
    // SQLite would look for what it makes of half of a surrogate pair, which may be another file.
    return isStorable(fileId) ? this.all<FileRow>(QUERIES.file, fileId)[0] : undefined;
  }

  #segments(range: BlocksOfFile, { limit, after }: SegmentsOptions): Segment[] {
    const atOnce = limit === undefined ? -1 : Math.ceil(limit / MAX_SEGMENTS_PER_BLOCK) + 1;
    const found: Segment[] = [];
    for (const segment of this.#segmentsFrom(range, QUERIES.blocks, after, atOnce)) {
      if (found.length === limit) break;
      found.push(segment);
    }
    return found;
  }

  /** Segments of a file after a place, of the blocks that a query gives, of which `atOnce` are read at a time. */
  *#segmentsFrom(
    range: BlocksOfFile,
    query: string,
    after: PlaceInFile | undefined,
    atOnce: number,
  ): Generator<Segment> {
    const end = range.first_block + range.blocks, isWhole = query === QUERIES.blocks;
    let next = after ? this.#blockOf(range, after) : range.first_block, isFirst = after !== undefined;
    while (next < end) {
      const blocks = this.all<Omit<StoredBlock, "pending"> & { id: number }>(query, next, end, atOnce);
      for (const block of blocks) {
        if (isWhole && block.id !== next) throw this.#lacks(range.file_id);
        const segments = this.#sound(range.file_id, () => readBlockAt(block, sealOf(range.file_id)));
        yield* isFirst ? segments.filter((segment) => compareSegments(segment, after!) > 0) : segments;
        isFirst = false;
        next = block.id + 1;
      }
      if (isWhole && (blocks.length < atOnce || atOnce < 0) && next < end) throw this.#lacks(range.file_id);
      if (blocks.length < atOnce || atOnce < 0) return;
      atOnce = Math.min(atOnce * 2, MAX_BLOCKS);
    }
  }

  #lacks(fileId: string): UsyncError {
    return this.#damaged(fileId, "a block of it is missing");
  }

  #blockOf(range: BlockRange, place: PlaceInFile): number {
    return blockAt(range, place, (from, below) => this.all<BlockStart>(QUERIES.firstPlace, from, below)[0]);
  }

  #decode<T>(fileId: string, data: Uint8Array, decode: (data: Uint8Array, seal: number) => T): T {
    return this.#sound(fileId, () => decode(data, sealOf(fileId)));
  }

  /** A file as it is listed; its head is checked. */
  #summary(row: FileRow): FileSummary {
    return this.#sound(row.file_id, () => {
      if (headCheck(headText(flatHeadOf(row))) !== rowCheck(row.row_check, row)) {
        throw new RangeError("its row does not match its checksum");
      }
      return summaryOf(row);
    });
  }

  /** Reads what may be damaged: then the error says which file it is of. */
  #sound<T>(fileId: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw error instanceof RangeError ? this.#damaged(fileId, error.message, error) : error;
    }
  }

  #damaged(fileId: string, why: string, cause?: unknown): UsyncError {
    return new UsyncError(`Cannot read the file ${fileId} in the shard ${this.path}: ${why}`, {
      hint: "Run `usync-db verify` to see all damage, and put the shard back from a backup.",
      cause,
    });
  }

  /**
   * The segments in this shard posted under a Message-ID, of so many blocks. Where there are none this is one statement,
   * where one block has it two, which need no snapshot: an id of a block is never used again.
   */
  postedUnder(messageId: string, maxBlocks: number): PostedUnder {
    const hash = messageIdHash(messageId), blocks = this.#blocksOfHash(hash);
    if (blocks.length === 0) return { segments: [], isWhole: true };
    const segments = blocks.length === 1 && maxBlocks > 0 ? this.#segmentsPostedUnder(messageId, blocks) : [];
    if (segments.length > 0) return { segments, isWhole: true };
    return this.snapshot(() => {
      const blocks = this.#blocksOfHash(hash), isWhole = blocks.length <= maxBlocks;
      return { segments: this.#segmentsPostedUnder(messageId, blocks.slice(0, maxBlocks)), isWhole };
    });
  }

  #segmentsPostedUnder(messageId: string, blockIds: number[]): SegmentOfFile[] {
    const blocks = blockIds.flatMap((id) => this.all<{ data: Uint8Array; file_id: string }>(QUERIES.blockOfFile, id));
    return blocks.flatMap(({ data, file_id }) => {
      if (!this.#decode(file_id, data, readMessageIds).includes(messageId)) return [];
      return this.#decode(file_id, data, readBlock).filter((segment) => segment.message_id === messageId)
        .map((segment) => ({ file_id, ...segment }));
    });
  }

  #blocksOfHash(hash: number): number[] {
    const found: number[] = [];
    const rows = this.all<{ block: number | null; data: Uint8Array | null }>(
      QUERIES.blocksOfHash,
      hash,
      hash + 2 ** 31,
    );
    for (const { block, data } of rows) {
      if (block !== null) found.push(block);
      if (data === null) continue;
      const { hashes, blocks } = readPage(data), [start, end] = placesOf({ hashes, blocks }, hash);
      for (let i = start; i < end; i++) found.push(blocks[i]);
    }
    return found;
  }

  /** Segments still to post, in order, after a place; each block is read when it is asked for. Use it in a snapshot. */
  *pending(after: SegmentPlace | undefined): Generator<SegmentOfFile> {
    for (const file of this.#filesWithPending(after?.file_id ?? "")) {
      const afterInFile = file.file_id === after?.file_id ? after : undefined;
      for (const segment of this.#segmentsFrom(file, QUERIES.pendingBlocks, afterInFile, 2)) {
        if (isPending(segment.status)) yield { file_id: file.file_id, ...segment };
      }
    }
  }

  /** From a file on, it included. */
  *#filesWithPending(from: string): Generator<BlocksOfFile> {
    let files = this.all<BlocksOfFile>(QUERIES.filesWithPending, from, 2);
    for (let atOnce = 4; files.length > 0; atOnce = Math.min(atOnce * 2, MAX_FILES)) {
      yield* files;
      const last = files[files.length - 1].file_id;
      files = this.all<BlocksOfFile>(QUERIES.filesWithPending, last, atOnce).filter(({ file_id }) => file_id !== last);
    }
  }

  /** Files in order, after one, of which `atOnce` are read at a time. Use it in a snapshot. */
  files(folder: string | undefined, after: string, atOnce: number): Generator<FileSummary> {
    if (folder === undefined) return this.#files(QUERIES.files, [], after, atOnce);
    const folders = isStorable(folder) ? this.all<{ id: number }>(QUERIES.folders, folder) : [];
    const files = folders.map(({ id }) => this.#files(QUERIES.filesOfFolder, [id], after, atOnce));
    return files.length === 1 ? files[0] : merge(files, (a, b) => compareTexts(a.file_id, b.file_id));
  }

  *#files(query: string, values: SQLInputValue[], after: string, atOnce: number): Generator<FileSummary> {
    while (true) {
      const rows = this.all<FileRow>(query, ...values, after, atOnce);
      for (const row of rows) yield this.#summary(row);
      if (rows.length < atOnce) return;
      after = rows[rows.length - 1].file_id;
    }
  }

  /** Folders after one, each as often as it is there, with its sums. Use it in a snapshot. */
  *folders(after: string): Generator<FolderSummary> {
    type Row = { id: number; folder_id: string; path: string; name: string; meta: string | null };
    let id = Number.MAX_SAFE_INTEGER;
    while (true) {
      const rows = this.all<Row>(QUERIES.foldersAfter, after, id, FOLDERS_AT_ONCE);
      for (const { id, folder_id, path, name, meta } of rows) {
        const [sums] = this.all<Omit<FolderSummary, keyof Folder>>(QUERIES.folderSums, id);
        if (sums.file_count > 0) yield { folder_id, path, name, ...(meta && { meta: JSON.parse(meta) }), ...sums };
      }
      if (rows.length < FOLDERS_AT_ONCE) return;
      ({ folder_id: after, id } = rows[rows.length - 1]);
    }
  }

  /** The file of an id, and those that have segments of an internal subject. */
  filesOfKey(key: string): FileRow[] {
    const ids = new Set([key]);
    for (const block of this.#blocksOfHash(messageIdHash(key)).slice(0, MAX_FOUND_BLOCKS)) {
      for (const { data, file_id } of this.all<{ data: Uint8Array; file_id: string }>(QUERIES.blockOfFile, block)) {
        if (this.#decode(file_id, data, readInternalSubjects).includes(key)) ids.add(file_id);
      }
    }
    return [...ids].flatMap((id) => this.#row(id) ?? []);
  }

  /** Counts, and how many blocks' Message-IDs are not in the lookup index yet. */
  totals(): Totals & { behind: number } {
    const rows = this.all<Omit<Totals, "database_bytes"> & { behind: number }>(QUERIES.totals), [counts] = rows;
    if (rows.length !== 1) throw noTotals(this.path, rows.length);
    return { ...counts, database_bytes: sizeOf(this.path) + this.logBytes };
  }

  /** How many transactions it has had; null where it cannot be read. */
  commits(): number | null {
    try {
      return this.all<{ commits: number }>(QUERIES.commits)[0]?.commits ?? null;
    } catch {
      return null; // what reads or verifies it says why
    }
  }

  /** Bytes of the changes that are not in the shard's file yet, and every query has to look through. */
  get logBytes(): number {
    return sizeOf(`${this.path}-wal`);
  }

  /** How far a migration into this shard has got, by part of its source. */
  checkpoints(): Map<number, string> {
    const rows = this.all<{ part: number; after: string }>(QUERIES.checkpoints);
    return new Map(rows.map(({ part, after }) => [part, after]));
  }

  /** Files with their segments, from after a `file_id` on; each is read when it is asked for. */
  *stream(): Generator<FileRecord> {
    for (let after = "";;) {
      const page = this.all<FileRow>(QUERIES.files, after, 200);
      for (const { file_id } of page) {
        const record = this.record(file_id);
        if (record) yield record;
      }
      if (page.length === 0) return;
      after = page[page.length - 1].file_id;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#statements.clear();
    this.#opened?.close();
  }

  /** Runs several queries on one state of the shard; inside of another, on that one's. */
  snapshot<T>(read: () => T): T {
    try {
      if (this.#db.isTransaction) return read();
      this.#db.exec("BEGIN");
      try {
        return read();
      } finally {
        this.#db.exec("COMMIT");
      }
    } catch (error) {
      throw shardError(this.path, error);
    }
  }

  /** What a query gives; the statement is kept. */
  all<T>(sql: string, ...values: SQLInputValue[]): T[] {
    let statement = this.#statements.get(sql);
    try {
      if (!statement) this.#statements.set(sql, statement = this.#db.prepare(sql));
      return statement.all(...values) as T[];
    } catch (error) {
      throw shardError(this.path, error);
    }
  }
}
