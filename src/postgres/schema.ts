import { UsyncError } from "../domain/errors.ts";
import { checkVersion } from "../store/check_version.ts";
import { SEARCH_HASH_BITS } from "../store/search_cursor.ts";
import type { Sql } from "./connection.ts";
import type { Connections, Database } from "./connections.ts";

/** The layout of the tables, how blocks are written, and which words the tables hold of a file; kept in `about`. */
export const SCHEMA_VERSION = 4;

/** Connections that write side by side. A file is always written by the same one. */
export const LANES = 4;

/**
 * `files.head` is the file's head as `headText` gives it, `row_check` the CRC-32 of that, mixed with the
 * numbers of the row (see `rowCheck`); `newest` is minus the second that a search orders by,
 * `search_hash` the hash that orders files of one second (see search_cursor.ts); `words` are those of `fileWords`. A file's segments lie in `blocks` (see blocks/block.ts), whose ids go up by `LANES` from `first_block`: `redundancy` and `place` (its
 * index) are those of the first segment. `message_ids` leads from the hash of a Message-ID to the block's `id`. `totals`
 * has a row for every lane (see journal.ts).
 */
const TABLES = `
  CREATE TABLE about (schema_version int NOT NULL);
  CREATE TABLE files (
    file_id text COLLATE "C" PRIMARY KEY, folder_id text COLLATE "C",
    newest bigint NOT NULL, search_hash int NOT NULL, size bigint NOT NULL, head text NOT NULL, words tsvector NOT NULL,
    row_check int NOT NULL, first_block bigint NOT NULL, blocks int NOT NULL, segments int NOT NULL, posted int NOT NULL, pending int NOT NULL
  );
  CREATE TABLE blocks (
    file_id text COLLATE "C" NOT NULL, redundancy int NOT NULL, place int NOT NULL, pending int NOT NULL,
    id bigint NOT NULL, data bytea NOT NULL, PRIMARY KEY (file_id, redundancy, place)
  );
  ALTER TABLE blocks ALTER data SET STORAGE EXTERNAL;
  CREATE TABLE message_ids (block bigint NOT NULL, hash int NOT NULL);
  CREATE TABLE totals (
    lane int PRIMARY KEY, files bigint NOT NULL, segments bigint NOT NULL, posted bigint NOT NULL,
    pending bigint NOT NULL, content_bytes numeric NOT NULL, next_block bigint NOT NULL, last uuid
  );
  INSERT INTO totals SELECT lane, 0, 0, 0, 0, 0, lane FROM generate_series(0, ${LANES - 1}) lane;
  CREATE TABLE checkpoints (
    part int NOT NULL, lane int NOT NULL, after text COLLATE "C" NOT NULL, PRIMARY KEY (part, lane)
  );
`;

/**
 * What a search orders by before `file_id`. One number, since of several the planner looks at the first one alone, and takes
 * a page in a second of many files for the last one.
 */
export const SEARCH_ORDER = `(newest * ${2 ** SEARCH_HASH_BITS} + search_hash)`;

/**
 * What queries need beside the primary keys; built after a load. Of texts only ids are in B-trees, whose entries have at
 * most 2,704 bytes: ids have at most 1,024.
 */
export const INDEXES = {
  files_newest: `files (${SEARCH_ORDER}, file_id)`,
  files_of_folder: "files (folder_id, file_id)",
  files_words: "files USING gin (words)",
  blocks_id: "blocks (id)",
  blocks_pending: "blocks (file_id, redundancy, place) WHERE pending > 0",
  message_ids_hash: "message_ids (hash)",
};

/**
 * Citus spreads the tables: by file, so that a file's queries go to one machine, and by the hash of a Message-ID, so that
 * a lookup goes to one before it goes on to the block. Without it this does nothing.
 */
const DISTRIBUTE = [
  "SELECT create_distributed_table('files', 'file_id')",
  "SELECT create_distributed_table('blocks', 'file_id', colocate_with => 'files')",
  "SELECT create_distributed_table('message_ids', 'hash')",
  "SELECT create_reference_table('totals')",
  "SELECT create_reference_table('checkpoints')",
];

/** Makes the tables where there are none, and checks those that are there. */
export function prepareSchema(connections: Connections, { schema }: Database): Promise<void> {
  return connections.transaction(async (sql) => {
    await checkServer(sql);
    const [{ about }] = await sql`SELECT to_regclass(${`"${schema}".about`})::text AS about`;
    if (about === null) await createTables(sql, schema);
    else await checkSchema(sql, schema);
  });
}

async function checkServer(sql: Sql): Promise<void> {
  const [{ version, encoding }] = await sql`
    SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding`;
  if (version < 140000) {
    throw new UsyncError(`Cannot use the PostgreSQL server: it is version ${Math.floor(version / 10000)}`, {
      hint: "Use PostgreSQL 14 or later.",
    });
  }
  if (encoding !== "UTF8") {
    throw new UsyncError(`Cannot use the PostgreSQL database: its encoding is ${encoding}`, {
      hint: "Make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
    });
  }
}

async function checkSchema(sql: Sql, schema: string): Promise<void> {
  const [about] = await sql`SELECT schema_version FROM about`;
  if (!about) {
    throw new UsyncError(`Cannot use the schema ${schema}: its version is missing`, {
      hint: "Restore the database from a backup.",
    });
  }
  checkVersion({
    failed: `Cannot use the schema ${schema}`,
    found: about.schema_version,
    first: SCHEMA_VERSION,
    current: SCHEMA_VERSION,
  });
}

async function createTables(sql: Sql, schema: string): Promise<void> {
  await sql.unsafe(`CREATE SCHEMA IF NOT EXISTS "${schema}"; ${TABLES}`);
  const [{ citus }] = await sql`SELECT count(*)::int AS citus FROM pg_extension WHERE extname = 'citus'`;
  if (citus > 0) { for (const statement of DISTRIBUTE) await sql.unsafe(statement); }
  await sql`INSERT INTO about VALUES (${SCHEMA_VERSION})`;
}

/** Builds the indexes that are missing, two at a time, and gathers statistics. */
export async function buildIndexes(connections: Connections): Promise<void> {
  const waiting = Object.entries(INDEXES);
  const lane = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const statement = `CREATE INDEX IF NOT EXISTS ${next[0]} ON ${next[1]}`;
      await connections.run((sql) => sql.unsafe(statement));
    }
  };
  await Promise.all([lane(), lane()]);
  await connections.run(async (sql) => {
    await sql.unsafe("SELECT gin_clean_pending_list('files_words')");
    await sql.unsafe("ANALYZE files, blocks, message_ids");
  });
}

/** Removes all tables. */
export async function dropSchema(connections: Connections, { schema }: Database): Promise<void> {
  await connections.run((sql) => sql.unsafe(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`));
}
