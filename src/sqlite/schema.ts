import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath, pathToFileURL } from "node:url";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { freeBytes, freeSomeSpace, isDiskFull, LITTLE_BYTES } from "../files/full_disk.ts";
import { sizeOf } from "../files/read.ts";
import { checkVersion } from "../store/check_version.ts";
import { isIndexLevel, NO_INDEXES, setIndexLevel } from "./index_levels.ts";

/** In every shard's header: that it is one of ours ("USDB"); the layout of its tables and blocks, and what search knows of a file. */
const APPLICATION_ID = 0x55534442;
export const SCHEMA_VERSION = 5;
/** The oldest version that can be upgraded, see upgrade_shard.ts. */
export const FIRST_VERSION = 4;

/**
 * A shard's tables. A file's segments lie in `blocks` (see blocks/block.ts) with consecutive ids from `first_block`;
 * `first_key` is a block's first segment, redundancy << 31 | index. The block of a Message-ID is found by a 32-bit hash: in
 * a row of `message_ids`, or in a run of `message_id_pages` (see message_id_page.ts), whose id is run << 32 | least hash + 2^31;
 * blocks above `totals.indexed_block` are in neither yet. `search` knows a file by its row of `search_rows`,
 * age << 30 | hash << 8 | number (see search_index.ts), so that its own order is the order of results. `row_check` is the
 * CRC-32 of the file's head, mixed with the numbers of its row (see `rowCheck`). Hashes in lower-case hex are kept as bytes. `totals` has one row; `checkpoints` says how far a
 * migration into this shard has got in each part of its source.
 */
const TABLES = `
  CREATE TABLE folders (
    id INTEGER PRIMARY KEY, folder_id TEXT NOT NULL, path TEXT NOT NULL, name TEXT NOT NULL, meta TEXT
  );
  CREATE INDEX folders_by_folder_id ON folders (folder_id);
  CREATE TABLE files (
    id INTEGER PRIMARY KEY, file_id TEXT NOT NULL UNIQUE, folder INTEGER REFERENCES folders,
    path TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, hash ANY, subject TEXT, poster TEXT,
    groups TEXT NOT NULL, created_at TEXT, meta TEXT, row_check INTEGER NOT NULL,
    first_block INTEGER NOT NULL, blocks INTEGER NOT NULL,
    segments INTEGER NOT NULL, posted INTEGER NOT NULL, pending INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE blocks (
    id INTEGER PRIMARY KEY, file INTEGER NOT NULL, first_key INTEGER NOT NULL, pending INTEGER NOT NULL,
    data BLOB NOT NULL
  ) STRICT;
  CREATE TABLE message_ids (
    hash INTEGER NOT NULL, block INTEGER NOT NULL, PRIMARY KEY (hash, block)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE message_id_runs (
    run INTEGER PRIMARY KEY, entries INTEGER NOT NULL, first_block INTEGER NOT NULL, last_block INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE message_id_pages (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE VIRTUAL TABLE search USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
  );
  CREATE TABLE search_rows (id INTEGER PRIMARY KEY, file INTEGER NOT NULL) STRICT;
  CREATE TABLE totals (
    files INTEGER NOT NULL, segments INTEGER NOT NULL, posted INTEGER NOT NULL, pending INTEGER NOT NULL,
    content_bytes INTEGER NOT NULL, next_file INTEGER NOT NULL, next_block INTEGER NOT NULL,
    indexed_block INTEGER NOT NULL, index_level INTEGER NOT NULL, commits INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE checkpoints (part INTEGER PRIMARY KEY, after TEXT NOT NULL) STRICT;
  INSERT INTO totals VALUES (0, 0, 0, 0, 0, 1, 1, 0, -1, 0);
`;

/** Makes an empty shard. It is for the caller to make the file durable. */
export function createShard(path: string): void {
  const db = open(path, {});
  try {
    db.exec(`
      PRAGMA synchronous = OFF; PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = MEMORY;`);
    db.exec(
      `BEGIN; ${TABLES} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION};`,
    );
    setIndexLevel(db, NO_INDEXES, 0);
    db.exec("COMMIT; PRAGMA journal_mode = WAL;");
  } finally {
    db.close();
  }
}

/** Whether a shard's tables and indexes are those that this version makes, with the secondary indexes of a level. */
export function isSchema(db: DatabaseSync, indexLevel: number): boolean {
  if (!isIndexLevel(indexLevel)) return false;
  const fresh = new DatabaseSync(":memory:");
  try {
    fresh.exec(TABLES);
    setIndexLevel(fresh, NO_INDEXES, indexLevel);
    const texts = (db: DatabaseSync) =>
      db.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name")
        .all();
    return JSON.stringify(texts(db)) === JSON.stringify(texts(fresh));
  } finally {
    fresh.close();
  }
}

/** How a shard is opened. */
export interface ShardOptions {
  readOnly: boolean;
  /** Whether nobody may write it and its folder: SQLite then makes no files beside it, which reading takes otherwise. */
  isFrozen?: boolean;
  /** Bounds its page cache. */
  cacheBytes: number;
}

/** Opens a shard that exists. Throws a `UsyncError` that names the shard. */
export function openShard(path: string, options: ShardOptions): DatabaseSync {
  if (!existsSync(path)) {
    throw new UsyncError(`Cannot open the shard ${path}: the file is not there`, {
      hint: "Put the file back from a backup. The other shards are not affected.",
    });
  }
  const db = open(options.isFrozen ? frozen(path) : path, { readOnly: options.readOnly });
  try {
    if (checkHeader(db, path) < SCHEMA_VERSION) throw notUpgraded(path);
    db.exec(`
      PRAGMA cache_size = -${Math.max(1, Math.floor(options.cacheBytes / 1024))};
      PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 10000;`);
    if (!options.readOnly) {
      db.exec(`
        PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF;
        PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 10000;`);
    }
    return db;
  } catch (error) {
    db.close();
    throw shardError(path, error);
  }
}

function notUpgraded(path: string): UsyncError {
  return new UsyncError(`Cannot open the shard ${path}: it is from an older version and could not be upgraded`, {
    hint: "It is upgraded when it is opened by an account that may write there, on a disk that is not full.",
  });
}

function open(path: string | URL, options: { readOnly?: boolean }): DatabaseSync {
  try {
    return new DatabaseSync(path, options);
  } catch (error) {
    throw shardError(path instanceof URL ? fileURLToPath(path) : path, error);
  }
}

/** The address of a shard that nobody may write; with a log, as a kill leaves it, SQLite reads it only where its index is there. */
function frozen(path: string): string | URL {
  if (sizeOf(`${path}-wal`) === 0) {
    const url = pathToFileURL(path);
    url.searchParams.set("immutable", "1");
    return url;
  }
  if (existsSync(`${path}-shm`)) return path;
  throw new UsyncError(`Cannot read the shard ${path}: its log has changes that only who may write there can read`, {
    hint: "Copy the data folder to a disk where your account may write, and use that (--data DIR).",
  });
}

/** The version of a shard. @throws {UsyncError} when it is none of ours, or of a version that cannot be upgraded */
export function checkHeader(db: DatabaseSync, path: string): number {
  const { application_id } = db.prepare("PRAGMA application_id").get() as { application_id: number };
  const { user_version } = db.prepare("PRAGMA user_version").get() as { user_version: number };
  if (application_id !== APPLICATION_ID) {
    throw new UsyncError(`Cannot open the shard ${path}: it is not a database of usync-db`, {
      hint: `Move ${basename(path)} out of the folder, or put the right file back from a backup.`,
    });
  }
  checkVersion({
    failed: `Cannot open the shard ${path}`,
    found: user_version,
    first: FIRST_VERSION,
    current: SCHEMA_VERSION,
  });
  return user_version;
}

/** An error of SQLite as one that a user can act on. */
export function shardError(path: string, error: unknown): UsyncError {
  if (error instanceof UsyncError) return error;
  const message = messageOf(error);
  if (isDiskFull(error) || (/disk I\/O error/i.test(message) && hasNoRoom(path))) {
    const hint = `${freeSomeSpace(dirname(path), LITTLE_BYTES)} What was reported as stored is safe.`;
    return new UsyncError(`Cannot use the shard ${path}: the disk is full`, { hint, cause: error });
  }
  for (const [pattern, why, hint] of KNOWN_ERRORS) {
    if (pattern.test(message)) return new UsyncError(`Cannot use the shard ${path}: ${why}`, { hint, cause: error });
  }
  return new UsyncError(`Cannot use the shard ${path}: ${message}`, { cause: error });
}

/** Whether a disk lacks room for what SQLite keeps beside a shard, which it tells as an error of the disk. */
function hasNoRoom(path: string): boolean {
  try {
    return freeBytes(dirname(path)) < LITTLE_BYTES;
  } catch {
    return false; // the disk itself fails
  }
}

const KNOWN_ERRORS: [RegExp, string, string][] = [
  [/not a database/i, "it is not a SQLite database", "Put the right file back from a backup."],
  [/malformed|corrupt/i, "it is damaged", "Run `usync-db verify` to see how far, and put the file back from a backup."],
  [/readonly|read-only/i, "it cannot be written", "Give your account the right to write in the data folder."],
  [/unable to open/i, "it cannot be opened or its folder cannot be written", "Check the rights on the data folder."],
  [/disk I\/O error/i, "the disk reports an error", "Check the disk and its free space, then run `usync-db verify`."],
  [/locked|busy/i, "another program holds it", "Close the other program (a backup, an SQLite viewer) and try again."],
];
