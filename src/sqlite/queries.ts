import { FILE_COLUMNS, FILE_TABLES } from "./file_row.ts";

const FILE = `SELECT ${FILE_COLUMNS} FROM ${FILE_TABLES}`;
/** The index is named, because SQLite may rather walk through all files in the order that is asked for. */
const FILE_OF_FOLDER = FILE.replace("files f", "files f INDEXED BY files_of_folder");

/** A block with its place. */
const BLOCK = "id, first_key >> 31 AS redundancy, first_key & 2147483647 AS place, data";

/** Every query of a shard's reader; a test holds each of them to an index at each level. */
export const QUERIES = {
  /** file_id */
  file: `${FILE} WHERE f.file_id = ?`,
  /** after id, limit */
  filesByNumber: `${FILE} WHERE f.id > ? ORDER BY f.id LIMIT ?`,
  /** ids as a JSON list */
  filesOfNumbers: `SELECT ${FILE_COLUMNS} FROM json_each(?) j CROSS JOIN files f ON f.id = j.value
    LEFT JOIN folders d ON d.id = f.folder`,
  /** after file_id, limit */
  files: `${FILE} WHERE f.file_id > ? ORDER BY f.file_id LIMIT ?`,
  /** folder_id: the folder by its number, several times when its path, name or meta differs between files */
  folders: "SELECT id FROM folders WHERE folder_id = ?",
  /** folder_id and number to go on after, limit */
  foldersAfter: `SELECT id, folder_id, path, name, meta FROM folders WHERE (folder_id, id) > (?, ?)
    ORDER BY folder_id, id LIMIT ?`,
  /** folder number */
  folderSums: `SELECT count(*) AS file_count, total(size) AS size, total(segments) AS segment_count,
    total(posted) AS posted_count, total(pending) AS pending_count FROM files INDEXED BY files_of_folder WHERE folder = ?`,
  /** folder number, after file_id, limit: in order without sorting */
  filesOfFolder: `${FILE_OF_FOLDER} WHERE f.folder = ? AND f.file_id > ? ORDER BY f.file_id LIMIT ?`,
  /** first id, end id: blocks with all that is kept beside them */
  storedBlocks: `SELECT id, file, first_key >> 31 AS redundancy, first_key & 2147483647 AS place, pending, data
    FROM blocks WHERE id >= ? AND id < ? ORDER BY id`,
  /** JSON of first and end ids of files: their blocks, file after file, as a cross join goes through them */
  storedBlocksOfFiles: `SELECT j.key AS place_in_group, b.id, b.file, first_key >> 31 AS redundancy,
      first_key & 2147483647 AS place, pending, data
    FROM json_each(?) j CROSS JOIN blocks b ON b.id >= j.value ->> 0 AND b.id < j.value ->> 1`,
  /** from file_id, limit */
  filesWithPending: `SELECT file_id, first_block, blocks, pending FROM files INDEXED BY files_with_pending
    WHERE pending > 0 AND file_id >= ? ORDER BY file_id LIMIT ?`,
  /** first id, end id, limit or -1 */
  blocks: `SELECT ${BLOCK} FROM blocks WHERE id >= ? AND id < ? ORDER BY id LIMIT ?`,
  /** first id, end id, limit */
  pendingBlocks: `SELECT ${BLOCK} FROM blocks INDEXED BY blocks_with_pending WHERE id >= ? AND id < ? AND pending > 0
    ORDER BY id LIMIT ?`,
  /** first id, end id: the place of the first block's first segment */
  firstPlace: `SELECT id, first_key >> 31 AS redundancy, first_key & 2147483647 AS "index" FROM blocks
    WHERE id >= ? AND id < ? ORDER BY id LIMIT 1`,
  /** hash, hash + 2^31: the blocks in rows, and of each run the page that may have some, or null */
  blocksOfHash: `SELECT block, NULL AS data FROM message_ids WHERE hash = ?1 UNION ALL
    SELECT NULL, (SELECT data FROM message_id_pages WHERE id >= (r.run << 32) AND id <= ((r.run << 32) | ?2)
      ORDER BY id DESC LIMIT 1) FROM message_id_runs r`,
  /** id: a block and whose it is */
  blockOfFile: "SELECT b.data, f.file_id FROM blocks b JOIN files f ON f.id = b.file WHERE b.id = ?",
  /** after id, limit: blocks and whose they are */
  blocksWithFile: `SELECT b.id, b.data, f.file_id FROM blocks b LEFT JOIN files f ON f.id = b.file
    WHERE b.id > ? ORDER BY b.id LIMIT ?`,
  /** match, age and hash of the first group and of the last one (see search_index.ts), limit: the newest matches */
  search: `SELECT search.rowid >> 30 AS age, (search.rowid >> 8) & 4194303 AS hash, r.file
    FROM search CROSS JOIN search_rows r ON r.id = search.rowid WHERE search MATCH ?
      AND search.rowid >= ((? << 30) | (? << 8)) AND search.rowid <= ((? << 30) | (? << 8) | 255)
    ORDER BY search.rowid LIMIT ?`,
  /** age and hash of the first group and of the last one, limit: the newest files */
  newest: `SELECT id >> 30 AS age, (id >> 8) & 4194303 AS hash, file FROM search_rows
    WHERE id >= ((? << 30) | (? << 8)) AND id <= ((? << 30) | (? << 8) | 255) ORDER BY id LIMIT ?`,
  /** age, hash: how many files are in a group */
  searchGroupSize: `SELECT count(*) AS files FROM search_rows
    WHERE id >= ((?1 << 30) | (?2 << 8)) AND id <= ((?1 << 30) | (?2 << 8) | 255)`,
  checkpoints: "SELECT part, after FROM checkpoints",
  commits: "SELECT commits FROM totals",
  totals: `SELECT files, segments, posted, pending, CAST(content_bytes AS REAL) AS content_bytes,
    next_block - 1 - indexed_block AS behind FROM totals`,
} as const;
