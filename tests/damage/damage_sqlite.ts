import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Buffer } from "node:buffer";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Random } from "../../tasks/generator/random.ts";
import { withDatabase } from "../sqlite/shards.ts";
import { changed, type Damage } from "./damage.ts";

/** Tables of a shard with rows, those of SQLite's search among them. */
const TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'search'";

/**
 * Damages one value, one row, or the bytes of one of the shards, which nobody has open, or puts an older copy in its place.
 * `older`: where such copies are.
 */
export function damageShards(paths: string[], older: string[], random: Random): Damage {
  const path = random.pick(paths);
  switch (random.below(paths.length > 1 ? 6 : 5)) {
    case 0:
      return flipByte(path, random);
    case 1: {
      const bytes = readFileSync(path);
      const length = random.below(bytes.length);
      writeFileSync(path, bytes.subarray(0, length));
      return { what: `${path} cut off after ${length} bytes`, concerned: undefined };
    }
    case 4:
      copyFileSync(older[paths.indexOf(path)], path);
      return { what: `an older copy in the place of ${path}`, concerned: [] };
    case 5: {
      const other = random.pick(paths.filter((one) => one !== path)), bytes = readFileSync(path);
      writeFileSync(path, readFileSync(other));
      writeFileSync(other, bytes);
      return { what: `${path} and ${other} in each other's place`, concerned: undefined };
    }
    default:
      return withDatabase(path, (db) => damageRow(db, path, random));
  }
}

function flipByte(path: string, random: Random): Damage {
  const bytes = readFileSync(path), at = random.below(bytes.length), flip = random.between(1, 255);
  bytes[at] ^= flip;
  for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
  writeFileSync(path, bytes);
  return { what: `byte ${at} of ${path} ^ ${flip}`, concerned: undefined };
}

function damageRow(db: DatabaseSync, path: string, random: Random): Damage {
  const tables = (db.prepare(TABLES).all() as { name: string }[]).map(({ name }) => name);
  while (true) {
    const table = random.pick(tables), key = keyOf(db, table);
    const keys = query(db, `SELECT ${key} FROM ${table}`).all() as Record<string, SQLInputValue>[];
    if (keys.length === 0) continue;
    const row = random.pick(keys), where = Object.keys(row).map((name) => `${name} IS ?`).join(" AND ");
    const at = Object.values(row), before = concernedBy(db, table, where, at);
    const text = `${table} ${Object.values(row).map(short).join()}`;
    try {
      if (random.oneIn(6)) {
        db.prepare(`DELETE FROM ${table} WHERE ${where}`).run(...at);
        return { what: `the row ${text} of ${path} deleted`, concerned: before };
      }
      const columns = (db.prepare(`PRAGMA table_info(${table})`).all() as { name: string }[]).map(({ name }) => name);
      const column = random.pick(columns);
      const value = (query(db, `SELECT "${column}" AS value FROM ${table} WHERE ${where}`).get(...at) as {
        value: SQLInputValue;
      }).value;
      const other = (query(db, `SELECT "${column}" AS value FROM ${table} ORDER BY random() LIMIT 1`).get() as {
        value: SQLInputValue;
      }).value;
      const next = changed(value, other, random) as SQLInputValue;
      if (isSame(value, next)) continue;
      db.prepare(`UPDATE ${table} SET "${column}" = ? WHERE ${where}`).run(next, ...at);
      const moved = at.map((part, i) => Object.keys(row)[i] === column ? next : part);
      const after = concernedBy(db, table, where, moved);
      return {
        what: `${column} of ${text} of ${path}: ${short(value)} is ${short(next)}`,
        concerned: [...before, ...after],
      };
    } catch {
      // a constraint does not let it in
    }
  }
}

function keyOf(db: DatabaseSync, table: string): string {
  const info = db.prepare(`PRAGMA table_info(${table})`).all() as { name: string; pk: number }[];
  const keys = info.filter(({ pk }) => pk > 0).map(({ name }) => name);
  return keys.length > 0 ? keys.join() : "rowid";
}

/** The files that a row belongs to. */
function concernedBy(db: DatabaseSync, table: string, where: string, at: SQLInputValue[]): string[] {
  const files: Record<string, string> = {
    files: `SELECT file_id FROM files WHERE ${where}`,
    folders: `SELECT file_id FROM files WHERE folder IN (SELECT id FROM folders WHERE ${where})`,
    blocks: `SELECT file_id FROM files f, (SELECT id AS block FROM blocks WHERE ${where})
      WHERE block >= first_block AND block < first_block + f.blocks`,
    search_rows: `SELECT file_id FROM files WHERE id IN (SELECT file FROM search_rows WHERE ${where})`,
  };
  const sql = files[table];
  return sql === undefined ? [] : (query(db, sql).all(...at) as { file_id: string }[]).map(({ file_id }) => file_id);
}

/** A statement that gives numbers whole, however large. */
function query(db: DatabaseSync, sql: string): StatementSync {
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  return statement;
}

function isSame(a: unknown, b: unknown): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : a === b;
}

function short(value: unknown): string {
  return value instanceof Uint8Array ? `${value.length} bytes` : `${value}`.slice(0, 60);
}
