import { compareTexts } from "../domain/compare_texts.ts";
import { type FileToCheck, uncheckedHead } from "../store/file_check.ts";
import { rowCheck } from "../store/row_check.ts";
import type { StoredBlock } from "../store/packed_batch.ts";
import type { Sql } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { intOf, readCopyRows, textOf } from "./copy_binary.ts";
import { FILE_COLUMNS, type FileRow } from "./file_rows.ts";

/** A file's row with all that can be worked out from its head. */
export interface ScannedRow extends FileRow {
  folder_id: string | null;
  newest: number;
  search_hash: number;
  size: number;
  /** With spaces between; only where it is asked for. */
  words: string;
}

/** A file as it is stored: its row and its blocks. */
export interface ScannedFile {
  row: ScannedRow;
  blocks: (StoredBlock & { id: number })[];
}

/** Which columns of `files` are read: those of a copy, or all, to be checked. */
export const COPIED = FILE_COLUMNS;
export const CHECKED =
  `${FILE_COLUMNS}, folder_id, newest, search_hash, size, array_to_string(tsvector_to_array(words), ' ') AS words`;

/** A file as it was read, for what checks it. */
export function fileToCheck<Block extends StoredBlock>(
  { row, blocks }: { row: FileRow; blocks: Block[] },
): FileToCheck<Block> {
  const { file_id, head: text, segments, posted, pending } = row;
  return {
    ...{ file_id, head: uncheckedHead(text), text, check: rowCheck(row.row_check, row) },
    ...{ counts: { segments, posted, pending }, blocks },
  };
}

/** Files, and segments, that are read at a time; a file is read whole. */
const PAGE_FILES = 5000, PAGE_SEGMENTS = 65_536;

/** What a transaction begins with that reads one state of the database. */
export const ONE_STATE = "ISOLATION LEVEL REPEATABLE READ READ ONLY";

/** Reads all files after one, in order, some at a time; each lot is one state of the database. */
export function scanFiles(connections: Connections, after: string, columns = COPIED): AsyncGenerator<ScannedFile[]> {
  return readAhead(after, (after) => connections.transaction((sql) => scanPage(sql, after, columns), ONE_STATE));
}

/** Reads all files, in order, some at a time, in the transaction that `sql` is in. */
export function scanState(sql: Sql, columns: string): AsyncGenerator<ScannedFile[]> {
  return readAhead("", (after) => scanPage(sql, after, columns));
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

async function scanPage(sql: Sql, after: string, columns: string): Promise<ScannedFile[]> {
  const rows = await sql.unsafe<ScannedRow[]>(
    `SELECT ${columns} FROM files WHERE file_id > $1 ORDER BY file_id LIMIT ${PAGE_FILES}`,
    [after],
  );
  let count = 0, segments = 0;
  while (count < rows.length && segments < PAGE_SEGMENTS) segments += Math.max(0, rows[count++].segments);
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
    while (at < files.length && files[at].row.file_id !== ofFile && compareTexts(files[at].row.file_id, ofFile) < 0) {
      at++;
    }
    if (at === files.length || files[at].row.file_id !== ofFile) continue; // a block whose file has no row
    files[at].blocks.push({
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
