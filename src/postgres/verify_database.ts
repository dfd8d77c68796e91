import type { DigestReport } from "../store/backend.ts";
import { EntrySum } from "../store/entry_sum.ts";
import { digestBucket, fileDigest } from "../store/file_digest.ts";
import { shardOf } from "../store/placement.ts";
import { searchPosition } from "../store/search_cursor.ts";
import type { OnProgress } from "../store/store.ts";
import { differences, StoreCheck, type Sums, type TotalsText } from "../store/store_check.ts";
import { Turns } from "../threads/turns.ts";
import type { Sql } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { lastSteps } from "./journal.ts";
import { CHECKED, fileToCheck, ONE_STATE, scanFiles, type ScannedFile, scanState } from "./scan.ts";
import { INDEXES, LANES, SCHEMA_VERSION } from "./schema.ts";

/** Reads and checks everything, by what holds in every store (see `StoreCheck`). `where`: what problems say. */
export async function verifyDatabase(
  connections: Connections,
  where: string,
  onProgress?: OnProgress,
): Promise<DigestReport> {
  const before = await connections.run(lastSteps), check = new DatabaseCheck(where);
  await check.addFiles(scanFiles(connections, "", CHECKED), onProgress);
  const after = await connections.transaction(async (sql) => {
    const last = await lastSteps(sql);
    if (last === before) await check.compare(sql);
    return last;
  }, ONE_STATE);
  if (after === before) return check.report;
  return await verifyState(connections, where, onProgress); // what was read while others wrote need not fit together
}

/** Verifies one state of the database, in one transaction: what breaks off on the way begins anew. */
function verifyState(connections: Connections, where: string, onProgress?: OnProgress): Promise<DigestReport> {
  return connections.transaction(async (sql) => {
    const check = new DatabaseCheck(where);
    await check.addFiles(scanState(sql, CHECKED), onProgress);
    await check.compare(sql);
    return check.report;
  }, ONE_STATE);
}

/** The digests of all files. Its problems are totals that do not agree with the rows of files. */
export async function digestDatabase(
  connections: Connections,
  where: string,
  onProgress: OnProgress = () => {},
): Promise<DigestReport> {
  const check = new StoreCheck(where), { report } = check, turns = new Turns();
  for await (const files of scanFiles(connections, "")) {
    for (const { row, blocks } of files) {
      report.files++;
      report.segments += row.segments;
      report.digests[digestBucket(row.file_id)] += fileDigest(row.head, blocks);
      await turns.pass();
    }
    onProgress(report);
  }
  const [{ totals, sums }] = await connections.run((sql) => sumsOfRows(sql));
  for (const what of differences(totals, sums)) check.problem(`the totals ${what}`);
  return report;
}

type SumsText = Record<keyof Sums, string>;

/** What the totals say, and what the rows of files add up to, in one state of the database. */
function sumsOfRows(sql: Sql): Promise<{ totals: SumsText; sums: SumsText }[]> {
  const text = (files: string, bytes: string) =>
    `json_build_object('files', ${files}::text, 'segments', coalesce(sum(segments), 0)::text,
      'posted', coalesce(sum(posted), 0)::text, 'pending', coalesce(sum(pending), 0)::text,
      'content_bytes', coalesce(sum(${bytes}), 0)::text)`;
  return sql.unsafe<{ totals: SumsText; sums: SumsText }[]>(
    `SELECT (SELECT ${text("coalesce(sum(files), 0)", "content_bytes")} FROM totals) AS totals,
      (SELECT ${text("count(*)", "size")} FROM files) AS sums`,
  );
}

/** Checks a database, file by file, then what its tables hold in sum. */
class DatabaseCheck {
  readonly #check: StoreCheck;
  /** The greatest id of a block in every lane. */
  readonly #lastBlocks: number[] = new Array(LANES).fill(-1);

  constructor(where: string) {
    this.#check = new StoreCheck(where, LANES);
  }

  get report(): DigestReport {
    return this.#check.report;
  }

  async addFiles(pages: AsyncIterable<ScannedFile[]>, onProgress: OnProgress = () => {}): Promise<void> {
    const turns = new Turns();
    for await (const files of pages) {
      for (const file of files) {
        this.#check.try(() => this.#addFile(file), file.row.file_id);
        await turns.pass(); // who reads from the store meanwhile must not wait for all of a page
      }
      onProgress(this.report);
    }
  }

  #addFile(scanned: ScannedFile): void {
    const { row, blocks } = scanned,
      file = fileToCheck(scanned),
      { head } = file,
      check = this.#check,
      { entries } = check;
    const lane = shardOf(row.file_id, LANES);
    const words = check.addFile(file, ({ id, redundancy, place }, { hashes }) => {
      if (id % LANES !== lane) check.problem(`the block ${redundancy}:${place} has a wrong number`, row.file_id);
      this.#lastBlocks[lane] = Math.max(this.#lastBlocks[lane], id);
      for (const hash of hashes) entries.add(hash, id);
    });
    if (blocks.length !== row.blocks || blocks.some(({ id }, i) => id !== row.first_block + i * LANES)) {
      check.problem("its blocks are not those that its row says", row.file_id);
    }
    const { second, hash } = searchPosition(head.file_id, head.created_at);
    const isDerived = (-second || 0) === row.newest && hash === row.search_hash && head.size === row.size &&
      (head.folder?.folder_id ?? null) === row.folder_id;
    if (!isDerived) check.problem("its head does not match its row", row.file_id);
    if (!hasWords(row.words, words)) check.problem("search has other words of it than it must have", row.file_id);
  }

  /** Compares what the tables hold in sum, in the state of the database that the files were read in. */
  async compare(sql: Sql): Promise<void> {
    const check = this.#check;
    const totals = await sql<(TotalsText & { next_block: number })[]>`SELECT lane AS part, files::text, segments::text,
      posted::text, pending::text, content_bytes::text, next_block FROM totals ORDER BY lane`;
    check.checkTotals(totals);
    for (const { part, next_block } of totals) {
      const isFree = next_block % LANES === part && next_block > (this.#lastBlocks[part] ?? -1);
      if (!isFree) check.problem(`the number of the next block of part ${part} is taken`);
    }
    await this.#checkBlocks(sql);
    const [{ count, sum }] = await sql.unsafe<{ count: number; sum: string }[]>(
      EntrySum.sql("message_ids", "hash::bigint", "block"),
    );
    check.checkEntries({ count, sum: Number(sum) });
    const versions = await sql<{ schema_version: number }[]>`SELECT schema_version FROM about`;
    if (versions.length !== 1 || versions[0].schema_version !== SCHEMA_VERSION) {
      check.problem(`its version is not ${SCHEMA_VERSION}`);
    }
    const indexes = await sql<{ name: string }[]>`SELECT relname AS name FROM pg_index JOIN pg_class ON oid = indexrelid
      WHERE relnamespace = current_schema()::regnamespace AND indisvalid`;
    for (const name of Object.keys(INDEXES)) {
      if (!indexes.some((index) => index.name === name)) check.problem(`the index ${name} is missing`);
    }
  }

  /** Names the files whose rows are missing where there are blocks of them. */
  async #checkBlocks(sql: Sql): Promise<void> {
    const orphans = await sql<{ file_id: string }[]>`SELECT DISTINCT b.file_id FROM blocks b
      LEFT JOIN files f ON f.file_id = b.file_id WHERE f.file_id IS NULL LIMIT ${MAX_ORPHANS}`;
    for (const { file_id } of orphans) this.#check.problem("its row is missing, but there are blocks of it", file_id);
  }
}

/** Files without a row that are named. */
const MAX_ORPHANS = 1000;

/** Whether words with spaces between are these, in any order. */
function hasWords(text: string, words: string[]): boolean {
  const stored = text === "" ? [] : text.split(" ");
  if (stored.length !== words.length) return false;
  const expected = new Set(words);
  return stored.every((word) => expected.has(word));
}
