import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Entries inserted by one statement. */
const ROWS = 250;

/**
 * The entries (hash, block) of the Message-ID index of one shard that wait to be inserted. Inserting them sorted and many
 * at a time fills the pages of the index from left to right: several times as fast as one by one, and smaller.
 */
export class MessageIdIndex {
  #insertMany: StatementSync;
  #insertOne: StatementSync;
  #deleteOne: StatementSync;
  #hashes = new Int32Array(1 << 12);
  #blocks = new Float64Array(1 << 12);
  #length = 0;
  /** Waiting entries that are not to be inserted any more. */
  #gone = new Set<string>();

  constructor(db: DatabaseSync) {
    this.#insertMany = db.prepare(`INSERT OR IGNORE INTO message_ids VALUES ${Array(ROWS).fill("(?, ?)").join(", ")}`);
    this.#insertOne = db.prepare("INSERT OR IGNORE INTO message_ids VALUES (?, ?)");
    this.#deleteOne = db.prepare("DELETE FROM message_ids WHERE hash = ? AND block = ?");
  }

  /** Entries that wait. */
  get waiting(): number {
    return this.#length;
  }

  insert(hash: number, block: number): void {
    this.#insertOne.run(hash, block);
  }

  /** Removes an entry; `waits` says whether it may be one that waits. */
  delete(hash: number, block: number, waits: boolean): void {
    this.#deleteOne.run(hash, block);
    if (waits) this.#gone.add(`${hash}/${block}`);
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
    const hashes = new Int32Array(this.#hashes.length * 2), blocks = new Float64Array(this.#blocks.length * 2);
    hashes.set(this.#hashes);
    blocks.set(this.#blocks);
    this.#hashes = hashes;
    this.#blocks = blocks;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#length = 0;
    this.#gone.clear();
  }

  /** Inserts what waits. Run it in a transaction. */
  flush(): void {
    const order = this.#sorted();
    const values: number[] = [];
    for (const place of order) {
      const at = place % 2 ** 21;
      if (this.#gone.size > 0 && this.#gone.has(`${this.#hashes[at]}/${this.#blocks[at]}`)) continue;
      values.push(this.#hashes[at], this.#blocks[at]);
      if (values.length === 2 * ROWS) {
        this.#insertMany.run(...values);
        values.length = 0;
      }
    }
    for (let i = 0; i < values.length; i += 2) this.#insertOne.run(values[i], values[i + 1]);
    this.clear();
  }

  /** Hash and place of every waiting entry in one number each (32 and 21 bits), sorted. */
  #sorted(): Float64Array {
    const order = new Float64Array(this.#length);
    for (let i = 0; i < order.length; i++) order[i] = (this.#hashes[i] + 2 ** 31) * 2 ** 21 + i;
    return order.sort();
  }

  /** How many entries may wait: what fits in the 21 bits of a place. */
  static readonly LIMIT = 2 ** 21;
}
