import type { DatabaseSync, StatementSync } from "node:sqlite";
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

  #eachSorted(add: (hash: number, block: number) => void): void {
    for (const at of this.#sorted()) {
      const hash = this.#hashes[at], block = this.#blocks[at];
      if (this.#gone.size === 0 || !this.#gone.has(`${hash}/${block}`)) add(hash, block);
    }
  }

  /** The places of the waiting entries, sorted by hash and among equal ones by block: a radix sort. */
  #sorted(): Uint32Array {
    let places = Uint32Array.from({ length: this.#length }, (_, i) => i), sorted = new Uint32Array(this.#length);
    for (const shift of [0, 11, 22]) {
      const digit = (place: number) => (this.#hashes[place] ^ 0x80000000) >>> shift & 2047;
      const starts = new Uint32Array(2049);
      for (let i = 0; i < places.length; i++) starts[digit(places[i]) + 1]++;
      for (let i = 0; i < 2048; i++) starts[i + 1] += starts[i];
      for (let i = 0; i < places.length; i++) sorted[starts[digit(places[i])]++] = places[i];
      [places, sorted] = [sorted, places];
    }
    return places;
  }

  /** Entries that may wait. */
  static readonly MOST_WAITING = 2 ** 18;
  /** Entries that make a run. */
  static readonly LEAST_RUN = 2 ** 14;
}
