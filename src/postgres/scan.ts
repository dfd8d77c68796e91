import type { StoredBlock } from "../store/packed_batch.ts";
import type { Connections } from "./connections.ts";
import { intOf, readCopyRows, textOf } from "./copy_binary.ts";
import type { FileRow } from "./file_rows.ts";

/** A file as it is stored: its row, and its blocks with the hashes that stand beside them. */
export interface ScannedFile {
  row: FileRow;
  blocks: (StoredBlock & { hashes: Int32Array })[];
}

/** Files, and segments, that are read at a time; a file is read whole. */
const PAGE_FILES = 5000, PAGE_SEGMENTS = 65_536;

/** Reads all files after one, in order, some at a time; each lot is one state of the database. */
export async function* scanFiles(connections: Connections, after: string): AsyncGenerator<ScannedFile[]> {
  for (;;) {
    const files = await scanPage(connections, after);
    if (files.length === 0) return;
    yield files;
    after = files[files.length - 1].row.file_id;
  }
}

function scanPage(connections: Connections, after: string): Promise<ScannedFile[]> {
  return connections.transaction(async (sql) => {
    const rows = await sql<FileRow[]>`SELECT file_id, head, newest, segments, posted, pending FROM files
      WHERE file_id > ${after} ORDER BY file_id LIMIT ${PAGE_FILES}`;
    let count = 0, segments = 0;
    while (count < rows.length && segments < PAGE_SEGMENTS) segments += rows[count++].segments;
    const files: ScannedFile[] = rows.slice(0, count).map((row) => ({ row, blocks: [] }));
    if (count === 0) return files;
    const copy = await sql.unsafe(
      `COPY (SELECT file_id, redundancy, place, pending, hashes, data FROM blocks
        WHERE file_id > ${literal(after)} AND file_id <= ${literal(rows[count - 1].file_id)}
        ORDER BY file_id, redundancy, place) TO STDOUT (FORMAT binary)`,
    ).readable();
    let at = 0;
    for await (const [fileId, redundancy, place, pending, hashes, data] of readCopyRows(copy)) {
      const id = textOf(fileId);
      while (at < files.length && files[at].row.file_id !== id) at++;
      files[at]?.blocks.push({
        redundancy: intOf(redundancy),
        place: intOf(place),
        pending: intOf(pending),
        hashes: intsOf(hashes!),
        data: data!.slice(),
      });
    }
    return files;
  }, "ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

/** The numbers of an int4[] in the binary format. */
function intsOf(column: Uint8Array): Int32Array {
  const view = new DataView(column.buffer, column.byteOffset, column.length);
  const count = view.getInt32(0) === 0 ? 0 : view.getInt32(12), numbers = new Int32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = view.getInt32(24 + 8 * i);
  return numbers;
}

/** A text as SQL writes it; `standard_conforming_strings` is on. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
