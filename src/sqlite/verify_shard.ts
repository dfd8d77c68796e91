import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type BlockOutline, readOutline } from "../blocks/block.ts";
import { PlaceOrder } from "../blocks/place_order.ts";
import { messageIdHash } from "../blocks/message_id_hash.ts";
import { messageOf } from "../domain/errors.ts";
import { isPending } from "../domain/records.ts";
import { DIGEST_BUCKETS, type DigestReport } from "../store/backend.ts";
import { fileWords } from "../domain/search_words.ts";
import type { OnProgress, Problem } from "../store/store.ts";
import { allRows } from "./all_rows.ts";
import { EntrySum } from "../store/entry_sum.ts";
import { headCheck, headText } from "../domain/file_head.ts";
import { type FileRow, flatHeadOf } from "./file_row.ts";
import { shardOf } from "../store/placement.ts";
import { digestBucket, fileDigest } from "../store/file_digest.ts";
import { QUERIES } from "./queries.ts";
import { type BlockRow, StoredFiles } from "./stored_files.ts";
import { addRun } from "./verify_runs.ts";
import { ALL_RUNS, type Run } from "./message_id_runs.ts";
import { isSchema, openShard } from "./schema.ts";
import { searchGroup } from "./search_index.ts";
import { searchPosition } from "../store/search_cursor.ts";
import { readTotals, type TotalsRow } from "./totals_row.ts";

/** Problems of one shard that are told one by one. */
const MOST_PROBLEMS = 1000;

/** Checks SQLite's own structure of one shard: every page is where it must be, every index has the rows of its table. */
export function verifyStructure(path: string): DigestReport {
  return withReport(path, (db, _report, problem) => {
    for (const row of db.prepare("PRAGMA integrity_check(20)").all()) {
      const what = String(Object.values(row)[0]);
      if (what !== "ok") problem(`SQLite finds: ${what}`);
    }
  });
}

/**
 * Reads and checks everything that one shard holds: the checksum of every head and block, counts, the entries of the
 * Message-ID index and of search, and that every file is in the right shard. `shard` counts from 0.
 */
export function verifyContents(path: string, shard: number, shards: number, onProgress: OnProgress): DigestReport {
  return withReport(path, (db, report, problem) => new ShardCheck(db, report, problem).run(shard, shards, onProgress));
}

type TellProblem = (what: Problem["what"], fileId?: string) => void;

/** Runs a check in one state of a shard; what cannot be read at all is a problem, too. */
function withReport(
  path: string,
  check: (db: DatabaseSync, report: DigestReport, problem: TellProblem) => void,
): DigestReport {
  const report = emptyReport();
  const problem: TellProblem = (what, file_id) => {
    if (report.problems.length < MOST_PROBLEMS) {
      report.problems.push({ where: path, ...(file_id && { file_id }), what });
    }
  };
  try {
    const db = openShard(path, { readOnly: true, cacheBytes: 16 * 2 ** 20 });
    try {
      db.exec("BEGIN");
      check(db, report, problem);
    } finally {
      db.close();
    }
  } catch (error) {
    problem(messageOf(error));
  }
  return report;
}

function emptyReport(): DigestReport {
  return { files: 0, segments: 0, problems: [], digests: new BigUint64Array(DIGEST_BUCKETS) };
}

class ShardCheck {
  #db: DatabaseSync;
  #report: DigestReport;
  #searchRow: StatementSync;
  #problem: TellProblem;
  #totals: TotalsRow;
  /** Sums over what the tables must hold according to the files and blocks. */
  #sums = {
    blocks: 0,
    posted: 0,
    pending: 0,
    content_bytes: 0n,
    messageIds: new EntrySum(),
    search: 0,
    searchSum: 0n,
    words: new EntrySum(),
  };

  constructor(db: DatabaseSync, report: DigestReport, problem: TellProblem) {
    this.#db = db;
    this.#searchRow = db.prepare(`SELECT id & 1073741823 AS low FROM search_rows
      WHERE id >= ((?1 << 30) | (?2 << 8)) AND id <= ((?1 << 30) | (?2 << 8) | 255) AND file = ?3`);
    this.#report = report;
    this.#problem = problem;
    this.#totals = readTotals(db);
  }

  run(shard: number, shards: number, onProgress: OnProgress): void {
    const rows = allRows<FileRow>(this.#db.prepare(QUERIES.filesByNumber), 0, ({ id }) => id);
    for (const { row, blocks } of new StoredFiles(this.#db).read(rows)) {
      try {
        this.#checkFile(row, blocks);
      } catch (error) {
        this.#problem(`it cannot be read: ${messageOf(error)}`, row.file_id);
      }
      if (shardOf(row.file_id, shards) !== shard) this.#problem("the file belongs into another shard", row.file_id);
      if (this.#report.files % 256 === 0) onProgress(this.#report);
    }
    this.#checkSums();
  }

  #checkFile(row: FileRow, readBlocks: () => BlockRow[]): void {
    this.#report.files++;
    this.#sums.content_bytes += BigInt(row.size);
    const text = headText(flatHeadOf(row));
    if (headCheck(text) !== row.head_check) {
      this.#problem("its head does not match its checksum", row.file_id);
    }
    const blocks = readBlocks();
    this.#report.digests[digestBucket(row.file_id)] += fileDigest(text, blocks);
    if (blocks.length !== row.blocks) {
      this.#problem(`${row.blocks - blocks.length} of its blocks are missing`, row.file_id);
    }
    // Block by block, because all segments of a large file at once would grow the memory.
    const seen: Seen = { segments: 0, posted: 0, pending: 0, order: new PlaceOrder(), subjects: new Set() };
    for (const block of blocks) this.#checkBlock(row, block, seen);
    this.#checkCounts(row, seen);
    this.#addToSearch(row, seen.subjects);
  }

  /** What search must know of a file. */
  #addToSearch(row: FileRow, subjects: Set<string>): void {
    const { id, file_id, created_at } = row;
    const { age, hash } = searchGroup(searchPosition(file_id, created_at)),
      rows = this.#searchRow.all(age, hash, id) as { low: number }[];
    if (rows.length !== 1) return this.#problem(`search has ${rows.length} rows for it instead of one`, file_id);
    const rowid = BigInt(age) << 30n | BigInt(rows[0].low);
    this.#sums.search++;
    this.#sums.searchSum += rowid;
    const leadsTo = Number(rowid % BigInt(EntrySum.MODULUS));
    for (const word of fileWords(flatHeadOf(row), subjects)) {
      this.#sums.words.add(messageIdHash(word), leadsTo);
    }
  }

  #checkBlock(row: FileRow, block: BlockRow, seen: Seen): void {
    this.#sums.blocks++;
    if (block.file !== row.id) this.#problem(`the block ${block.id} says it belongs to another file`, row.file_id);
    let outline: BlockOutline;
    try {
      outline = readOutline(block.data);
    } catch (error) {
      this.#problem(`the block ${block.id} is damaged: ${messageOf(error)}`, row.file_id);
      return;
    }
    if (block.redundancy !== outline.redundancies[0] || block.place !== outline.indexes[0]) {
      this.#problem(`the block ${block.id} has the wrong place`, row.file_id);
    }
    if (block.pending !== outline.statuses.filter(isPending).length) {
      this.#problem(`the block ${block.id} counts its pending segments wrongly`, row.file_id);
    }
    this.#see(row, outline, seen);
    if (block.id > this.#totals.indexed_block) return; // a load that is on its way has not brought its entries yet
    for (const hash of new Set(outline.hashes)) this.#sums.messageIds.add(hash, block.id);
  }

  #see(row: FileRow, { hashes, subjects, indexes, redundancies, statuses }: BlockOutline, seen: Seen): void {
    seen.posted += hashes.length;
    for (let i = 0; i < indexes.length; i++) {
      seen.segments++;
      if (isPending(statuses[i])) seen.pending++;
      const subject = subjects[i];
      if (subject !== null && subject !== row.subject) seen.subjects.add(subject);
      if (!seen.order.next(redundancies[i], indexes[i])) this.#problem("its segments are out of order", row.file_id);
    }
  }

  #checkCounts(row: FileRow, { segments, posted, pending }: Seen): void {
    if (segments !== row.segments || posted !== row.posted || pending !== row.pending) {
      this.#problem(
        `it has ${segments} segments (${posted} posted, ${pending} pending), its row says ` +
          `${row.segments} (${row.posted}, ${row.pending})`,
        row.file_id,
      );
    }
    this.#report.segments += segments;
    this.#sums.posted += posted;
    this.#sums.pending += pending;
  }

  #checkSums(): void {
    const { files, segments } = this.#report, sums = this.#sums, totals = this.#totals;
    const expected: Partial<TotalsRow> = {
      files,
      segments,
      posted: sums.posted,
      pending: sums.pending,
      content_bytes: sums.content_bytes,
    };
    for (const [key, value] of Object.entries(expected)) {
      const told = totals[key as keyof TotalsRow];
      if (told !== value) this.#problem(`the totals say ${told} for ${key}, there are ${value}`);
    }
    const { blocks, last_block } = this.#db.prepare("SELECT count(*) AS blocks, max(id) AS last_block FROM blocks")
      .get() as { blocks: number; last_block: number | null };
    if (blocks !== sums.blocks) this.#problem(`there are ${blocks} blocks, the files have ${sums.blocks}`);
    const { last_file } = this.#db.prepare("SELECT max(id) AS last_file FROM files").get() as { last_file: number };
    if ((last_file ?? 0) >= totals.next_file || (last_block ?? 0) >= totals.next_block) {
      this.#problem("the numbers of the next file and block are taken");
    }
    if (totals.indexed_block >= totals.next_block) this.#problem("blocks are indexed that are not there yet");
    if (!isSchema(this.#db, totals.index_level)) this.#problem("its tables or indexes are not those they must be");
    this.#checkMessageIds();
    this.#checkSearch();
  }

  #checkMessageIds(): void {
    const table = `message_ids WHERE block <= ${this.#totals.indexed_block}`, expected = this.#sums.messageIds;
    const there = sumOf(this.#db, table, "hash", "block");
    for (const run of this.#db.prepare(ALL_RUNS).all() as unknown as Run[]) {
      for (const wrong of addRun(this.#db, run, there)) this.#problem(wrong);
    }
    if (!there.equals(expected)) {
      this.#problem(
        `the index of Message-IDs has ${there.count} entries, or other ones than the ${expected.count} it must have`,
      );
    }
  }

  #checkSearch(): void {
    const { count, high, low } = this.#db.prepare(
      `SELECT count(*) AS count, CAST(sum(rowid >> 32) AS TEXT) AS high, CAST(sum(rowid & 4294967295) AS TEXT) AS low
        FROM search`,
    ).get() as { count: number; high: string | null; low: string | null };
    const sum = BigInt(high ?? 0) * 2n ** 32n + BigInt(low ?? 0);
    if (count !== this.#sums.search || sum !== this.#sums.searchSum) {
      this.#problem(`search knows ${count} files, or other ones than the ${this.#sums.search} it must know`);
    }
    const { rows } = this.#db.prepare("SELECT count(*) AS rows FROM search_rows").get() as { rows: number };
    if (rows !== this.#sums.search) {
      this.#problem(`there are ${rows} rows of search, the files have ${this.#sums.search}`);
    }
    this.#db.function("word_hash", { deterministic: true }, (word) => messageIdHash(word as string));
    this.#db.exec("CREATE VIRTUAL TABLE temp.search_words USING fts5vocab(main, search, instance)");
    const words = sumOf(this.#db, "temp.search_words", "word_hash(term)", "doc"), expected = this.#sums.words;
    if (!words.equals(expected)) {
      this.#problem(`search has ${words.count} words of files, or other ones than the ${expected.count} it must have`);
    }
  }
}

/** The entries of an index that is a table. */
function sumOf(db: DatabaseSync, table: string, hash: string, leadsTo: string): EntrySum {
  return Object.assign(new EntrySum(), db.prepare(EntrySum.sql(table, hash, leadsTo)).get());
}

/** What the blocks of a file hold so far. */
interface Seen {
  segments: number;
  posted: number;
  pending: number;
  order: PlaceOrder;
  /** Those that are not the file's. */
  subjects: Set<string>;
}
