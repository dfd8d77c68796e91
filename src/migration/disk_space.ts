import { UsyncError } from "../domain/errors.ts";
import { freeBytes, megabytes } from "../files/full_disk.ts";
import type { Tier } from "../store/store.ts";

/** The log of a shard grows to so much in a load, or to several times what comes into a small shard. */
const LOG_BYTES = 92e6, LOG_SHARE = 4;

/**
 * Bytes that a copy of a store needs on the disk of the data folder: in shards a little more than it has, since pages
 * fill up differently, and their logs; in PostgreSQL twice as much, and the log of what was written.
 */
export function bytesNeeded(tier: Tier, databaseBytes: number, shards: number): number {
  if (tier === "postgres") return Math.ceil(databaseBytes * 3) + 1e8;
  const logBytes = Math.min(LOG_BYTES, databaseBytes * LOG_SHARE / shards);
  return Math.ceil(databaseBytes * 1.15 + shards * (2 ** 17 + logBytes));
}

/** Throws a `UsyncError` that says how much is missing when a disk has not got room for so many bytes more. */
export function checkDiskSpace(folder: string, needed: number): void {
  const free = freeBytes(folder);
  if (free >= needed) return;
  throw new UsyncError(
    `Cannot migrate: the disk of ${folder} has ${megabytes(free)} free, ${megabytes(needed)} are needed ` +
      `(${megabytes(needed - free)} are missing)`,
    { hint: "Free some space and run the same command again. The store goes on as it is." },
  );
}
