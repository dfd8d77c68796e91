import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Entries } from "./message_id_page.ts";
import { MessageIdRuns } from "./message_id_runs.ts";

/** Entries inserted by one statement. */
const ROWS = 250;
/** Entries for which there is room at first. */
const LEAST_LENGTH = 2 ** 12;

/**
 * Writes the entries (hash, block) of the Message-ID index of one shard. Few are rows of their own; what a load brings
 * waits until it is much, and is written sorted, as a run of pages.
 */
export class MessageIdIndex {
  #insertMany: StatementSync;
  #insertOne: StatementSync;
  #deleteOne: StatementSync;
  #deleteBlock: StatementSync;
  #runs: MessageIdRuns;
  #hashes = new Int32Array(LEAST_LENGTH);
  #blocks = new Uint32Array(LEAST_LENGTH);
  #length = 0;
  /** Waiting entries that are not to be inserted any more. */
  #gone = new Set<string>();

  constructor(db: DatabaseSync) {
    this.#insertMany = db.prepare(`INSERT OR IGNORE INTO message_ids VALUES ${Array(ROWS).fill("(?, ?)").join(", ")}`);
    this.#insertOne = db.prepare("INSERT OR IGNORE INTO message_ids VALUES (?, ?)");
    this.#deleteOne = db.prepare("DELETE FROM message_ids WHERE hash = ? AND block = ?");
    this.#deleteBlock = db.prepare("DELETE FROM message_ids WHERE block = ?");
    this.#runs = new MessageIdRuns(db);
  }

  /** Whether so many entries wait that they should be flushed. */
  get isFull(): boolean {
    return this.#length >= MessageIdIndex.MOST_WAITING;
  }

  insert(hash: number, block: number): void {
    this.#insertOne.run(hash, block);
  }

  /** Removes an entry; `waits` says whether it may be one that waits. */
  delete(hash: number, block: number, waits: boolean): void {
    if (this.#deleteOne.run(hash, block).changes === 0) this.#runs.delete(hash, block);
    if (waits) this.#gone.add(`${hash}/${block}`);
  }

  /** Removes all entries of a block that is damaged; none of them waits. */
  deleteBlock(block: number): void {
    this.#deleteBlock.run(block);
    this.#runs.deleteBlock(block);
  }

  /** Keeps entries of a block for `flush`. */
  defer(hashes: Int32Array, start: number, end: number, block: number): void {
    while (this.#length + end - start > this.#hashes.length) this.#grow();
    for (let i = start; i < end; i++) {
      this.#hashes[this.#length] = hashes[i];
      this.#blocks[this.#length++] = block;
    }
  }

  #grow(): void {
    const hashes = new Int32Array(this.#hashes.length * 2), blocks = new Uint32Array(this.#blocks.length * 2);
    hashes.set(this.#hashes);
    blocks.set(this.#blocks);
    this.#hashes = hashes;
    this.#blocks = blocks;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#length = 0;
    this.#hashes = new Int32Array(LEAST_LENGTH);
    this.#blocks = new Uint32Array(LEAST_LENGTH);
    this.#gone.clear();
  }

  /** Writes what waits; `again`: some of it may be in the index already, as rows. Run it in a transaction. */
  flush(again: boolean): void {
    if (again || this.#length < MessageIdIndex.LEAST_RUN) this.#insertRows();
    else this.#runs.write((add) => this.#eachSorted(add));
    this.clear();
  }

  /** To be called when a load is over. Run it in a transaction. */
  finishLoad(): void {
    this.#runs.finishLoad();
  }

  #insertRows(): void {
    const values: number[] = new Array(2 * ROWS).fill(0);
    let length = 0;
    this.#eachSorted((hash, block) => {
      values[length++] = hash;
      values[length++] = block;
      if (length < values.length) return;
      this.#insertMany.run(...values);
      length = 0;
    });
    for (let i = 0; i < length; i += 2) this.#insertOne.run(values[i], values[i + 1]);
  }

  /** Gives what waits, by hash and among equal ones by block; what waits is in no order after that. */
  #eachSorted(add: (hash: number, block: number) => void): void {
    const length = this.#length, waiting = { hashes: this.#hashes, blocks: this.#blocks };
    const spare = { hashes: new Int32Array(length), blocks: new Uint32Array(length) };
    sortByDigit(waiting, spare, length, 0);
    sortByDigit(spare, waiting, length, 11);
    sortByDigit(waiting, spare, length, 22);
    const { hashes, blocks } = spare;
    for (let i = 0; i < length; i++) {
      if (this.#gone.size === 0 || !this.#gone.has(`${hashes[i]}/${blocks[i]}`)) add(hashes[i], blocks[i]);
    }
  }

  /** Entries that may wait. */
  static readonly MOST_WAITING = 2 ** 18;
  /** Entries that make a run. */
  static readonly LEAST_RUN = 2 ** 14;
}

/** A step of a radix sort: puts entries in the order of 11 bits of their hashes, equal ones as they stand. */
function sortByDigit(from: Entries, to: Entries, length: number, shift: number): void {
  const places = new Uint32Array(2049), { hashes, blocks } = from;
  for (let i = 0; i < length; i++) places[((hashes[i] ^ 0x80000000) >>> shift & 2047) + 1]++;
  for (let i = 0; i < 2048; i++) places[i + 1] += places[i];
  for (let i = 0; i < length; i++) {
    const place = places[(hashes[i] ^ 0x80000000) >>> shift & 2047]++;
    to.hashes[place] = hashes[i];
    to.blocks[place] = blocks[i];
  }
}
