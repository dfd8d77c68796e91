import { FILE_COLUMNS, FILE_TABLES } from "./file_row.ts";

const FILE = `SELECT ${FILE_COLUMNS} FROM ${FILE_TABLES}`;
/** The index is named, because SQLite may rather walk through all files in the order that is asked for. */
const FILE_OF_FOLDER = FILE.replace("files f", "files f INDEXED BY files_of_folder");

/** Every query of a shard's reader; a test holds each of them to an index at each level. */
export const QUERIES = {
  /** file_id */
  file: `${FILE} WHERE f.file_id = ?`,
  /** id */
  fileByNumber: `${FILE} WHERE f.id = ?`,
  /** after id, limit */
  filesByNumber: `${FILE} WHERE f.id > ? ORDER BY f.id LIMIT ?`,
  /** after file_id, limit */
  files: `${FILE} WHERE f.file_id > ? ORDER BY f.file_id LIMIT ?`,
  /** folder_id: the folder by its number, several times when its path, name or meta differs between files */
  folders: "SELECT id FROM folders WHERE folder_id = ?",
  /** folder number, after file_id, limit: in order without sorting */
  filesOfFolder: `${FILE_OF_FOLDER} WHERE f.folder = ? AND f.file_id > ? ORDER BY f.file_id LIMIT ?`,
  /** folder_id, after file_id, limit */
  filesOfFolders: `${FILE_OF_FOLDER} WHERE f.folder IN (SELECT id FROM folders WHERE folder_id = ?) AND f.file_id > ?
    ORDER BY f.file_id LIMIT ?`,
  /** first id, end id: blocks with all that is kept beside them */
  storedBlocks: `SELECT id, file, first_place >> 31 AS redundancy, first_place & 2147483647 AS place, pending, data
    FROM blocks WHERE id >= ? AND id < ? ORDER BY id`,
  /** JSON of first and end ids of files: their blocks, file after file, as a cross join goes through them */
  storedBlocksOfFiles: `SELECT j.key AS place_in_group, b.id, b.file, first_place >> 31 AS redundancy,
      first_place & 2147483647 AS place, pending, data
    FROM json_each(?) j CROSS JOIN blocks b ON b.id >= j.value ->> 0 AND b.id < j.value ->> 1`,
  /** from file_id, limit */
  filesWithPending: `SELECT file_id, first_block, blocks, pending FROM files INDEXED BY files_with_pending
    WHERE pending > 0 AND file_id >= ? ORDER BY file_id LIMIT ?`,
  /** first id, end id */
  blocks: "SELECT data FROM blocks WHERE id >= ? AND id < ? ORDER BY id",
  /** first id, end id */
  pendingBlocks: "SELECT data FROM blocks WHERE id >= ? AND id < ? AND pending > 0 ORDER BY id",
  /** hash */
  messageIdRows: "SELECT block FROM message_ids WHERE hash = ?",
  /** hash + 2^31: of each run the page that may have it, or null */
  messageIdPages: `SELECT (SELECT data FROM message_id_pages WHERE id >= (r.run << 32) AND id <= ((r.run << 32) | ?)
    ORDER BY id DESC LIMIT 1) AS data FROM message_id_runs r`,
  /** id: a block and whose it is */
  blockOfFile: "SELECT b.data, f.file_id FROM blocks b JOIN files f ON f.id = b.file WHERE b.id = ?",
  /** match, least and greatest age (see search_index.ts), limit or -1: the newest matches */
  search: `SELECT rowid >> 30 AS age, rowid & 1073741823 AS id FROM search
    WHERE search MATCH ? AND rowid >= (? << 30) AND rowid < ((? + 1) << 30) ORDER BY rowid LIMIT ?`,
  checkpoints: "SELECT part, after FROM checkpoints",
  totals: `SELECT files, segments, posted, pending, CAST(content_bytes AS REAL) AS content_bytes,
    next_block - 1 - indexed_block AS behind FROM totals`,
} as const;
