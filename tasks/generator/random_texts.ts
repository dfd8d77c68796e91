import type { Random } from "./random.ts";

export const HEX = "0123456789abcdef";
export const DIGITS = "0123456789";
export const LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A part of a text: fixed, or characters drawn from an alphabet. */
export type Part = string | { of: string; length: number };

/** Texts built at once: bounds the buffers. */
const BATCH = 512;

const decoder = new TextDecoder();
let words = new Uint32Array(1 << 13);
let bytes = new Uint8Array(1 << 15);

/**
 * Draws many ASCII texts of one shape. All of a batch are built as bytes and decoded at once, which takes a tenth of
 * building them one by one.
 */
export class RandomTexts {
  #parts: { fixed: Uint8Array; alphabet: Uint8Array; length: number }[];
  #drawn: number;
  #length: number;

  constructor(parts: Part[]) {
    this.#parts = parts.map((part) =>
      typeof part === "string"
        ? { fixed: asciiOf(part), alphabet: asciiOf(""), length: 0 }
        : { fixed: asciiOf(""), alphabet: asciiOf(part.of), length: part.length }
    );
    this.#drawn = this.#parts.reduce((sum, { length }) => sum + length, 0);
    this.#length = this.#parts.reduce((sum, { fixed, length }) => sum + fixed.length + length, 0);
  }

  /** `count` texts. With `numbered` the text of place i (from 0) begins `part{i + 1}of{count}.`. */
  draw(random: Random, count: number, numbered = false): string[] {
    const texts: string[] = new Array(count);
    const prefixLength = numbered ? 7 + 2 * String(count).length : 0;
    const wordsEach = Math.ceil(this.#drawn / 2);
    if (words.length < BATCH * wordsEach) words = new Uint32Array(BATCH * wordsEach);
    if (bytes.length < BATCH * (prefixLength + this.#length)) {
      bytes = new Uint8Array(BATCH * (prefixLength + this.#length));
    }
    for (let start = 0; start < count; start += BATCH) {
      const end = Math.min(start + BATCH, count);
      random.fill(words, (end - start) * wordsEach);
      let length = 0;
      for (let i = start; i < end; i++) {
        if (numbered) length = writeAscii(`part${i + 1}of${count}.`, length);
        length = this.#write((i - start) * wordsEach, length);
      }
      const all = decoder.decode(bytes.subarray(0, length));
      for (let i = start, at = 0; i < end; i++) {
        const next = at + this.#length + (numbered ? 7 + String(i + 1).length + String(count).length : 0);
        texts[i] = all.slice(at, next);
        at = next;
      }
    }
    return texts;
  }

  /** One text. */
  one(random: Random): string {
    return this.draw(random, 1)[0];
  }

  /** Writes one text at a place of `bytes` from the words at `word`, two characters a word; returns where it ends. */
  #write(word: number, at: number): number {
    let half = 2 * word;
    for (const { fixed, alphabet, length } of this.#parts) {
      for (let i = 0; i < fixed.length; i++) bytes[at++] = fixed[i];
      for (let i = 0; i < length; i++, half++) {
        const drawn = words[half >> 1] >>> 16 * (half & 1) & 0xffff;
        bytes[at++] = alphabet[drawn * alphabet.length >>> 16];
      }
    }
    return at;
  }
}

function asciiOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function writeAscii(text: string, at: number): number {
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
  return at;
}

const hashes = new RandomTexts([{ of: HEX, length: 64 }]);
const uuids = new RandomTexts([
  ...[{ of: HEX, length: 8 }, "-", { of: HEX, length: 4 }, "-4", { of: HEX, length: 3 }, "-"],
  ...[{ of: "89ab", length: 1 }, { of: HEX, length: 3 }, "-", { of: HEX, length: 12 }],
]);

/** A random UUID (version 4). */
export function drawUuid(random: Random): string {
  return uuids.one(random);
}

/** Many of them. */
export function drawUuids(random: Random, count: number): string[] {
  return uuids.draw(random, count);
}

/** A hash of 32 bytes in hex. */
export function drawHash(random: Random): string {
  return hashes.one(random);
}

let hashWords = new Uint32Array(1 << 13);

/** Many hashes of 32 bytes in hex. */
export function drawHashes(random: Random, count: number): string[] {
  if (hashWords.length < count * 8) hashWords = new Uint32Array(count * 8);
  random.fill(hashWords, count * 8);
  const all = new Uint8Array(hashWords.buffer, 0, count * 32).toHex();
  const texts: string[] = new Array(count);
  for (let i = 0; i < count; i++) texts[i] = all.slice(i * 64, i * 64 + 64);
  return texts;
}
