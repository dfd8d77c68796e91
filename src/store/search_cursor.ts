import { compareTexts } from "../domain/compare_texts.ts";
import { InputError } from "../domain/errors.ts";
import { LAST_SECOND, searchSecond } from "../domain/file_head.ts";
import { placementHash } from "./placement.ts";

/** Bits of the hash that orders the files of one second in a search. */
export const SEARCH_HASH_BITS = 22;

/**
 * Where a file stands in a search: newest first; files of one second by a hash of their `file_id`, then by `file_id`. The
 * hash is spread evenly, so that of a second's files, however many, few have the same; an index on second and hash
 * gives the order without sorting, and the order is the same on every tier.
 */
export interface SearchPosition {
  second: number;
  hash: number;
  file_id: string;
}

export function searchPosition(file_id: string, created_at: string | null): SearchPosition {
  return { second: searchSecond(created_at), hash: searchHash(file_id), file_id };
}

/** The hash that orders files of one second. It never changes. */
export function searchHash(fileId: string): number {
  return searchHashOf(placementHash(fileId).low);
}

/** The same, of the lower half of the file's placement hash. */
export function searchHashOf(placementLow: number): number {
  return placementLow & (2 ** SEARCH_HASH_BITS - 1);
}

export function compareSearchPositions(a: SearchPosition, b: SearchPosition): number {
  return b.second - a.second || a.hash - b.hash || compareTexts(a.file_id, b.file_id);
}

/** Where the next page of a search begins, after this file, as a text that callers hand back. */
export function writeCursor({ second, file_id }: SearchPosition): string {
  return new TextEncoder().encode(JSON.stringify([second, file_id])).toBase64({ alphabet: "base64url" });
}

function isSecond(value: unknown): value is number {
  return Number.isInteger(value) && value as number >= 0 && value as number <= LAST_SECOND;
}

/** Reads what `writeCursor` wrote; throws an `InputError` for anything else. */
export function readCursor(text: string): SearchPosition {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    const [second, file_id, ...rest] = JSON.parse(new TextDecoder().decode(bytes));
    if (isSecond(second) && typeof file_id === "string" && rest.length === 0) {
      return { second, hash: searchHash(file_id), file_id };
    }
  } catch {
    // told below, like every other text that is no cursor
  }
  throw new InputError(`after: not the continuation of a search: ${text}`);
}
