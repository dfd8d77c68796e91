import type { DatabaseSync } from "node:sqlite";
import { InputError, messageOf } from "../domain/errors.ts";
import type { FileRecord } from "../domain/records.ts";
import type { Note } from "./note.ts";
import { RefusedRows } from "./refused_rows.ts";
import { UnchangedDatabase } from "./unchanged_database.ts";
import { UsenetSyncFiles } from "./usenetsync_files.ts";
import { UsenetSyncSegments } from "./usenetsync_segments.ts";
import { type Row, storedOrder } from "./usenetsync_tables.ts";

/**
 * The files of a UsenetSync database, ordered by id, with their folders and segments. The database and its folder are
 * never changed; where it cannot be read without, a temporary copy is made in `scratch` (the system's temporary folder
 * by default).
 *
 * Times become RFC 3339, Message-IDs lose their brackets, a file's groups are those of its segments. Every other column
 * that is neither NULL nor at its default is kept in `meta`, under its own name.
 *
 * Rows that cannot be kept (segments of no file, rows there twice, unusable values) are left out and noted as bad at the
 * end: one note for each reason, with a count and examples. Throws an `InputError` when this is no UsenetSync database,
 * a damaged one, or one that changed while it was read; what was yielded before is then not to be kept.
 */
export function* readUsenetSync(
  path: string,
  report: (note: Note) => void,
  scratch?: string,
): Generator<FileRecord> {
  const source = new UnchangedDatabase(path, scratch);
  try {
    const refused = new RefusedRows();
    yield* readTables(source.db, refused);
    source.checkUnchanged();
    refused.report(report);
  } catch (error) {
    throw isFromSqlite(error) ? new InputError(`cannot read the database: ${messageOf(error)}`) : error;
  } finally {
    source.close();
  }
}

/** Joins files and segments by reading both in the order of `file_id`, so that one file is in memory at a time. */
function* readTables(db: DatabaseSync, refused: RefusedRows): Generator<FileRecord> {
  const files = new UsenetSyncFiles(db, refused);
  const segments = new UsenetSyncSegments(db, refused);
  const compare = storedOrder(db);
  let next = segments.rows.next();
  let before: string | undefined;
  for (const row of files.rows) {
    const fileId = row[0];
    if (typeof fileId !== "string" || fileId === before) {
      refused.add(fileId === before ? "files that are there twice" : "files without an id", String(row[2]));
      continue;
    }
    before = fileId;
    for (; !next.done && isBefore(next.value[0], fileId, compare); next = segments.rows.next()) {
      refuseOrphan(next.value, refused);
    }
    const own: Row[] = [];
    for (; !next.done && next.value[0] === fileId; next = segments.rows.next()) own.push(next.value);
    const record = files.record(row, segments.ofFile(own));
    if (record !== undefined) yield record;
  }
  for (; !next.done; next = segments.rows.next()) refuseOrphan(next.value, refused);
}

/** Whether a row's file id comes before another; SQLite sorts NULL and numbers before texts, bytes after them. */
function isBefore(id: Row[number], fileId: string, compare: (a: string, b: string) => number): boolean {
  return typeof id === "string" ? id !== fileId && compare(id, fileId) < 0 : !(id instanceof Uint8Array);
}

function refuseOrphan(row: Row, refused: RefusedRows): void {
  refused.add("segments without a file", `file_id ${String(row[0])}`);
}

function isFromSqlite(error: unknown): boolean {
  return error instanceof Error && (error as Error & { code?: string }).code === "ERR_SQLITE_ERROR";
}
