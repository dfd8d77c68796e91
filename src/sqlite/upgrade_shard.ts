import { closeSync, openSync, readSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { checkHeader, FIRST_VERSION, SCHEMA_VERSION, shardError } from "./schema.ts";

/** What makes a shard of a version one of the next. One for every version from `FIRST_VERSION` to the one before this. */
const STEPS: { [version: number]: string } = {
  4: "ALTER TABLE blocks RENAME COLUMN first_place TO first_key",
};

/** Where in a database's header its `user_version` stands, in 4 bytes. */
const VERSION_AT = 60;

/**
 * Makes a shard of an older version one of this version, each step in one transaction: a kill or a full disk leaves the shard
 * as it was, or a whole version further; opening it again goes on. @throws {UsyncError} where it cannot be written
 */
export function upgradeShard(path: string): void {
  if (headerVersion(path) >= SCHEMA_VERSION) return;
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    db.exec("PRAGMA busy_timeout = 10000; PRAGMA synchronous = FULL;");
    for (let version = checkHeader(db, path); version < SCHEMA_VERSION; version++) {
      db.exec(`BEGIN IMMEDIATE; ${STEPS[version]}; PRAGMA user_version = ${version + 1}; COMMIT;`);
    }
  } catch (error) {
    throw shardError(path, error);
  } finally {
    db?.close();
  }
}

/** The version in a file's header, which may be older than what its log says; this one's where there is no header. */
function headerVersion(path: string): number {
  const bytes = new DataView(new ArrayBuffer(VERSION_AT + 4));
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const length = readSync(file, new Uint8Array(bytes.buffer));
    return length < bytes.byteLength ? SCHEMA_VERSION : Math.max(bytes.getUint32(VERSION_AT), FIRST_VERSION);
  } catch {
    return SCHEMA_VERSION; // whoever opens it says what is wrong with it
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
