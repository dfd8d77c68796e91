import type { DatabaseSync } from "node:sqlite";
import type { ColumnFile } from "../blocks/segment_columns.ts";
import { MAX_SEGMENTS } from "../domain/check_record.ts";
import type { FileRecord } from "../domain/records.ts";
import type { RefusedRows } from "./refused_rows.ts";
import { compareKey, IndexWalk, TableTree } from "./sqlite_btree.ts";
import { damaged, type SqliteFile } from "./sqlite_file.ts";
import { type StoredRecord } from "./sqlite_record.ts";
import { ColumnsBuilder } from "./usenetsync_columns.ts";
import { UsenetSyncFiles } from "./usenetsync_files.ts";
import { recordOf, refuseOrphan } from "./usenetsync_join.ts";
import { RowReader } from "./usenetsync_rows.ts";
import { UsenetSyncSegments } from "./usenetsync_segments.ts";
import { findStoredTable, hasUniqueId, storedRow, type StoredTable } from "./usenetsync_stored.ts";
import { columnSql } from "./usenetsync_tables.ts";
import { type Row, shownId, TextReader, type Value } from "./usenetsync_values.ts";

/** Files with fewer segments are not worth columns. */
const MIN_COLUMNS = 8;
/** Rows of folders and of packed segments that are kept. */
const KEPT_ROWS = 10_000;
const ENCODER = new TextEncoder();

/** Rowids of files: from the first, below the second; undefined: from the beginning, to the end. */
export interface FileRange {
  from?: number;
  to?: number;
}

/** The tables of a database that can be read from its pages: what UsenetSync makes, with or without more columns. */
export interface StoredTables {
  files: StoredTable;
  segments: StoredTable;
}

/** Undefined when only SQL can read a database. */
export function findStoredTables(
  db: DatabaseSync,
  files: UsenetSyncFiles,
  segments: UsenetSyncSegments,
): StoredTables | undefined {
  const stored = { files: findStoredTable(db, files.files), segments: findStoredTable(db, segments.table) };
  const { known, other } = segments.table;
  const end = other.find(({ name }) => name === "offset_end");
  const usual = hasUniqueId(db, files.files) && db.prepare("PRAGMA encoding").get()!.encoding === "UTF-8" &&
    hasUniqueId(db, files.folders) &&
    isTextOrAbsent(files.files.known[4]) && (end === undefined || end.affinity === "integer") &&
    [known[2], known[5]].every((column) => column === undefined || column.affinity === "integer") &&
    (!segments.isPacked || (hasUniqueId(db, segments.packed!.table) &&
      isTextOrAbsent(other.find(({ name }) => name.toLowerCase() === "packed_segment_id"))));
  if (stored.files === undefined || stored.segments === undefined || !usual) return undefined;
  return { files: stored.files, segments: stored.segments };
}

function isTextOrAbsent(column: { affinity: string } | undefined): boolean {
  return column === undefined || column.affinity === "text";
}

/**
 * Reads files and segments from the pages of a database, one file at a time: several times as fast as one JavaScript value for
 * each column of each row. What it gives and refuses is what `readJoined` does. Files come as they were inserted, and most
 * often their segments, too, so that pages are read one after the other.
 */
export class StoredMerge {
  #refused: RefusedRows;
  #files: UsenetSyncFiles;
  #segments: UsenetSyncSegments;
  #stored: StoredTables;
  #texts = new TextReader("UTF-8");
  #fileRows: TableTree;
  #segmentRows: TableTree;
  #segmentIndex: IndexWalk;
  #file: SqliteFile;
  #range: FileRange;
  #folders: (id: Value) => Row | undefined;
  #packed: (id: Value) => Row | undefined;
  #fileBySql: (rowid: number) => Row | undefined;
  #segmentBySql: (rowid: number) => Row | undefined;
  #builder: ColumnsBuilder;
  #noPacked: Row;
  #offsetEnd: number;

  constructor(
    db: DatabaseSync,
    file: SqliteFile,
    tables: { files: UsenetSyncFiles; segments: UsenetSyncSegments; stored: StoredTables },
    range: FileRange,
    refused: RefusedRows,
  ) {
    const { files, segments, stored } = tables, rows = new RowReader(db);
    this.#refused = refused;
    this.#files = files;
    this.#segments = segments;
    this.#stored = stored;
    this.#file = file;
    this.#range = range;
    this.#fileRows = new TableTree(file, stored.files.root, stored.files.width);
    this.#segmentRows = new TableTree(file, stored.segments.root, stored.segments.width);
    this.#segmentIndex = new IndexWalk(file, stored.segments.indexRoot, stored.segments.indexColumns);
    const folderId = columnSql(files.folders.known[0], "d");
    this.#folders = cached(rows.lookup(files.folderColumns, `FROM folders d WHERE ${folderId} = CAST(? AS TEXT)`));
    const packed = segments.packed, packedId = columnSql(packed?.table.known[0], "p");
    this.#packed = !segments.isPacked
      ? () => undefined
      : cached(rows.lookup(packed!.columns, `FROM packed_segments p WHERE ${packedId} = CAST(? AS TEXT)`));
    this.#noPacked = segments.isPacked ? new Array(packed!.columns.length).fill(null) : [];
    this.#fileBySql = rows.lookup(files.columns, "FROM files f WHERE f.rowid = ?");
    const own = segments.columns.slice(0, segments.firstPacked);
    this.#segmentBySql = rows.lookup(own, "FROM segments s WHERE s.rowid = ?");
    this.#builder = new ColumnsBuilder(segments.table, stored.segments);
    const end = segments.table.other.findIndex(({ name }) => name === "offset_end");
    this.#offsetEnd = end < 0 ? -1 : stored.segments.known.length + end;
  }

  *read(): Generator<FileRecord | ColumnFile> {
    const { from = 0, to = Infinity } = this.#range;
    if (from === 0) this.#refuseOrphans();
    for (let rowid = this.#fileRows.seek(from); rowid >= 0 && rowid < to; rowid = this.#fileRows.seek(rowid + 1)) {
      const row = this.#fileRow(rowid), id = this.#fileRows.record.textBytes(this.#stored.files.known[0].place);
      const file = id === undefined ? undefined : this.#fileOf(id, row);
      if (file !== undefined) yield file;
      else if (id === undefined) this.#refused.add("files without an id", shownId(row[2]));
    }
  }

  #fileOf(id: Uint8Array, row: Row): FileRecord | ColumnFile | undefined {
    const rowids = this.#segmentsOf(id);
    if (rowids.length > MAX_SEGMENTS) return void this.#files.refuseTooLarge(row);
    const folderRow = this.#folders(UsenetSyncFiles.folderIdOf(row));
    if (rowids.length >= MIN_COLUMNS) {
      const built = this.#builder.build(rowids, (rowid) => this.#segmentRecord(rowid, id));
      if (built !== undefined) {
        const head = this.#files.head(row, folderRow, built.groups);
        return head && { head, columns: built.columns };
      }
    }
    const rows = rowids.map((rowid) => this.#segmentRow(rowid, id));
    return recordOf(this.#files, row, folderRow ?? [null], this.#segments.ofFile(rows));
  }

  #fileRow(rowid: number): Row {
    return storedRow(this.#stored.files, this.#fileRows.record, this.#texts) ?? this.#fileBySql(rowid)!;
  }

  /** The rowids of a file's segments, as they were inserted. */
  #segmentsOf(id: Uint8Array): number[] {
    const rowids: number[] = [], index = this.#segmentIndex;
    for (index.seek(id); index.next() && compareKey(index.record, id) === 0;) rowids.push(rowidOf(index.record));
    return this.#stored.segments.indexColumns > 2 ? rowids.sort((a, b) => a - b) : rowids;
  }

  /** Steps through the indexes of both tables side by side. */
  #refuseOrphans(): void {
    const { files, segments } = this.#stored;
    const fileIds = new IndexWalk(this.#file, files.indexRoot, files.indexColumns);
    const segmentIds = new IndexWalk(this.#file, segments.indexRoot, segments.indexColumns);
    let before: Uint8Array | undefined, isOrphan = true, more = fileIds.next();
    while (segmentIds.next()) {
      const id = segmentIds.record.textBytes(0);
      if (id === undefined || before === undefined || compareKey(segmentIds.record, before) !== 0) {
        while (more && id !== undefined && compareKey(fileIds.record, id) < 0) more = fileIds.next();
        isOrphan = id === undefined || !more || compareKey(fileIds.record, id) !== 0;
        before = id;
      }
      if (isOrphan) refuseOrphan(segmentIds.record.value(0, this.#texts), this.#refused);
    }
  }

  /** The stored row of a segment, which the index says is of the file `id`. */
  #segmentRecord(rowid: number, id: Uint8Array): StoredRecord {
    const record = this.#segmentRows.find(rowid), place = this.#stored.segments.known[0].place;
    if (place >= record.count) return record;
    const start = record.starts[place];
    let same = record.isText(place) ? record.endOf(place) - start === id.length : id.length === 0;
    for (let i = 0; same && i < id.length; i++) same = record.bytes[start + i] === id[i];
    if (!same) throw damaged(`row ${rowid} of segments differs from its index`);
    return record;
  }

  #segmentRow(rowid: number, id: Uint8Array): Row {
    const stored = storedRow(this.#stored.segments, this.#segmentRecord(rowid, id), this.#texts);
    const row = stored === undefined || this.#isInexact(stored) ? this.#segmentBySql(rowid)! : stored;
    if (
      row === stored && this.#offsetEnd >= 0 && row[5] !== null &&
      row[this.#offsetEnd] === Number(row[5]) + Number(row[2])
    ) {
      row[this.#offsetEnd] = null;
    }
    const packed = this.#segments.isPacked ? this.#packed(row[this.#segments.packedIdAt]) : undefined;
    return this.#segments.isPacked ? [...row, ...packed ?? this.#noPacked] : row;
  }

  /** Whether JavaScript cannot tell exactly where a segment ends. */
  #isInexact(row: Row): boolean {
    return this.#offsetEnd >= 0 && !(Math.abs(Number(row[5])) + Math.abs(Number(row[2])) < 2 ** 53);
  }
}

function rowidOf(record: StoredRecord): number {
  const rowid = record.wholeNumber(record.count - 1);
  if (rowid < 0) throw damaged("an index names no row");
  return rowid;
}

/** Finds rows by ids that are texts, as SQL compares them. */
function cached(find: (id: Uint8Array) => Row | undefined): (id: Value) => Row | undefined {
  const known = new Map<string, Row | undefined>();
  return (id) => {
    if (id === null || typeof id === "number" || id instanceof Uint8Array) return undefined;
    if (typeof id !== "string") return find(id.bytes);
    if (known.has(id)) return known.get(id);
    if (known.size >= KEPT_ROWS) known.clear();
    const row = find(ENCODER.encode(id));
    known.set(id, row);
    return row;
  };
}
