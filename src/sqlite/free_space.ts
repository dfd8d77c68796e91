import type { DatabaseSync } from "node:sqlite";
import { sizeOf } from "../files/read.ts";

/** The part of a shard's pages that may be free after a load. */
const MUCH_FREE = 1 / 32;
/** Bytes of a log that is worth emptying. */
const LARGE_LOG = 4 * 2 ** 20;

/** Makes a shard's file smaller when much of it is free: merging the indexes of a large load leaves their parts behind. */
export function giveFreePages(db: DatabaseSync): void {
  const { freelist_count } = db.prepare("PRAGMA freelist_count").get() as { freelist_count: number };
  const { page_count } = db.prepare("PRAGMA page_count").get() as { page_count: number };
  if (freelist_count > page_count * MUCH_FREE) vacuum(db);
}

/** Gives all free pages back. `exec` would take one step of it, which is one page. */
export function vacuum(db: DatabaseSync): void {
  db.prepare("PRAGMA incremental_vacuum").all();
}

/** Gives back what a large load has left in the log, unless somebody reads an older state of the shard. */
export function emptyLog(db: DatabaseSync, path: string): void {
  if (sizeOf(`${path}-wal`) < LARGE_LOG) return;
  db.exec("PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = 10000;");
}
