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

  /**
   * Whether so many entries wait that they should be flushed, in a shard with `posted` segments: the larger the index, the
   * more entries it takes until most of its pages get several.
   */
  isFull(posted: number): boolean {
    return this.#length >= Math.min(Math.max(MessageIdIndex.LEAST, posted / 8), 2 ** 20);
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
    const values: number[] = new Array(2 * ROWS).fill(0);
    let length = 0;
    for (const at of this.#sorted()) {
      const hash = this.#hashes[at], block = this.#blocks[at];
      if (this.#gone.size > 0 && this.#gone.has(`${hash}/${block}`)) continue;
      values[length++] = hash;
      values[length++] = block;
      if (length < values.length) continue;
      this.#insertMany.run(...values);
      length = 0;
    }
    for (let i = 0; i < length; i += 2) this.#insertOne.run(values[i], values[i + 1]);
    this.clear();
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

  /** Entries that may wait at least. */
  static readonly LEAST = 2 ** 18;
}
