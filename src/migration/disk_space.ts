import { statfsSync } from "node:fs";
import { UsyncError } from "../domain/errors.ts";

/** Bytes that may still be written where a folder is. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Bytes that a copy of `databaseBytes` needs in so many shards: a little more, since pages fill up differently. */
export function bytesNeeded(databaseBytes: number, shards: number): number {
  return Math.ceil(databaseBytes * 1.15) + shards * 2 ** 17;
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

export function megabytes(bytes: number): string {
  return `${(Math.ceil(bytes / 1e5) / 10).toLocaleString("en-US")} MB`;
}
