import type { DatabaseSync } from "node:sqlite";
import { MAX_SEGMENTS } from "../domain/check_record.ts";
import type { FileRecord, Segment } from "../domain/records.ts";
import type { RefusedRows } from "./refused_rows.ts";
import { fileIdOf, type UsenetSyncFiles } from "./usenetsync_files.ts";
import { firstRows, insertionOrder, RowReader } from "./usenetsync_rows.ts";
import { type UsenetSyncSegments } from "./usenetsync_segments.ts";
import { columnSql } from "./usenetsync_tables.ts";
import { InvalidText, type Row, shownId, type Value } from "./usenetsync_values.ts";

/**
 * Reads a database of any schema that has the columns, as SQL joins its tables, row by row: one file is in memory at a time.
 * Both queries give the rows of files in the same order, so that they are joined by stepping through them side by side.
 */
export function* readJoined(
  db: DatabaseSync,
  files: UsenetSyncFiles,
  segments: UsenetSyncSegments,
  refused: RefusedRows,
): Generator<FileRecord> {
  const rows = new RowReader(db);
  const segmentRows = selectSegments(db, rows, segments, files);
  const numbers = new Set<string>();
  let next = segmentRows.next(), before: Value = null;
  for (const row of selectFiles(db, rows, files)) {
    const id = fileIdOf(row[0]), isText = typeof id === "string" || id instanceof InvalidText;
    const isTwice = isSame(id, before) || (typeof row[0] === "string" && numbers.has(row[0]));
    if (!isText || isTwice) {
      refused.add(isText ? "files that are there twice" : "files without an id", shownId(row[2]));
      for (; !next.done && isSame(next.value[0], row[0]); next = segmentRows.next()) refuseOrphan(row[0], refused);
      continue;
    }
    before = id;
    if (typeof row[0] === "number") numbers.add(String(id));
    const own: Row[] = [];
    for (; !next.done && isSame(next.value[0], row[0]); next = segmentRows.next()) {
      if (own.length <= MAX_SEGMENTS) own.push(next.value.slice(1));
    }
    if (own.length > MAX_SEGMENTS) {
      files.refuseTooLarge(row);
      continue;
    }
    const folderRow = row.slice(files.columns.length);
    const record = recordOf(files, row.slice(0, files.columns.length), folderRow, segments.ofFile(own));
    if (record !== undefined) yield record;
  }
  for (; !next.done; next = segmentRows.next()) refuseOrphan(next.value[0], refused);
  refuseOrphans(rows, segments, files, refused);
}

/** A file's record; undefined when its row cannot be kept. `folderRow` has only NULLs when there is none. */
export function recordOf(
  files: UsenetSyncFiles,
  row: Row,
  folderRow: Row,
  segments: Segment[],
): FileRecord | undefined {
  const groups = new Set(segments.map(({ group }) => group).filter((group) => group !== null && group !== ""));
  const head = files.head(row, folderRow[0] === null ? undefined : folderRow, [...groups] as string[]);
  return head && { ...head, segments };
}

function selectFiles(db: DatabaseSync, rows: RowReader, files: UsenetSyncFiles): Generator<Row> {
  const folderId = files.files.known[4];
  const folders = firstRows(db, "folders", files.folders.known[0]?.name);
  const join = folderId === undefined
    ? "false"
    : `${columnSql(files.folders.known[0], "d")} = ${columnSql(folderId, "f")}`;
  const order = `${fileId(files)} COLLATE BINARY${insertionOrder(db, "files", "f")}`;
  const rest = `FROM files f LEFT JOIN ${folders} d ON ${join} ORDER BY ${order}`;
  return rows.select([...files.columns, ...files.folderColumns], rest, "FROM files");
}

/** Rows of segments, before each the id of its file as the table `files` has it. */
function selectSegments(
  db: DatabaseSync,
  rows: RowReader,
  segments: UsenetSyncSegments,
  files: UsenetSyncFiles,
): Generator<Row> {
  const ids = `(SELECT DISTINCT ${fileId(files)} COLLATE BINARY AS file_id FROM files f WHERE ${isId(files)})`;
  const own = columnSql(segments.table.known[0], "s");
  let from = `FROM segments s JOIN ${ids} f ON f.file_id COLLATE BINARY = ${own}`;
  if (segments.isPacked) {
    const id = segments.packed!.table.known[0]!, packed = firstRows(db, "packed_segments", id.name);
    const segmentsId = segments.table.other.find(({ name }) => name.toLowerCase() === "packed_segment_id");
    from += ` LEFT JOIN ${packed} p ON ${columnSql(id, "p")} = ${columnSql(segmentsId, "s")}`;
  }
  const order = `f.file_id COLLATE BINARY${insertionOrder(db, "segments", "s")}`;
  return rows.select(
    ["f.file_id", ...segments.columns],
    `${from} ORDER BY ${order}`,
    `FROM segments s JOIN ${ids} f ON f.file_id COLLATE BINARY = ${own}`,
  );
}

function refuseOrphans(
  rows: RowReader,
  segments: UsenetSyncSegments,
  files: UsenetSyncFiles,
  refused: RefusedRows,
): void {
  const own = columnSql(segments.table.known[0], "s");
  const from = `FROM segments s WHERE NOT EXISTS (SELECT 1 FROM files f
    WHERE ${fileId(files)} COLLATE BINARY = ${own} AND ${isId(files)})`;
  for (const [id] of rows.select([own], `${from} ORDER BY ${own} COLLATE BINARY`, from)) refuseOrphan(id, refused);
}

/** Refuses `count` segments of an id that no file has. */
export function refuseOrphan(id: Value, refused: RefusedRows, count = 1): void {
  refused.add("segments without a file", `file_id ${shownId(id)}`, count);
}

function fileId(files: UsenetSyncFiles): string {
  return columnSql(files.files.known[0], "f");
}

/** Whether a file has an id at all, as SQL. */
function isId(files: UsenetSyncFiles): string {
  return `typeof(${fileId(files)}) NOT IN ('null', 'blob')`;
}

function isSame(a: Value, b: Value): boolean {
  return a === b || (a instanceof InvalidText && b instanceof InvalidText && a.isSame(b));
}
