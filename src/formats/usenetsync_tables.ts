import { Buffer } from "node:buffer";
import type { DatabaseSync } from "node:sqlite";
import { compareTexts } from "../domain/compare_texts.ts";
import { InputError } from "../domain/errors.ts";

export type Value = null | number | string | Uint8Array;
/** A row: the values of the columns asked for, then those of the other columns that say something. */
export type Row = Value[];

interface Column {
  name: string;
  /** Whether its declared type makes SQLite store every number in it as text. */
  isText: boolean;
  /** The literal that it has by default, as SQL; undefined when there is none. */
  byDefault: string | undefined;
}

/** SQL literals; CURRENT_TIMESTAMP and expressions are none. */
const LITERAL = /^([-+]?[\d.]+(e[-+]?\d+)?|'([^']|'')*'|true|false)$/i;

/** Columns that are nowhere kept: the numbers by which a database counts its own rows. */
const OWN = ["id"];

/** A table's known columns (in a fixed order) and its others, as SQL expressions and names. */
export interface Table {
  known: string[];
  other: { name: string; sql: string }[];
}

/**
 * Looks up a table. Columns named in `required` must be there, those in `optional` read as NULL when they are not, all
 * others are `other`; these read as NULL where they have their default. `alias` is the table's name in the query.
 * Throws an `InputError` that says what is missing.
 */
export function describeTable(
  db: DatabaseSync,
  name: string,
  alias: string,
  required: string[],
  optional: string[],
): Table {
  const columns = columnsOf(db, name);
  if (columns.length === 0) throw new InputError(`not a UsenetSync database: it has no table ${name}`);
  const find = (column: string) => columns.find((other) => other.name.toLowerCase() === column);
  for (const column of required) {
    if (find(column) === undefined) throw new InputError(`not a UsenetSync database: ${name} has no column ${column}`);
  }
  const wanted = [...required, ...optional];
  const other = columns.filter((column) => !wanted.includes(column.name.toLowerCase()) && !OWN.includes(column.name));
  const sqlOf = ({ name, isText, byDefault }: Column, dropDefault: boolean) => {
    const value = `${alias}.${quoted(name)}`;
    const sql = dropDefault && byDefault !== undefined ? `nullif(${value} COLLATE BINARY, ${byDefault})` : value;
    return isText ? sql : exact(sql);
  };
  return {
    known: wanted.map(find).map((column) => column === undefined ? "NULL" : sqlOf(column, false)),
    other: other.map((column) => ({ name: column.name, sql: sqlOf(column, true) })),
  };
}

/**
 * The rows of a query, its known columns first; `from` names the tables, `order` how they are sorted.
 * Throws when a row cannot be read: `iterate()` of `node:sqlite` takes that for their end, so that they are counted.
 */
export function* selectRows(db: DatabaseSync, { known, other }: Table, from: string, order: string): Generator<Row> {
  const columns = [...known, ...other.map(({ sql }) => sql)].join(", ");
  const statement = db.prepare(`SELECT ${columns} FROM ${from} ORDER BY ${order}`);
  (statement as unknown as { setReturnArrays(on: boolean): void }).setReturnArrays(true); // missing in Deno's types
  let read = 0;
  for (const row of statement.iterate() as Iterable<unknown> as Iterable<Row>) {
    read++;
    yield row;
  }
  const { there } = db.prepare(`SELECT count(*) AS there FROM ${from}`).get()!;
  if (read !== there) throw new InputError(`only ${read} of ${there} rows can be read: the database is damaged`);
}

function columnsOf(db: DatabaseSync, table: string): Column[] {
  const rows = db.prepare("SELECT name, type, dflt_value FROM pragma_table_info(?)").all(table);
  return rows.map(({ name, type, dflt_value }) => {
    const byDefault = typeof dflt_value === "string" && LITERAL.test(dflt_value) ? dflt_value : undefined;
    return { name: String(name), isText: isTextType(String(type)), byDefault };
  });
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Whole numbers that JavaScript cannot hold exactly, as text. */
function exact(sql: string): string {
  return `iif(typeof(${sql}) = 'integer' AND abs(${sql} / 2) > 4503599627370495, CAST(${sql} AS TEXT), ${sql})`;
}

/** How two texts compare in this database's own order, which is the order of their bytes as it stores them. */
export function storedOrder(db: DatabaseSync): (a: string, b: string) => number {
  const encoding = db.prepare("PRAGMA encoding").get()!.encoding;
  if (encoding === "UTF-8") return compareTexts;
  if (encoding === "UTF-16be") return (a, b) => a < b ? -1 : a > b ? 1 : 0;
  return (a, b) => Buffer.compare(Buffer.from(a, "utf16le"), Buffer.from(b, "utf16le"));
}

/** SQLite's own rule for the affinity TEXT. */
function isTextType(type: string): boolean {
  return /char|clob|text/i.test(type) && !/int/i.test(type);
}
