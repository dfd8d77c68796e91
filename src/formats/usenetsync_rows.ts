import { Buffer } from "node:buffer";
import type { DatabaseSync } from "node:sqlite";
import { InputError } from "../domain/errors.ts";
import { quoted } from "./usenetsync_tables.ts";
import { type Row, TextReader, type Value } from "./usenetsync_values.ts";

/**
 * Reads rows exactly as they are stored, whatever their types: `node:sqlite` cuts texts at a NUL and replaces what is no
 * UTF-8. SQLite therefore writes a row as one text, in which texts and bytes are hex.
 */
export class RowReader {
  #db: DatabaseSync;
  #texts: TextReader;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#texts = new TextReader(String(db.prepare("PRAGMA encoding").get()!.encoding));
  }

  /**
   * The rows of a query; `columns` as SQL, `rest` begins with FROM.
   * @throws {InputError} when fewer rows can be read than `count` says: `iterate()` takes an error for their end.
   */
  *select(columns: string[], rest: string, count: string): Generator<Row> {
    const statement = this.#db.prepare(`SELECT ${rowSql(columns)} AS row ${rest}`);
    let read = 0;
    for (const { row } of statement.iterate()) {
      read++;
      yield this.#rowOf(String(row));
    }
    const there = Number(this.#db.prepare(`SELECT count(*) AS there ${count}`).get()!.there);
    if (read < there) throw new InputError(`only ${read} of ${there} rows can be read: the database is damaged`);
  }

  /** A function that gives the first row of a query for a parameter. */
  lookup(columns: string[], rest: string): (parameter: Uint8Array | number) => Row | undefined {
    const statement = this.#db.prepare(`SELECT ${rowSql(columns)} AS row ${rest} LIMIT 1`);
    return (parameter) => {
      const found = statement.get(parameter);
      return found === undefined ? undefined : this.#rowOf(String(found.row));
    };
  }

  #rowOf(text: string): Row {
    return text.split("|").map((cell) => this.#valueOf(cell));
  }

  #valueOf(cell: string): Value {
    switch (cell[0]) {
      case undefined:
        return null;
      case "t":
        return this.#texts.read(Buffer.from(cell.slice(1), "hex"));
      case "b":
        return new Uint8Array(Buffer.from(cell.slice(1), "hex"));
    }
    const number = Number(cell);
    return /^-?\d+$/.test(cell) && !Number.isSafeInteger(number) ? cell : number;
  }
}

/** A row as a text: cells between bars, NULL nothing, texts and bytes `t` and `b` with hex, numbers as SQL writes them. */
function rowSql(columns: string[]): string {
  const cells = columns.map((sql) =>
    sql === "NULL" ? "''" : `CASE typeof(${sql}) WHEN 'null' THEN '' WHEN 'text' THEN 't' || hex(CAST(${sql} AS BLOB))
      WHEN 'blob' THEN 'b' || hex(${sql}) ELSE quote(${sql}) END`
  );
  return cells.join(" || '|' || ");
}

/** A table of which only the first row of each id counts, as SQL. */
export function firstRows(db: DatabaseSync, table: string, id: string | undefined): string {
  if (id === undefined) return table;
  const groups = `FROM ${table} WHERE ${quoted(id)} IS NOT NULL GROUP BY ${quoted(id)} COLLATE BINARY`;
  const doubled = db.prepare(`SELECT 1 ${groups} HAVING count(*) > 1 LIMIT 1`).get() !== undefined;
  return doubled ? `(SELECT * ${groups})` : table;
}

/** By what rows of a table or view, called `alias`, are in the order of their insertion; empty where nothing tells. */
export function insertionOrder(db: DatabaseSync, table: string, alias: string): string {
  try {
    db.prepare(`SELECT rowid FROM ${table} LIMIT 0`);
    return `, ${alias}.rowid`;
  } catch {
    return "";
  }
}
