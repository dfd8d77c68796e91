import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { BlockOutline } from "../blocks/block.ts";
import { messageIdHash } from "../blocks/message_id_hash.ts";
import { messageOf } from "../domain/errors.ts";
import type { DigestReport } from "../store/backend.ts";
import { EntrySum } from "../store/entry_sum.ts";
import { shardOf } from "../store/placement.ts";
import { searchPosition } from "../store/search_cursor.ts";
import type { OnProgress } from "../store/store.ts";
import { StoreCheck } from "../store/store_check.ts";
import { allRows } from "./all_rows.ts";
import { type FileRow, fileToCheck } from "./file_row.ts";
import { ALL_RUNS, type Run } from "./message_id_runs.ts";
import { QUERIES } from "./queries.ts";
import { isSchema, openShard } from "./schema.ts";
import { searchGroup } from "./search_index.ts";
import { type BlockRow, StoredFiles } from "./stored_files.ts";
import { MAX_BLOCK, readTotalsRows, type TotalsRow, totalsText } from "./totals_row.ts";
import { addRun } from "./verify_runs.ts";

/** A shard; see `openShard` for `isFrozen`. */
export interface ShardToCheck {
  path: string;
  isFrozen: boolean;
}

/** Checks SQLite's own structure of one shard: every page is where it must be, every index has the rows of its table. */
export function verifyStructure(shard: ShardToCheck): DigestReport {
  return withCheck(shard, (db, check) => {
    for (const row of db.prepare("PRAGMA integrity_check(20)").all()) {
      const what = String(Object.values(row)[0]);
      if (what !== "ok") check.problem(`SQLite finds: ${what}`);
    }
  });
}

/**
 * Reads and checks everything that one shard holds, by what holds in every store (see `StoreCheck`). `shard` counts from 0.
 */
export function verifyContents(
  { shard, shards, ...file }: ShardToCheck & { shard: number; shards: number },
  onProgress: OnProgress,
): DigestReport {
  return withCheck(file, (db, check) => new ShardCheck(db, check).run(shard, shards, onProgress));
}

/** Runs a check in one state of a shard; what cannot be read at all is a problem, too. */
function withCheck(
  { path, isFrozen }: ShardToCheck,
  run: (db: DatabaseSync, check: StoreCheck) => void,
): DigestReport {
  const check = new StoreCheck(path);
  try {
    const db = openShard(path, { readOnly: true, isFrozen, cacheBytes: 16 * 2 ** 20 });
    try {
      db.exec("BEGIN");
      run(db, check);
    } finally {
      db.close();
    }
  } catch (error) {
    check.problem(messageOf(error));
  }
  return check.report;
}

class ShardCheck {
  #db: DatabaseSync;
  #check: StoreCheck;
  #searchRow: StatementSync;
  /** Undefined where there is not exactly one row of them. */
  #totals: TotalsRow | undefined;
  /** What search must hold according to the files. */
  #search = { files: 0, rows: 0n, words: new EntrySum() };

  constructor(db: DatabaseSync, check: StoreCheck) {
    this.#db = db;
    this.#check = check;
    this.#searchRow = db.prepare(`SELECT id & 1073741823 AS low FROM search_rows
      WHERE id >= ((?1 << 30) | (?2 << 8)) AND id <= ((?1 << 30) | (?2 << 8) | 255) AND file = ?3`);
    const rows = readTotalsRows(db);
    this.#totals = rows.length === 1 ? rows[0] : undefined;
  }

  run(shard: number, shards: number, onProgress: OnProgress): void {
    const check = this.#check, { report } = check;
    const rows = allRows<FileRow>(this.#db.prepare(QUERIES.filesByNumber), 0, ({ id }) => id);
    for (const { row, blocks } of new StoredFiles(this.#db).read(rows)) {
      let read: BlockRow[] = [];
      check.try(() => read = blocks(), row.file_id);
      check.try(() => this.#checkFile(row, read), row.file_id);
      if (shardOf(row.file_id, shards) !== shard) check.problem("the file belongs into another shard", row.file_id);
      if (report.files % 256 === 0) onProgress(report);
    }
    check.checkTotals(readTotalsRows(this.#db).map(totalsText));
    check.try(() => this.#checkNumbers());
    check.try(() => this.#checkMessageIds());
    check.try(() => this.#checkSearch());
  }

  #checkFile(row: FileRow, blocks: BlockRow[]): void {
    if (blocks.length !== row.blocks) {
      this.#check.problem(`${row.blocks - blocks.length} of its blocks are missing`, row.file_id);
    }
    for (const { id, file } of blocks) {
      if (file !== row.id) this.#check.problem(`the block ${id} says it belongs to another file`, row.file_id);
    }
    const words = this.#check.addFile(fileToCheck(row, blocks), (block, outline) => this.#addEntries(block, outline));
    this.#addToSearch(row, words);
  }

  /** Blocks that a load on its way has not brought into the index yet have no entries. */
  #addEntries({ id }: BlockRow, { hashes }: BlockOutline): void {
    if (id > this.#indexedBlock) return;
    for (const hash of new Set(hashes)) this.#check.entries.add(hash, id);
  }

  get #indexedBlock(): number {
    return this.#totals?.indexed_block ?? MAX_BLOCK;
  }

  /** What search must know of a file. */
  #addToSearch({ id, file_id, created_at }: FileRow, words: string[]): void {
    const { age, hash } = searchGroup(searchPosition(file_id, created_at)),
      rows = this.#searchRow.all(age, hash, id) as { low: number }[];
    if (rows.length !== 1) return this.#check.problem(`search has ${rows.length} rows for it instead of one`, file_id);
    const rowid = BigInt(age) << 30n | BigInt(rows[0].low), leadsTo = Number(rowid % BigInt(EntrySum.MODULUS));
    this.#search.files++;
    this.#search.rows += rowid;
    for (const word of words) this.#search.words.add(messageIdHash(word), leadsTo);
  }

  /** The numbers that are given next, and the indexes. */
  #checkNumbers(): void {
    const check = this.#check, totals = this.#totals;
    const { blocks, last_block } = this.#db.prepare("SELECT count(*) AS blocks, max(id) AS last_block FROM blocks")
      .get() as { blocks: number; last_block: number | null };
    check.checkBlocks(blocks);
    if (!totals) return;
    const { last_file } = this.#db.prepare("SELECT max(id) AS last_file FROM files").get() as { last_file: number };
    if ((last_file ?? 0) >= totals.next_file || (last_block ?? 0) >= totals.next_block) {
      check.problem("the numbers of the next file and block are taken");
    }
    if (totals.next_block > MAX_BLOCK || totals.next_file > MAX_BLOCK) {
      check.problem("the numbers of the next file and block are greater than any can be");
    }
    if (totals.indexed_block >= totals.next_block) check.problem("blocks are indexed that are not there yet");
    if (!isSchema(this.#db, totals.index_level)) check.problem("its tables or indexes are not those they must be");
  }

  #checkMessageIds(): void {
    const there = sumOf(this.#db, `message_ids WHERE block <= ${this.#indexedBlock}`, "hash", "block");
    for (const run of this.#db.prepare(ALL_RUNS).all() as unknown as Run[]) {
      for (const wrong of addRun(this.#db, run, there)) this.#check.problem(wrong);
    }
    this.#check.checkEntries(there);
  }

  #checkSearch(): void {
    const { count, high, low } = this.#db.prepare(
      `SELECT count(*) AS count, CAST(sum(rowid >> 32) AS TEXT) AS high, CAST(sum(rowid & 4294967295) AS TEXT) AS low
        FROM search`,
    ).get() as { count: number; high: string | null; low: string | null };
    const sum = BigInt(high ?? 0) * 2n ** 32n + BigInt(low ?? 0);
    if (count !== this.#search.files || sum !== this.#search.rows) {
      this.#check.problem(`search knows ${count} files, or other ones than the ${this.#search.files} it must know`);
    }
    const { rows } = this.#db.prepare("SELECT count(*) AS rows FROM search_rows").get() as { rows: number };
    if (rows !== this.#search.files) {
      this.#check.problem(`there are ${rows} rows of search, the files have ${this.#search.files}`);
    }
    this.#db.function("word_hash", { deterministic: true }, (word) => messageIdHash(word as string));
    this.#db.exec("CREATE VIRTUAL TABLE temp.search_words USING fts5vocab(main, search, instance)");
    const words = sumOf(this.#db, "temp.search_words", "word_hash(term)", "doc"), expected = this.#search.words;
    if (this.#check.isSound && !words.equals(expected)) {
      this.#check.problem(
        `search has ${words.count} words of files, or other ones than the ${expected.count} it must have`,
      );
    }
  }
}

/** The entries of an index that is a table. */
function sumOf(db: DatabaseSync, table: string, hash: string, leadsTo: string): EntrySum {
  return Object.assign(new EntrySum(), db.prepare(EntrySum.sql(table, hash, leadsTo)).get());
}
