import { statfsSync } from "node:fs";
import { formatCount } from "../domain/format_count.ts";

/** Bytes that opening a store and writing little takes, about. */
export const LITTLE_BYTES = 1e6;

/** Bytes that may still be written where a folder is. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

export function megabytes(bytes: number): string {
  return `${formatCount(Math.ceil(bytes / 1e5) / 10)} MB`;
}

/** "No space left", and a quota that is used up, as errors of the system and of SQLite tell them. */
const FULL = Deno.build.os === "windows"
  ? /os error (112|1295)\)|ENOSPC|disk is full/i
  : /os error (28|122)\)|ENOSPC|EDQUOT|disk is full|disk of .* is full/i;

/** Whether an error, or what caused it, says that a disk is full. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && (FULL.test(error.message) || isDiskFull(error.cause));
}

/** What to do about a full disk, on which so many bytes are needed at least. */
export function freeSomeSpace(folder: string, needed: number): string {
  return `Free some space: ${roomOn(folder)}about ${megabytes(needed)} are needed. Then run the command again.`;
}

function roomOn(folder: string): string {
  try {
    return `${megabytes(freeBytes(folder))} are left there, `;
  } catch {
    return ""; // the folder is not there yet, or may not be asked for
  }
}
