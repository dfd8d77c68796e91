import { UsyncError } from "../domain/errors.ts";

/** A thing on disk or on a server that has a version. */
export interface Versioned {
  /** What failed, for messages: "Cannot open the shard X". */
  failed: string;
  /** What has the version, where that is not what the message names: "the manifest". */
  subject?: string;
  /** The version that was found. */
  found: number;
  /** The oldest version that this program can upgrade or read. */
  first: number;
  /** The version that this program writes. */
  current: number;
}

/**
 * The one place that says what becomes of another version, be it of a shard, a schema in PostgreSQL, or the manifest: an older
 * one that can be upgraded passes. @throws {UsyncError} for one that is newer, or too old
 */
export function checkVersion({ failed, subject = "it", found, first, current }: Versioned): void {
  if (found >= first && found <= current) return;
  if (found > current) {
    throw new UsyncError(`${failed}: ${subject} is from a newer version (${found}, this program reads ${current})`, {
      hint: "Use the newest usync-db.",
    });
  }
  const reads = first === current ? String(current) : `${first} to ${current}`;
  throw new UsyncError(`${failed}: ${subject} is from an older version (${found}, this program reads ${reads})`, {
    hint: "Export the store with the usync-db that made it, and import that into a new one.",
  });
}
