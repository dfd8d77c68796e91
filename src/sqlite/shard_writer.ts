import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type IndexedBlock, readBlock, readIndexed, sealOf, writeBlock } from "../blocks/block.ts";
import { ByteWriter } from "../blocks/bytes.ts";
import { Int32List } from "../blocks/int32_list.ts";
import { columnsOf } from "../blocks/segment_columns.ts";
import { isStorable } from "../domain/check_json.ts";
import { UsyncError } from "../domain/errors.ts";
import { isPending, type Segment } from "../domain/records.ts";
import type { PutCounts, PutOutcome, SegmentPlace, SegmentUpdate } from "../store/store.ts";
import { FILE_TEXT_NAMES, type FlatFolder, headText, textsOfHead } from "../domain/file_fields.ts";
import { inStoredFolder } from "../domain/file_head.ts";
import { applyUpdate } from "../store/apply_update.ts";
import { rowCheck } from "../store/row_check.ts";
import { FILE_COLUMNS, FILE_TABLES, type FileRow, flatHeadOf, storedHash } from "./file_row.ts";
import { allRows } from "./all_rows.ts";
import { blockAt, type BlockStart } from "./block_at.ts";
import { emptyLog, giveFreePages, vacuum } from "./free_space.ts";
import { dropIndexes, indexLevel, NO_INDEXES, setIndexLevel } from "./index_levels.ts";
import { MessageIdIndex } from "./message_id_index.ts";
import { filesOf, type PackedBatch, type PackedFile } from "../store/packed_batch.ts";
import { pageOrder } from "./page_order.ts";
import { QUERIES } from "./queries.ts";
import { openShard } from "./schema.ts";
import { searchGroup, SearchIndex } from "./search_index.ts";
import { noCounts } from "../store/put_counts.ts";
import { searchPosition } from "../store/search_cursor.ts";
import { readTotals, type TotalsRow } from "./totals_row.ts";

const INSERTED = ["id", "folder", "size", "row_check", "first_block", "blocks", "segments", "posted", "pending"];
const INSERT_FILE = `INSERT INTO files (${[...INSERTED, ...FILE_TEXT_NAMES].join(", ")})
  VALUES (${[...INSERTED, ...FILE_TEXT_NAMES].fill("?").join(", ")}) ON CONFLICT (file_id) DO NOTHING`;
const HASH = FILE_TEXT_NAMES.indexOf("hash");

/**
 * The one writer of one shard. Everything is synchronous and runs in a worker; every change runs in `transaction`.
 */
export class ShardWriter {
  readonly #path: string;
  #db: DatabaseSync;
  #totals: TotalsRow;
  #messageIds: MessageIdIndex;
  #statements = new Map<string, StatementSync>();
  #folders = new Map<string, number>();
  #search: SearchIndex;
  /** Whether blocks are missing in the Message-ID index that are not among the entries that wait either: after a load
   * that was cut off or rolled back. `makeReady` then reads them all again. */
  #mustScan: boolean;

  constructor(path: string, cacheBytes: number) {
    this.#path = path;
    this.#db = openShard(path, { readOnly: false, cacheBytes });
    this.#totals = readTotals(this.#db, this.#path);
    this.#messageIds = new MessageIdIndex(this.#db);
    this.#search = new SearchIndex(this.#db);
    this.#mustScan = !this.#isIndexed;
  }

  get #isIndexed(): boolean {
    return this.#totals.indexed_block === this.#totals.next_block - 1;
  }

  /**
   * Runs changes as one transaction. `durable`: it and everything before survives a power cut when this returns.
   * When anything throws, nothing has happened.
   */
  transaction<T>(durable: boolean, changes: () => T): T {
    this.#db.exec(`PRAGMA synchronous = ${durable ? "FULL" : "NORMAL"}`);
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = changes();
      this.#search.write();
      if (durable) this.#setIndexLevel(Math.max(this.#totals.index_level, indexLevel(this.#totals.segments)));
      this.#totals.commits++;
      this.#writeTotals();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      this.#messageIds.clear();
      this.#search.clear();
      this.#mustScan = true;
      this.#totals = readTotals(this.#db, this.#path);
      this.#folders.clear();
      throw error;
    }
  }

  /**
   * Puts the files of a batch. With `defer`, the Message-IDs are found only after `makeReady`, which is much faster for
   * many.
   */
  put(batch: PackedBatch, defer: boolean): PutCounts {
    const counts = noCounts();
    const folders = new Map<number, number>();
    for (const file of pageOrder([...filesOf(batch)])) {
      const outcome = this.#putFile(file, batch, folders, defer);
      counts[outcome]++;
      if (outcome !== "unchanged") counts.segments += file.segments;
    }
    return counts;
  }

  /** Puts the files that a migration brings, with how far in `part` of its source it is then. */
  copy(batch: PackedBatch, part: number, upTo: string): void {
    if (this.#totals.next_file === 1 && this.#totals.index_level >= 0) this.#dropIndexes();
    this.put(batch, true);
    this.#prepare("INSERT OR REPLACE INTO checkpoints VALUES (?, ?)").run(part, upTo);
  }

  /** `makeReady` builds them, for all files at once; nobody reads a shard by them before. */
  #dropIndexes(): void {
    dropIndexes(this.#db);
    this.#totals.index_level = NO_INDEXES;
  }

  /** Forgets how far a migration has got. Durable. */
  endCopy(): void {
    this.transaction(true, () => this.#db.exec("DELETE FROM checkpoints"));
  }

  /** `folders`: the numbers of the batch's folders that are known. */
  #putFile(file: PackedFile, batch: PackedBatch, folders: Map<number, number>, defer: boolean): PutOutcome {
    const { hashes, keepsFolders } = batch,
      { blocks } = file,
      folder = this.#folderOf(file, folders),
      firstBlock = this.#totals.next_block;
    let outcome: PutOutcome = "added";
    if (!this.#insertFile(file, folder)) {
      const existing = this.#fileRow(file.head.file_id)!;
      if (this.#isEqual(existing, file, keepsFolders)) return "unchanged";
      this.#remove(existing);
      this.#insertFile(file, folder);
      outcome = "replaced";
    }
    const id = this.#totals.next_file++, keepsIndexed = !defer && this.#isIndexed;
    this.#totals.next_block += blocks.length;
    const insertBlock = this.#prepare("INSERT INTO blocks VALUES (?, ?, (? << 31) | ?, ?, ?)");
    blocks.forEach((block, i) => {
      insertBlock.run(firstBlock + i, id, block.redundancy, block.index, block.pending, block.data);
      if (defer && this.#mustScan) return;
      if (defer) {
        this.#messageIds.defer(hashes, block.hashesStart, block.hashesEnd, firstBlock + i);
        if (this.#messageIds.isFull) this.#flushMessageIds(firstBlock + i, false);
      } else {
        for (let h = block.hashesStart; h < block.hashesEnd; h++) this.#messageIds.insert(hashes[h], firstBlock + i);
      }
    });
    if (keepsIndexed) this.#totals.indexed_block = this.#totals.next_block - 1;
    return outcome;
  }

  /** Inserts a file with the next number; false when there is one of that `file_id`: it is not looked for before. */
  #insertFile(file: PackedFile, folder: number | null): boolean {
    const { size, hash } = file.head, texts: (string | Uint8Array | null)[] = textsOfHead(file.head);
    texts[HASH] = storedHash(hash);
    const { check, second, searchHash, words, blocks, segments, posted, pending } = file;
    const { next_file: id, next_block: firstBlock } = this.#totals;
    const stored = rowCheck(check, { first_block: firstBlock, blocks: blocks.length, segments, posted, pending });
    const { changes } = this.#prepare(INSERT_FILE).run(
      ...[id, folder, size, stored, firstBlock, blocks.length, segments, posted, pending],
      ...texts,
    );
    if (changes === 0) return false;
    this.#search.add(id, searchGroup({ second, hash: searchHash }), words);
    this.#count(1, segments, posted, pending, size);
    return true;
  }

  #count(files: number, segments: number, posted: number, pending: number, contentBytes: number): void {
    this.#totals.files += files;
    this.#totals.segments += segments;
    this.#totals.posted += posted;
    this.#totals.pending += pending;
    this.#totals.content_bytes += BigInt(contentBytes);
  }

  #folderOf({ head, folder }: PackedFile, folders: Map<number, number>): number | null {
    if (!head.folder) return null;
    let number = folders.get(folder);
    if (number === undefined) folders.set(folder, number = this.#folderNumber(head.folder));
    return number;
  }

  #folderNumber(folder: FlatFolder): number {
    const values = [folder.folder_id, folder.path, folder.name, folder.meta], key = JSON.stringify(values);
    const known = this.#folders.get(key);
    if (known !== undefined) return known;
    const found = this.#prepare("SELECT id FROM folders WHERE folder_id = ? AND path = ? AND name = ? AND meta IS ?")
      .get(...values) as { id: number } | undefined;
    const id = found?.id ??
      Number(this.#prepare("INSERT INTO folders VALUES (NULL, ?, ?, ?, ?)").run(...values).lastInsertRowid);
    if (this.#folders.size > 10_000) this.#folders.clear();
    this.#folders.set(key, id);
    return id;
  }

  #fileRow(fileId: string): FileRow | undefined {
    if (!isStorable(fileId)) return undefined; // SQLite would look for what it makes of it, which may be another file
    return this.#prepare(`SELECT ${FILE_COLUMNS} FROM ${FILE_TABLES} WHERE f.file_id = ?`).get(fileId) as
      | FileRow
      | undefined;
  }

  #blocksOf(row: FileRow): { id: number; data: Uint8Array; pending: number }[] {
    return this.#prepare("SELECT id, data, pending FROM blocks WHERE id >= ? AND id < ? ORDER BY id")
      .all(row.first_block, row.first_block + row.blocks) as { id: number; data: Uint8Array; pending: number }[];
  }

  #isEqual(row: FileRow, { head, blocks, segments }: PackedFile, keepsFolders: boolean): boolean {
    if (row.blocks !== blocks.length || row.segments !== segments) return false;
    const storedHead = flatHeadOf(row), newHead = keepsFolders ? inStoredFolder(head, storedHead.folder) : head;
    if (headText(storedHead) !== headText(newHead)) return false;
    const stored = this.#blocksOf(row);
    return stored.length === blocks.length &&
      stored.every(({ data }, i) => Buffer.compare(data, blocks[i].data) === 0);
  }

  #remove(row: FileRow): void {
    for (const { id, data } of this.#blocksOf(row)) {
      const indexed = indexedOf(data, sealOf(row.file_id));
      if (indexed) { for (const hash of new Set(indexed.hashes)) this.#deleteEntry(hash, id); }
      else this.#messageIds.deleteBlock(id);
    }
    this.#prepare("DELETE FROM blocks WHERE id >= ? AND id < ?").run(row.first_block, row.first_block + row.blocks);
    this.#search.delete(row.id, searchGroup(searchPosition(row.file_id, row.created_at)));
    this.#prepare("DELETE FROM files WHERE id = ?").run(row.id);
    this.#count(-1, -row.segments, -row.posted, -row.pending, -row.size);
  }

  #deleteEntry(hash: number, block: number): void {
    this.#messageIds.delete(hash, block, block > this.#totals.indexed_block);
  }

  /** Deletes a file; false when there is none. */
  delete(fileId: string): boolean {
    const row = this.#fileRow(fileId);
    if (row) this.#remove(row);
    return row !== undefined;
  }

  /** Changes segments of one file; returns the places that it does not have. */
  update(fileId: string, updates: SegmentUpdate[]): SegmentPlace[] {
    const row = this.#fileRow(fileId);
    const missing: SegmentPlace[] = [];
    const blocks = new Map<number, Segment[]>();
    for (const update of updates) {
      const place = { file_id: fileId, redundancy: update.redundancy ?? 0, index: update.index };
      const segment = row && this.#segmentAt(row, place, blocks);
      if (segment) applyUpdate(segment, update);
      else missing.push(place);
    }
    if (row && blocks.size > 0) this.#rewriteBlocks(row, blocks);
    return missing;
  }

  #segmentAt(row: FileRow, place: SegmentPlace, blocks: Map<number, Segment[]>): Segment | undefined {
    if (row.blocks === 0) return undefined;
    const firstPlace = this.#prepare(QUERIES.firstPlace);
    const id = blockAt(row, place, (from, below) => firstPlace.get(from, below) as BlockStart | undefined);
    const segments = blocks.get(id) ?? this.#readBlock(place.file_id, id);
    if (!segments) return undefined;
    blocks.set(id, segments);
    return segments.find(({ redundancy, index }) => redundancy === place.redundancy && index === place.index);
  }

  #readBlock(fileId: string, id: number): Segment[] | undefined {
    const block = this.#prepare("SELECT data FROM blocks WHERE id = ?").get(id) as { data: Uint8Array } | undefined;
    try {
      return block && readBlock(block.data, sealOf(fileId));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UsyncError(
        `Cannot change segments of the file ${fileId} in the shard ${this.#path}: ${error.message}`,
        {
          hint: "Import the file again, or put the shard back from a backup.",
          cause: error,
        },
      );
    }
  }

  #rewriteBlocks(row: FileRow, blocks: Map<number, Segment[]>): void {
    const more = { posted: 0, pending: 0 };
    for (const [id, segments] of blocks) this.#rewriteBlock(row.file_id, id, segments, more);
    const counts = { posted: row.posted + more.posted, pending: row.pending + more.pending };
    const check = rowCheck(rowCheck(row.row_check, row), { ...row, ...counts });
    this.#prepare("UPDATE files SET posted = ?, pending = ?, row_check = ? WHERE id = ?")
      .run(counts.posted, counts.pending, check, row.id);
    this.#count(0, 0, more.posted, more.pending, 0);
  }

  /** Stores a block that was changed, and adds to `more` how many posted and pending segments there are more. */
  #rewriteBlock(fileId: string, id: number, segments: Segment[], more: { posted: number; pending: number }): void {
    const before = this.#prepare("SELECT data, pending FROM blocks WHERE id = ?").get(id) as
      & { data: Uint8Array }
      & { pending: number };
    const seal = sealOf(fileId), indexed = readIndexed(before.data, seal);
    const pending = segments.filter(({ status }) => isPending(status)).length;
    const out = new ByteWriter(1 << 14), hashes = new Int32List(2 * segments.length);
    const posted = writeBlock(out, columnsOf(segments), 0, segments.length, seal, hashes) - indexed.posted;
    this.#prepare("UPDATE blocks SET pending = ?, data = ? WHERE id = ?").run(
      pending,
      out.bytes.subarray(0, out.length),
      id,
    );
    for (const hash of new Set(indexed.hashes)) this.#deleteEntry(hash, id);
    for (const hash of new Set(hashes.take())) this.#messageIds.insert(hash, id);
    more.posted += posted;
    more.pending += pending - before.pending;
  }

  /** Brings all indexes up to date; run it outside of a transaction. Durable. */
  makeReady(): void {
    const again = this.#mustScan;
    if (again) this.#deferUnindexed();
    this.transaction(true, () => {
      this.#flushMessageIds(this.#totals.next_block - 1, again);
      this.#messageIds.finishLoad();
      this.#search.finishLoad(this.#totals.files);
      this.#setIndexLevel(indexLevel(this.#totals.segments));
    });
    giveFreePages(this.#db);
    emptyLog(this.#db, this.#path);
    this.#db.exec("PRAGMA shrink_memory"); // the pages of a load are not those that are asked for next
  }

  #setIndexLevel(level: number): void {
    if (level === this.#totals.index_level) return;
    setIndexLevel(this.#db, this.#totals.index_level, level);
    this.#totals.index_level = level;
  }

  /** Writes the entries that wait; those up to a block are then all there. */
  #flushMessageIds(upTo: number, again: boolean): void {
    this.#messageIds.flush(again);
    this.#totals.indexed_block = upTo;
  }

  /** Reads what a load that was cut off has left without index entries. */
  #deferUnindexed(): void {
    this.#messageIds.clear();
    const blocks = this.#db.prepare(QUERIES.blocksWithFile);
    for (const { id, data, file_id } of allRows<UnindexedBlock>(blocks, this.#totals.indexed_block, ({ id }) => id)) {
      const indexed = indexedOf(data, file_id === null ? 0 : sealOf(file_id));
      // What reads or verifies a damaged block names its file.
      if (indexed) this.#messageIds.defer(indexed.hashes, 0, indexed.hashes.length, id);
      if (this.#messageIds.isFull) this.transaction(false, () => this.#flushMessageIds(id, true));
    }
    this.#mustScan = false;
  }

  /** Gives free pages back, renews statistics and merges the search index. */
  optimize(): void {
    this.makeReady();
    this.transaction(true, () => {
      this.#search.merge();
      this.#db.prepare("PRAGMA optimize(0x10002)").all();
    });
    vacuum(this.#db);
    this.#db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  close(): void {
    this.#db.close();
  }

  #writeTotals(): void {
    const t = this.#totals;
    this.#prepare(
      `UPDATE totals SET files = ?, segments = ?, posted = ?, pending = ?, content_bytes = ?, next_file = ?,
        next_block = ?, indexed_block = ?, commits = ?`,
    ).run(
      ...[t.files, t.segments, t.posted, t.pending, t.content_bytes],
      ...[t.next_file, t.next_block, t.indexed_block, t.commits],
    );
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, statement = this.#db.prepare(sql));
    return statement;
  }
}

/** What of a block is in indexes; undefined when it is damaged. */
function indexedOf(data: Uint8Array, seal: number): IndexedBlock | undefined {
  try {
    return readIndexed(data, seal);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface UnindexedBlock {
  id: number;
  data: Uint8Array;
  file_id: string | null;
}
