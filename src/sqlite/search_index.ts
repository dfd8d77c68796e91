import type { DatabaseSync, StatementSync } from "node:sqlite";
import { UsyncError } from "../domain/errors.ts";
import { LAST_SECOND } from "../domain/file_head.ts";
import type { SearchPosition } from "../store/search_cursor.ts";

/** A load that makes the index larger by this part leaves it in one piece. */
const LARGE_PART = 1 / 8;

/** Files of one second and one hash that search can tell apart: their rows differ in the last 8 bits. */
const GROUP_SIZE = 256;

/**
 * The files of one second and one hash, which stand side by side in a search. `age`: the seconds from when they were made
 * to the last one there is, so newest first.
 */
export interface SearchGroup {
  age: number;
  hash: number;
}

/** The group of a file: its row in `search` is age << 30 | hash << 8 | a number that no other of the group has. */
export function searchGroup({ second, hash }: Pick<SearchPosition, "second" | "hash">): SearchGroup {
  return { age: LAST_SECOND - second, hash };
}

/** A file on its way into the index. */
interface WaitingFile extends SearchGroup {
  words: string;
}

/** Writes what search is to know of files. */
export class SearchIndex {
  readonly #db: DatabaseSync;
  /** What it is to know, by the files' ids, at the end of the transaction. */
  readonly #waiting = new Map<number, WaitingFile>();
  /** Files that were added since it was last in one piece. */
  #added = 0;
  #insert: StatementSync | undefined;
  #insertRow: StatementSync | undefined;
  #delete: StatementSync | undefined;
  #deleteRow: StatementSync | undefined;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** `words`: with spaces between. */
  add(id: number, { age, hash }: SearchGroup, words: string): void {
    this.#waiting.set(id, { age, hash, words });
  }

  delete(id: number, { age, hash }: SearchGroup): void {
    if (this.#waiting.delete(id)) return;
    this.#deleteRow ??= this.#db.prepare(
      `DELETE FROM search_rows WHERE id >= ((?1 << 30) | (?2 << 8)) AND id < ((?1 << 30) | (?2 << 8)) + ${GROUP_SIZE}
        AND file = ?3 RETURNING id & 1073741823 AS low`,
    );
    this.#delete ??= this.#db.prepare("DELETE FROM search WHERE rowid = (? << 30) | ?");
    for (const { low } of this.#deleteRow.all(age, hash, id) as { low: number }[]) this.#delete.run(age, low);
  }

  /** In the order of its rows: each that comes before the last one makes FTS5 write out what it has gathered. */
  write(): void {
    if (this.#waiting.size === 0) return;
    this.#insert ??= this.#db.prepare("INSERT INTO search (rowid, words) VALUES ((? << 30) | ?, ?)");
    const rows = [...this.#waiting].sort(([a, first], [b, second]) =>
      first.age - second.age || first.hash - second.hash || a - b
    );
    for (const [id, file] of rows) this.#insert.run(file.age, this.#takeRow(id, file), file.words);
    this.#added += rows.length;
    this.#waiting.clear();
  }

  /** Gives a file a row of its group; returns the lower 30 bits of it. */
  #takeRow(id: number, { age, hash }: SearchGroup): number {
    this.#insertRow ??= this.#db.prepare("INSERT OR IGNORE INTO search_rows VALUES ((? << 30) | ?, ?)");
    const first = hash * GROUP_SIZE;
    for (let low = first; low < first + GROUP_SIZE; low++) {
      if (this.#insertRow.run(age, low, id).changes > 0) return low;
    }
    throw new UsyncError(`Cannot store more than ${GROUP_SIZE} files of one second whose ids have one search hash`, {
      hint: "Give the files other ids or times, or move the store to more shards or to PostgreSQL.",
    });
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
