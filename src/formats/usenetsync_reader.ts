import { DatabaseSync } from "node:sqlite";
import { type ColumnFile, fileRecordOf } from "../blocks/segment_columns.ts";
import { InputError, messageOf } from "../domain/errors.ts";
import type { FileRecord } from "../domain/records.ts";
import type { Note } from "./note.ts";
import { RefusedRows } from "./refused_rows.ts";
import { SqliteFile } from "./sqlite_file.ts";
import { UnchangedDatabase } from "./unchanged_database.ts";
import { UsenetSyncFiles } from "./usenetsync_files.ts";
import { readJoined } from "./usenetsync_join.ts";
import { type FileRange, findStoredTables, StoredMerge } from "./usenetsync_merge.ts";
import { noteOtherTables } from "./usenetsync_other_tables.ts";
import { UsenetSyncSegments } from "./usenetsync_segments.ts";
import { dividingFiles } from "./usenetsync_stored.ts";

/** What of a database to read; every row is in one range of those that `usenetsyncRanges` gives. */
export type UsenetSyncRange = FileRange;

/** A part of a database that is read on a connection of its own. */
export interface UsenetSyncPart {
  /** A database that is whole in its file and stays as it is: `UnchangedDatabase.path`. */
  path: string;
  /** Default: all. */
  range?: UsenetSyncRange;
  /** Called at the end, once for each reason why rows were refused or are odd. */
  report: (note: Note) => void;
}

/**
 * The files of a UsenetSync database, in no certain order, with their folders and segments. The database and its folder are
 * never changed; where it cannot be read without, a temporary copy is made in `scratch` (the system's temporary folder
 * by default).
 *
 * Times become RFC 3339, Message-IDs lose their brackets, a file's groups are those of its segments. Every other column
 * that is neither NULL nor at its default is kept in `meta`, under its own name; for segments that are packed, see
 * `PackedSegments`. Tables that are not read are noted.
 *
 * Rows that cannot be kept (segments of no file, rows there twice, unusable values) are left out and noted as bad at the
 * end: one note for each reason, with a count and examples.
 * @throws {InputError} when this is no UsenetSync database, a damaged one, or one that changed while it was read; what was
 * yielded before is then not to be kept.
 */
export function* readUsenetSync(
  path: string,
  report: (note: Note) => void,
  scratch?: string,
): Generator<FileRecord> {
  const source = new UnchangedDatabase(path, scratch);
  try {
    for (const file of readUsenetSyncPart({ path: source.path, report })) {
      yield "columns" in file ? fileRecordOf(file) : file;
    }
    finishUsenetSync(source, report);
  } finally {
    source.close();
  }
}

/**
 * Reads one part of a database; workers may read others at the same time. What the whole needs besides, once: an
 * `UnchangedDatabase` that is open meanwhile, and `finishUsenetSync` at the end.
 * @throws {InputError} as `readUsenetSync` does.
 */
export function* readUsenetSyncPart({ path, range, report }: UsenetSyncPart): Generator<FileRecord | ColumnFile> {
  const refused = new RefusedRows();
  let db: DatabaseSync | undefined, file: SqliteFile | undefined;
  try {
    db = openLocked(path);
    const files = new UsenetSyncFiles(db, refused), segments = new UsenetSyncSegments(db, refused);
    const stored = findStoredTables(db, files, segments);
    if (stored === undefined) yield* readJoined(db, files, segments, refused);
    else {
      file = new SqliteFile(path);
      yield* new StoredMerge(db, file, { files, segments, stored }, range ?? {}, refused).read();
    }
  } catch (error) {
    throw inputErrorOf(error);
  } finally {
    file?.close();
    db?.close();
  }
  refused.report(report);
}

/**
 * Up to `parts` ranges of about the same number of segments; one where only SQL can read the database, since each would
 * sort all of it. `path` as for `readUsenetSyncPart`. @throws {InputError} when this is no UsenetSync database.
 */
export function usenetsyncRanges(path: string, parts: number): UsenetSyncRange[] {
  return withDatabase(path, (db) => {
    const files = new UsenetSyncFiles(db, new RefusedRows()), segments = new UsenetSyncSegments(db, new RefusedRows());
    if (findStoredTables(db, files, segments) === undefined) return [{}];
    const bounds = [undefined, ...dividingFiles(db, files.files, segments.table, parts), undefined];
    return bounds.slice(1).map((to, i) => ({ from: bounds[i], to }));
  });
}

/** How many segments a database holds. `path` as for `readUsenetSyncPart`. @throws {InputError} when it has no segments. */
export function countUsenetSyncSegments(path: string): number {
  return withDatabase(path, (db) => Number(db.prepare("SELECT count(*) AS count FROM segments").get()!.count));
}

/**
 * Notes the tables that were not read. @throws {InputError} when the database changed since it was opened: nothing that was
 * read of it is to be kept.
 */
export function finishUsenetSync(source: UnchangedDatabase, report: (note: Note) => void): void {
  source.checkUnchanged();
  try {
    noteOtherTables(source.db, report);
  } catch (error) {
    throw inputErrorOf(error);
  }
}

/** Opens a database so that no program writes it until it is closed. */
function openLocked(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    db.exec("BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function withDatabase<T>(path: string, action: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return action(db);
  } catch (error) {
    throw inputErrorOf(error);
  } finally {
    db.close();
  }
}

/** What SQLite says when another program writes and lets nobody read, for which it has waited. Its number is not always there. */
const BUSY = "database is locked";

function inputErrorOf(error: unknown): unknown {
  const { code } = error as { code?: string }, message = messageOf(error);
  if (code !== "ERR_SQLITE_ERROR") return error;
  return new InputError(
    message === BUSY
      ? "another program is writing to the database: close it and import the database again"
      : `cannot read the database: ${message}`,
  );
}
