import type { Int32List } from "./int32_list.ts";

/**
 * The 32-bit number that stands for a Message-ID in the lookup index: FNV-1a over the UTF-16 units, then MurmurHash3's
 * finisher, as a signed integer (which SQLite keeps in 4 bytes). Part of the file format: it never changes. The text
 * itself is compared after, so that equal hashes do no harm.
 */
export function messageIdHash(messageId: string): number {
  return finishHash(hashText(HASH_START, messageId));
}

/** The hash before the first character. */
export const HASH_START = 0x811c9dc5;
const PRIME = 0x01000193;

/** The hash after the characters of a text. */
export function hashText(hash: number, text: string): number {
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  return hash;
}

/** The hash after characters that are ASCII. */
export function hashAscii(hash: number, bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], PRIME);
  return hash;
}

/**
 * Appends the `messageIdHash`es of `count` texts that lie in `ascii`. Two at a time: each step of a hash waits for the one
 * before it.
 */
export function pushAsciiHashes(
  hashes: Int32List,
  ascii: Uint8Array,
  starts: Int32Array,
  ends: Int32Array,
  count: number,
): void {
  let i = 0;
  for (; i + 2 <= count; i += 2) {
    const middle = ends[i], end = ends[i + 1];
    let first = HASH_START, second = HASH_START, a = starts[i], b = starts[i + 1];
    while (a < middle && b < end) {
      first = Math.imul(first ^ ascii[a++], PRIME);
      second = Math.imul(second ^ ascii[b++], PRIME);
    }
    hashes.push(finishHash(hashAscii(first, ascii, a, middle)));
    hashes.push(finishHash(hashAscii(second, ascii, b, end)));
  }
  if (i < count) hashes.push(finishHash(hashAscii(HASH_START, ascii, starts[i], ends[i])));
}

/** The hash of a text after all its characters. */
export function finishHash(hash: number): number {
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
  return hash ^ hash >>> 16;
}
