import type { DatabaseSync } from "node:sqlite";
import type { StoredRecord } from "./sqlite_record.ts";
import { type Column, columnSql, quoted, type Table } from "./usenetsync_tables.ts";
import type { Row, TextReader, Value } from "./usenetsync_values.ts";

/** Where a table and its index on file_id lie in the database file. */
export interface StoredTable {
  root: number;
  indexRoot: number;
  /** The values of an entry of the index, with the rowid, which is the last. */
  indexColumns: number;
  known: StoredColumn[];
  other: StoredColumn[];
  /** The values of a row that are looked at. */
  width: number;
}

/** Where a value stands in a stored row, and the value that counts as none. */
export interface StoredColumn {
  /** -1: the table has no such column. */
  place: number;
  byDefault: Value;
}

/**
 * How to read a table from its pages; undefined when that would not give what SQL gives: views, tables WITHOUT ROWID, generated
 * columns, ids that are no texts, no index on `id`, and defaults that SQLite converts.
 */
export function findStoredTable(db: DatabaseSync, table: Table): StoredTable | undefined {
  const id = table.known[0]!, columns = [...table.known, ...table.other];
  if (id.affinity !== "text" || !isOrdinary(db, table.name) || !hasUsualRowids(db, table.name)) return undefined;
  if (columns.some((column) => column !== undefined && isRowid(db, table.name, column))) return undefined;
  const index = findIndex(db, table.name, id.name);
  const other = table.other.map((column) => storedOther(db, column));
  if (index === undefined || !other.every((column) => column !== undefined)) return undefined;
  const known = table.known.map((column) => ({ place: column?.place ?? -1, byDefault: null }));
  return {
    root: rootOf(db, table.name),
    indexRoot: rootOf(db, index.name),
    indexColumns: index.columns,
    known,
    other,
    width: 1 + Math.max(...[...known, ...other].map(({ place }) => place)),
  };
}

/** Whether no id of a table with texts as ids is there twice, and SQLite finds each by an index. */
export function hasUniqueId(db: DatabaseSync, { name, known: [id] }: Table): boolean {
  return id !== undefined && id.affinity === "text" && findIndex(db, name, id.name, true) !== undefined;
}

/** A row's values as SQL gives them; undefined when some are not stored, as of columns that came later. */
export function storedRow(
  { known, other, width }: StoredTable,
  record: StoredRecord,
  texts: TextReader,
): Row | undefined {
  if (record.count < width) return undefined;
  const row: Row = new Array(known.length + other.length);
  for (let i = 0; i < known.length; i++) row[i] = known[i].place < 0 ? null : record.value(known[i].place, texts);
  for (let i = 0; i < other.length; i++) {
    const value = record.value(other[i].place, texts);
    row[known.length + i] = value === other[i].byDefault ? null : value;
  }
  return row;
}

/** Columns whose default SQLite would convert before it compares have no place here: undefined. */
function storedOther(db: DatabaseSync, { place, affinity, byDefault }: Column): StoredColumn | undefined {
  if (byDefault === undefined) return { place, byDefault: null };
  const value = db.prepare(`SELECT ${byDefault} AS value`).get()!.value as Value;
  const usual = affinity === "text" ? typeof value === "string" : typeof value === "number" && affinity !== "none";
  const exact = typeof value === "string" ? !value.includes("\0") : Math.abs(Number(value)) < 2 ** 53;
  return usual && exact ? { place, byDefault: value } : undefined;
}

function isOrdinary(db: DatabaseSync, table: string): boolean {
  const found = db.prepare("SELECT type, wr FROM pragma_table_list(?) WHERE schema = 'main'").get(table);
  const hidden = db.prepare("SELECT 1 FROM pragma_table_xinfo(?) WHERE hidden <> 0").get(table);
  return found?.type === "table" && found.wr === 0 && hidden === undefined;
}

function hasUsualRowids(db: DatabaseSync, table: string): boolean {
  const sql = `SELECT ifnull((SELECT min(rowid) FROM ${quoted(table)}) >= 0, 1) AND
    ifnull((SELECT max(rowid) FROM ${quoted(table)}) < ${2 ** 53}, 1) AS usual`;
  try {
    return db.prepare(sql).get()!.usual === 1;
  } catch {
    return false; // a column has the name rowid
  }
}

/** Whether a column is another name of the rowid, which is not stored among the values. */
function isRowid(db: DatabaseSync, table: string, { name }: Column): boolean {
  const keys = db.prepare("SELECT name, type FROM pragma_table_info(?) WHERE pk > 0").all(table);
  return keys.length === 1 && keys[0].name === name && String(keys[0].type).toUpperCase() === "INTEGER";
}

function findIndex(
  db: DatabaseSync,
  table: string,
  column: string,
  isUnique = false,
): { name: string; columns: number } | undefined {
  const indexes = db.prepare(`SELECT name, "unique" AS is_unique FROM pragma_index_list(?) WHERE partial = 0`).all(
    table,
  );
  for (const { name, is_unique } of indexes) {
    const columns = db.prepare(`SELECT name, "desc" AS falls, coll FROM pragma_index_xinfo(?)`).all(String(name));
    const [first] = columns;
    const usable = first.name === column && first.falls === 0 && first.coll === "BINARY";
    if (usable && (!isUnique || (is_unique === 1 && columns.length === 2))) {
      return { name: String(name), columns: columns.length };
    }
  }
}

function rootOf(db: DatabaseSync, name: string): number {
  return Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ? COLLATE NOCASE").get(name)!.rootpage);
}

/** Segments that are looked at for each part when files are divided. */
const SAMPLES = 64;

/**
 * The rowids of up to `parts` - 1 files that divide all into parts with about the same number of segments: of segments
 * from all over the table, the files are looked up.
 */
export function dividingFiles(db: DatabaseSync, files: Table, segments: Table, parts: number): number[] {
  const [fileId, id] = [columnSql(files.known[0], "f"), columnSql(segments.known[0], "s")];
  const find = db.prepare(`SELECT f.rowid AS file FROM segments s JOIN files f ON ${fileId} = ${id}
    WHERE s.rowid >= ? ORDER BY s.rowid LIMIT 1`);
  const last = Number(db.prepare("SELECT max(rowid) AS last FROM segments").get()!.last ?? 0);
  const found: number[] = [];
  for (let i = 0; i < parts * SAMPLES; i++) {
    const file = find.get(Math.floor(last * i / (parts * SAMPLES)))?.file;
    if (file !== undefined) found.push(Number(file));
  }
  found.sort((a, b) => a - b);
  const bounds = Array.from({ length: parts - 1 }, (_, i) => found[Math.floor((i + 1) * found.length / parts)]);
  return [...new Set(bounds)].filter((rowid) => rowid > 0);
}
