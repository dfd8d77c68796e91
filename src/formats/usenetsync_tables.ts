import type { DatabaseSync } from "node:sqlite";
import { InputError } from "../domain/errors.ts";

/** How SQLite converts what is stored in a column; `none` is also that of the expressions of a view. */
export type Affinity = "text" | "integer" | "real" | "numeric" | "none";

/** A column of a table or view. */
export interface Column {
  name: string;
  affinity: Affinity;
  /** The literal that it has by default, as SQL; undefined when there is none. */
  byDefault: string | undefined;
  /** Its place among the values of a stored row, from 0. */
  place: number;
}

/** SQL literals; CURRENT_TIMESTAMP and expressions are none. */
const LITERAL = /^([-+]?[\d.]+(e[-+]?\d+)?|'([^']|'')*'|true|false)$/i;

/** Columns that are nowhere kept: the numbers by which a database counts its own rows. */
const OWN = ["id"];

/** A table's known columns (in a fixed order; undefined where it has none of that name) and its others. */
export interface Table {
  name: string;
  known: (Column | undefined)[];
  other: Column[];
}

/**
 * Looks up a table or view. Columns named in `required` must be there, those in `optional` may be, all others are `other`.
 * @throws {InputError} that says what is missing.
 */
export function describeTable(db: DatabaseSync, name: string, required: string[], optional: string[]): Table {
  const columns = columnsOf(db, name);
  if (columns.length === 0) throw new InputError(`not a UsenetSync database: it has no table ${name}`);
  const find = (column: string) => columns.find((other) => other.name.toLowerCase() === column);
  for (const column of required) {
    if (find(column) === undefined) throw new InputError(`not a UsenetSync database: ${name} has no column ${column}`);
  }
  const wanted = [...required, ...optional];
  const isOther = (column: string) => !wanted.includes(column.toLowerCase()) && !OWN.includes(column);
  return { name, known: wanted.map(find), other: columns.filter((column) => isOther(column.name)) };
}

/** A column as SQL, `NULL` where there is none; `alias` is the table's name in the query. */
export function columnSql(column: Column | undefined, alias: string): string {
  return column === undefined ? "NULL" : `${alias}.${quoted(column.name)}`;
}

/** Another column as SQL, NULL where it has its default. */
export function otherSql(column: Column, alias: string): string {
  const value = columnSql(column, alias);
  return column.byDefault === undefined ? value : `nullif(${value} COLLATE BINARY, ${column.byDefault})`;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function columnsOf(db: DatabaseSync, table: string): Column[] {
  const isStrict = db.prepare("SELECT strict FROM pragma_table_list(?) WHERE schema = 'main'").get(table)?.strict === 1;
  const rows = db.prepare("SELECT name, type, dflt_value, cid FROM pragma_table_info(?)").all(table);
  return rows.map(({ name, type, dflt_value, cid }) => ({
    name: String(name),
    affinity: isStrict && String(type).toUpperCase() === "ANY" ? "none" : affinityOf(String(type)),
    byDefault: typeof dflt_value === "string" && LITERAL.test(dflt_value) ? dflt_value : undefined,
    place: Number(cid),
  }));
}

/** SQLite's own rule. */
function affinityOf(type: string): Affinity {
  if (/int/i.test(type)) return "integer";
  if (/char|clob|text/i.test(type)) return "text";
  if (/blob/i.test(type) || type === "") return "none";
  return /real|floa|doub/i.test(type) ? "real" : "numeric";
}
