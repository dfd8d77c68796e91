import { compareTexts } from "../domain/compare_texts.ts";
import type { PlaceInFile, SegmentPlace } from "../store/store.ts";
import type { Sql } from "./connection.ts";
import { LANES } from "./schema.ts";

/** The greatest redundancy and index that a column holds. */
const MAX_PLACE = 2 ** 31 - 1;

/** Before all segments of a file. */
const START: PlaceInFile = { redundancy: -1, index: -1 };

/** A block of a file; or, without data, the file: the id of its first block, and how many it has. */
export interface BlockOfFile {
  data: Uint8Array | null;
  redundancy: number;
  place: number;
  id: number;
  blocks: number | null;
}

/** Whether a block is missing among those of a page, of which the first or the last ones are the file's. */
export function lacksBlock(file: BlockOfFile, page: BlockOfFile[], isFirst: boolean, isLast: boolean): boolean {
  const start = file.id, end = start + file.blocks! * LANES;
  if (page.length === 0) return isFirst && start !== end;
  if (isFirst && page[0].id !== start || isLast && page[page.length - 1].id + LANES !== end) return true;
  return page.some(({ id }, i) => i > 0 && id !== page[i - 1].id + LANES);
}

/** A block with pending segments. */
export interface PendingBlock {
  file_id: string;
  redundancy: number;
  place: number;
  data: Uint8Array;
}

/**
 * The blocks of a file that may hold segments after a place: the last one that begins there or before, and the next
 * `limit`, all with null. First comes a row without data; no row at all when there is no such file. One state of the
 * database.
 */
export function blocksAfter(sql: Sql, fileId: string, after: PlaceInFile | undefined, limit: number | null) {
  const { redundancy, index } = placeInRange(after ?? START);
  return sql<BlockOfFile[]>`
    SELECT NULL::bytea AS data, -1 AS redundancy, 0 AS place, first_block AS id, blocks FROM files WHERE file_id = ${fileId} UNION ALL
    (SELECT data, redundancy, place, id, NULL FROM blocks WHERE file_id = ${fileId} AND (redundancy, place) <= (${redundancy}, ${index})
      ORDER BY redundancy DESC, place DESC LIMIT 1) UNION ALL
    (SELECT data, redundancy, place, id, NULL FROM blocks WHERE file_id = ${fileId} AND (redundancy, place) > (${redundancy}, ${index})
      ORDER BY redundancy, place LIMIT ${limit})
    ORDER BY redundancy, place`;
}

/** The blocks with pending segments that may hold some after a place: like `blocksAfter`, of all files. */
export function pendingBlocksAfter(sql: Sql, after: SegmentPlace | undefined, limit: number) {
  const fileId = after ? after.file_id.split("\0", 1)[0] : "";
  // A file_id with a NUL comes after all segments of the file whose file_id ends before it.
  const isWhole = compareTexts(fileId, after?.file_id ?? "") === 0;
  const { redundancy, index } = placeInRange(isWhole ? after ?? START : { redundancy: MAX_PLACE, index: MAX_PLACE });
  return sql<PendingBlock[]>`
    (SELECT file_id, redundancy, place, data FROM blocks
      WHERE pending > 0 AND file_id = ${fileId} AND (redundancy, place) <= (${redundancy}, ${index})
      ORDER BY redundancy DESC, place DESC LIMIT 1) UNION ALL
    (SELECT file_id, redundancy, place, data FROM blocks
      WHERE pending > 0 AND (file_id, redundancy, place) > (${fileId}, ${redundancy}, ${index})
      ORDER BY file_id, redundancy, place LIMIT ${limit})
    ORDER BY file_id, redundancy, place`;
}

function placeInRange({ redundancy, index }: PlaceInFile): PlaceInFile {
  const inRange = (number: number) => Math.max(-1, Math.min(Math.floor(number), MAX_PLACE));
  return { redundancy: inRange(redundancy), index: inRange(index) };
}
