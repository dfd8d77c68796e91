import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Entries, PAGE_ENTRIES, placesOf, readPage, writePage } from "./message_id_page.ts";

/** Runs of about one size that are merged into one. */
const MERGED = 8;

/** A row of `message_id_runs`: entries when it was written, and the range of the blocks they lead to. */
export interface Run {
  run: number;
  entries: number;
  first_block: number;
  last_block: number;
}

interface PageRow {
  id: number;
  data: Uint8Array;
}

export const ALL_RUNS = "SELECT run, entries, first_block, last_block FROM message_id_runs ORDER BY run";

/** The pages of a run, in order. */
export function* pagesOf(db: DatabaseSync, run: number): Generator<PageRow> {
  const next = db.prepare(
    "SELECT id, data FROM message_id_pages WHERE id > ? AND id < ((? + 1) << 32) ORDER BY id LIMIT 1",
  );
  for (let after = run * 2 ** 32 - 1;;) {
    const [page] = next.all(after, run) as unknown as PageRow[];
    if (!page) return;
    yield page;
    after = page.id;
  }
}

/**
 * The part of the Message-ID index of a shard that loads have written: runs of sorted entries in pages. A page is written
 * many times as fast as its entries one by one, and is smaller.
 */
export class MessageIdRuns {
  #db: DatabaseSync;
  #insertRun: StatementSync;
  #insertPage: StatementSync;
  #pageFor: StatementSync;
  #runsOfBlock: StatementSync;
  #writePage: StatementSync;
  #deletePage: StatementSync;
  /** The last run of the loads that are finished. */
  #finished: number;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#insertRun = db.prepare("INSERT INTO message_id_runs VALUES (?, ?, ?, ?)");
    this.#insertPage = db.prepare("INSERT INTO message_id_pages VALUES ((? << 32) | ?, ?)");
    this.#pageFor = db.prepare(
      "SELECT id, data FROM message_id_pages WHERE id >= (? << 32) AND id <= ((? << 32) | ?) ORDER BY id DESC LIMIT 1",
    );
    this.#runsOfBlock = db.prepare("SELECT run FROM message_id_runs WHERE ? BETWEEN first_block AND last_block");
    this.#writePage = db.prepare("UPDATE message_id_pages SET data = ? WHERE id = ?");
    this.#deletePage = db.prepare("DELETE FROM message_id_pages WHERE id = ?");
    this.#finished = this.#lastRun;
  }

  /** Adds a run. `give` gives its entries, in order. Merges runs where there are many. */
  write(give: (add: (hash: number, block: number) => void) => void): void {
    this.#write(give);
    while (this.#mergeSome());
  }

  #write(give: (add: (hash: number, block: number) => void) => void): void {
    const run = this.#lastRun + 1;
    const writer = new RunWriter((first, entries) => this.#insertPage.run(run, first + 2 ** 31, writePage(entries)));
    give((hash, block) => writer.add(hash, block));
    writer.end();
    if (writer.entries > 0) this.#insertRun.run(run, writer.entries, writer.firstBlock, writer.lastBlock);
  }

  /** Makes one run of what a load has written since the last call: a lookup reads a page of each. */
  finishLoad(): void {
    const fresh = this.#runs().filter(({ run }) => run > this.#finished);
    if (fresh.length > 1) this.#merge(fresh);
    this.#finished = this.#lastRun;
  }

  get #lastRun(): number {
    return this.#runs().at(-1)?.run ?? 0;
  }

  #runs(): Run[] {
    return this.#db.prepare(ALL_RUNS).all() as unknown as Run[];
  }

  /** Merges runs of about one size when there are many: an entry is merged once for every eightfold growth. */
  #mergeSome(): boolean {
    const bySize = Map.groupBy(this.#runs(), ({ entries }) => Math.floor(Math.log2(entries) / 3));
    for (const runs of bySize.values()) {
      if (runs.length < MERGED) continue;
      this.#merge(runs);
      return true;
    }
    return false;
  }

  #merge(runs: Run[]): void {
    this.#write((add) => merge(runs.map(({ run }) => pagesOf(this.#db, run)), add));
    for (const { run } of runs) {
      this.#db.exec(`DELETE FROM message_id_pages WHERE id >= (${run} << 32) AND id < ((${run} + 1) << 32);
        DELETE FROM message_id_runs WHERE run = ${run}`);
    }
  }

  /** Removes an entry where there is one. */
  delete(hash: number, block: number): void {
    for (const { run } of this.#runsOfBlock.all(block) as { run: number }[]) {
      const [page] = this.#pageFor.all(run, run, hash + 2 ** 31) as unknown as PageRow[];
      if (!page) continue;
      const entries = readPage(page.data), [start, end] = placesOf(entries, hash);
      const place = entries.blocks.subarray(start, end).indexOf(block);
      if (place >= 0) this.#keep(page, entries, (at) => at !== start + place);
    }
  }

  /** Removes all entries of a block, whose Message-IDs nobody knows any more: reads all pages. */
  deleteBlock(block: number): void {
    for (const { run } of this.#runsOfBlock.all(block) as { run: number }[]) {
      for (const page of pagesOf(this.#db, run)) {
        const entries = readPage(page.data);
        if (entries.blocks.includes(block)) this.#keep(page, entries, (at) => entries.blocks[at] !== block);
      }
    }
  }

  #keep(page: PageRow, { hashes, blocks }: Entries, isKept: (at: number) => boolean): void {
    const kept = { hashes: hashes.filter((_, at) => isKept(at)), blocks: blocks.filter((_, at) => isKept(at)) };
    if (kept.hashes.length === 0) this.#deletePage.run(page.id);
    else this.#writePage.run(writePage(kept), page.id);
  }
}

/** Cuts entries into pages. Entries with one hash are never in two, so that a lookup reads one page of a run. */
class RunWriter {
  entries = 0;
  firstBlock = Infinity;
  lastBlock = 0;
  #hashes = new Int32Array(PAGE_ENTRIES);
  #blocks = new Uint32Array(PAGE_ENTRIES);
  #length = 0;
  #write: (first: number, entries: Entries) => void;

  constructor(write: (first: number, entries: Entries) => void) {
    this.#write = write;
  }

  add(hash: number, block: number): void {
    const last = this.#length - 1;
    if (last >= 0 && hash === this.#hashes[last]) {
      if (block === this.#blocks[last]) return;
    } else if (this.#length >= PAGE_ENTRIES) this.end();
    if (this.#length === this.#hashes.length) this.#grow();
    this.#hashes[this.#length] = hash;
    this.#blocks[this.#length++] = block;
    if (block < this.firstBlock) this.firstBlock = block;
    if (block > this.lastBlock) this.lastBlock = block;
  }

  #grow(): void {
    const { hashes, blocks } = { hashes: this.#hashes, blocks: this.#blocks };
    this.#hashes = new Int32Array(hashes.length * 2);
    this.#blocks = new Uint32Array(blocks.length * 2);
    this.#hashes.set(hashes);
    this.#blocks.set(blocks);
  }

  /** Writes the page that is begun. */
  end(): void {
    if (this.#length === 0) return;
    const hashes = this.#hashes.subarray(0, this.#length), blocks = this.#blocks.subarray(0, this.#length);
    this.#write(hashes[0], { hashes, blocks });
    this.entries += this.#length;
    this.#length = 0;
  }
}

/** Gives the entries of several runs in one order. */
function merge(runs: Generator<PageRow>[], add: (hash: number, block: number) => void): void {
  const cursors = runs.map((pages) => new Cursor(pages)).filter(({ isAtEnd }) => !isAtEnd);
  while (cursors.length > 0) {
    let least = 0;
    for (let i = 1; i < cursors.length; i++) {
      const { hash, block } = cursors[i], best = cursors[least];
      if (hash < best.hash || hash === best.hash && block < best.block) least = i;
    }
    add(cursors[least].hash, cursors[least].block);
    cursors[least].step();
    if (cursors[least].isAtEnd) cursors.splice(least, 1);
  }
}

/** The entry at which a run is read. */
class Cursor {
  hash = 0;
  block = 0;
  isAtEnd = false;
  #pages: Generator<PageRow>;
  #entries: Entries = { hashes: new Int32Array(), blocks: new Uint32Array() };
  #at = 0;

  constructor(pages: Generator<PageRow>) {
    this.#pages = pages;
    this.step();
  }

  step(): void {
    while (this.#at === this.#entries.hashes.length) {
      const { value, done } = this.#pages.next();
      if (done) return void (this.isAtEnd = true);
      this.#entries = readPage(value.data);
      this.#at = 0;
    }
    this.hash = this.#entries.hashes[this.#at];
    this.block = this.#entries.blocks[this.#at++];
  }
}
