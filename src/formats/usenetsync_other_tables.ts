import type { DatabaseSync } from "node:sqlite";
import type { Note } from "./note.ts";
import { quoted } from "./usenetsync_tables.ts";

const READ = ["files", "folders", "segments", "packed_segments"];

/** Notes the tables with rows that are not read, with their counts; not those that a view of a table's name reads. */
export function noteOtherTables(db: DatabaseSync, report: (note: Note) => void): void {
  const schema = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'view'").all();
  const views = schema.filter(({ name }) => READ.includes(String(name).toLowerCase())).map(({ sql }) => String(sql));
  const isRead = (name: string) =>
    READ.includes(name.toLowerCase()) || views.some((sql) => sql.toLowerCase().includes(name.toLowerCase()));
  const found: string[] = [];
  const tables = `SELECT t.name FROM pragma_table_list t JOIN sqlite_schema s ON s.type = 'table' AND s.name = t.name
    WHERE t.schema = 'main' AND t.type IN ('table', 'virtual') AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY s.rowid`;
  for (const { name } of db.prepare(tables).all()) {
    const rows = isRead(String(name)) ? 0 : countOf(db, String(name));
    if (rows !== 0) {
      found.push(`${name} (${rows === undefined ? "unreadable" : rows === 1 ? "1 row" : `${rows} rows`})`);
    }
  }
  if (found.length > 0) report({ message: `not imported: ${found.join(", ")}`, bad: false });
}

/** Undefined for a virtual table whose module is not there. */
function countOf(db: DatabaseSync, table: string): number | undefined {
  try {
    return Number(db.prepare(`SELECT count(*) AS count FROM ${quoted(table)}`).get()!.count);
  } catch {
    return undefined;
  }
}
