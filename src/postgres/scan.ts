import type { StoredBlock } from "../store/packed_batch.ts";
import type { Sql } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { intOf, readCopyRows, textOf } from "./copy_binary.ts";
import type { FileRow } from "./file_rows.ts";

/** All of a file's row but what is only for indexes. */
export interface ScannedRow extends FileRow {
  newest: number;
  search_hash: number;
}

/** A file as it is stored: its row and its blocks. */
export interface ScannedFile {
  row: ScannedRow;
  blocks: (StoredBlock & { id: number })[];
}

/** Files, and segments, that are read at a time; a file is read whole. */
const PAGE_FILES = 5000, PAGE_SEGMENTS = 65_536;

/** What a transaction begins with that reads one state of the database. */
export const ONE_STATE = "ISOLATION LEVEL REPEATABLE READ READ ONLY";

/** Reads all files after one, in order, some at a time; each lot is one state of the database. */
export function scanFiles(connections: Connections, after: string): AsyncGenerator<ScannedFile[]> {
  return readAhead(after, (after) => connections.transaction((sql) => scanPage(sql, after), ONE_STATE));
}

/** Reads all files, in order, some at a time, in the transaction that `sql` is in. */
export function scanState(sql: Sql): AsyncGenerator<ScannedFile[]> {
  return readAhead("", (after) => scanPage(sql, after));
}

/** Gives page after page; the next one is read while one is worked on. */
async function* readAhead(
  after: string,
  read: (after: string) => Promise<ScannedFile[]>,
): AsyncGenerator<ScannedFile[]> {
  for (let next = read(after);;) {
    const files = await next;
    if (files.length === 0) return;
    next = read(files[files.length - 1].row.file_id);
    next.catch(() => {}); // whoever takes the page hears of it
    yield files;
  }
}

async function scanPage(sql: Sql, after: string): Promise<ScannedFile[]> {
  const rows = await sql<ScannedRow[]>`SELECT file_id, head, newest, search_hash, segments, posted, pending FROM files
      WHERE file_id > ${after} ORDER BY file_id LIMIT ${PAGE_FILES}`;
  let count = 0, segments = 0;
  while (count < rows.length && segments < PAGE_SEGMENTS) segments += rows[count++].segments;
  const files: ScannedFile[] = rows.slice(0, count).map((row) => ({ row, blocks: [] }));
  if (count === 0) return files;
  const copy = await sql.unsafe(
    `COPY (SELECT file_id, redundancy, place, pending, id, data FROM blocks
        WHERE file_id > ${literal(after)} AND file_id <= ${literal(rows[count - 1].file_id)}
        ORDER BY file_id, redundancy, place) TO STDOUT (FORMAT binary)`,
  ).readable();
  let at = 0;
  for await (const [fileId, redundancy, place, pending, block, data] of readCopyRows(copy)) {
    const ofFile = textOf(fileId);
    while (at < files.length && files[at].row.file_id !== ofFile) at++;
    files[at]?.blocks.push({
      redundancy: intOf(redundancy),
      place: intOf(place),
      pending: intOf(pending),
      id: intOf(block),
      data: data!.slice(),
    });
  }
  return files;
}

/** A text as SQL writes it; `standard_conforming_strings` is on. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
