import type { DatabaseSync, StatementSync } from "node:sqlite";
import { LAST_SECOND } from "../domain/file_head.ts";

/** A load that makes the index larger by this part leaves it in one piece. */
const LARGE_PART = 1 / 8;

/** What a file's row in `search` begins with: the seconds from when it was made to the last one there is, so newest first. */
export function searchAge(second: number): number {
  return LAST_SECOND - second;
}

/** Writes what search is to know of files. */
export class SearchIndex {
  readonly #db: DatabaseSync;
  /** What it is to know, by the files' ids, at the end of the transaction. */
  readonly #waiting = new Map<number, { age: number; words: string }>();
  /** Files that were added since it was last in one piece. */
  #added = 0;
  #insert: StatementSync | undefined;
  #delete: StatementSync | undefined;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** `second`: see `searchSecond`; `words`: with spaces between. */
  add(id: number, second: number, words: string): void {
    this.#waiting.set(id, { age: searchAge(second), words });
  }

  delete(id: number, second: number): void {
    if (this.#waiting.delete(id)) return;
    this.#delete ??= this.#db.prepare("DELETE FROM search WHERE rowid = (? << 30) | ?");
    this.#delete.run(searchAge(second), id);
  }

  /** In the order of its rows: each that comes before the last one makes FTS5 write out what it has gathered. */
  write(): void {
    if (this.#waiting.size === 0) return;
    this.#insert ??= this.#db.prepare("INSERT INTO search (rowid, words) VALUES ((? << 30) | ?, ?)");
    const rows = [...this.#waiting].sort(([a, { age }], [b, other]) => age - other.age || a - b);
    for (const [id, { age, words }] of rows) this.#insert.run(age, id, words);
    this.#added += rows.length;
    this.#waiting.clear();
  }

  /** Forgets what waits: the transaction has failed. */
  clear(): void {
    this.#waiting.clear();
  }

  /** To be called when a load is over, in a transaction: a search reads every piece. `files`: how many there are. */
  finishLoad(files: number): void {
    if (this.#added > files * LARGE_PART) this.merge();
  }

  /** Makes one piece of it. */
  merge(): void {
    this.#db.exec("INSERT INTO search (search) VALUES ('optimize')");
    this.#added = 0;
  }
}
