import type { ByteReader, ByteWriter } from "./bytes.ts";
import type { Int32List } from "./int32_list.ts";
import { finishHash, HASH_START, hashAscii, messageIdHash } from "./message_id_hash.ts";
import { readPacked, readPackedHashes, writePackedAscii, writePackedStrings } from "./packed_texts.ts";
import type { AsciiTexts, TextColumn } from "./segment_columns.ts";
import { readTimes, writeTimes } from "./time_texts.ts";

/** How the texts of a column are written; the byte that starts the column. */
const ALL_NULL = 0, CONSTANT = 1, DICTIONARY = 2, PACKED = 3, PACKED_WITH_NULLS = 4, TIMES = 5;

/** The most different values that a dictionary is tried for. */
const DICTIONARY_LIMIT = 8;

/** Of the values of a column, the word that each is, and where in the column each word stands first. */
let codes = new Uint8Array(64);
const firsts = new Int32Array(DICTIONARY_LIMIT + 1);

/**
 * Appends texts `start` to `end` of a column of well-formed texts or nulls; however the column holds them, the same texts
 * give the same bytes. Times are numbers. Other texts that differ lose what they share at their beginning, at their end,
 * and at the same places between; of the rest every character takes as few bits as the characters in use need (4 for hex,
 * 6 for letters and digits). `hashes` gets the `messageIdHash`es of all texts, in order.
 */
export function writeTexts(out: ByteWriter, column: TextColumn, start: number, end: number, hashes?: Int32List): void {
  if (column === null) return out.u8(ALL_NULL);
  if (typeof column === "string") {
    if (hashes) {
      const hash = messageIdHash(column);
      for (let i = start; i < end; i++) hashes.push(hash);
    }
    return writeStrings(out, [column], 0, 1);
  }
  if (Array.isArray(column)) writeStrings(out, column, start, end, hashes);
  else writeAsciiTexts(out, column, start, end, hashes);
}

/** The bytes that a column of so many texts may take as times, when it has so many words (0: too many). */
function timesLimit(wordCount: number, count: number): number {
  return wordCount === 0 ? 16 + 2 * count : 2 + 19 * wordCount + (wordCount > 1 ? count / 2 : 0);
}

function writeStrings(
  out: ByteWriter,
  column: (string | null)[],
  start: number,
  end: number,
  hashes?: Int32List,
): void {
  const wordCount = findWords(column, start, end), count = end - start;
  if (wordCount === 1 && column[start] === null) return out.u8(ALL_NULL);
  const areTimes = writeTimes(out, TIMES, column, start, end, timesLimit(wordCount, count));
  if (!areTimes && wordCount === 0) {
    const isWhole = !includesNull(column, start, end);
    out.u8(isWhole ? PACKED : PACKED_WITH_NULLS);
    if (!isWhole) out.presence(column, start, end);
    return writePackedStrings(out, column, start, end, hashes);
  }
  if (!areTimes) {
    writeWordsHead(out, wordCount, (first) => column[first] !== null);
    for (let word = 0; word < wordCount; word++) {
      const text = column[firsts[word]];
      if (text !== null) out.text(text);
    }
    if (wordCount > 1) writeCodes(out, count);
  }
  if (hashes) {
    for (let i = start; i < end; i++) {
      const text = column[i];
      if (text !== null) hashes.push(messageIdHash(text));
    }
  }
}

function writeAsciiTexts(out: ByteWriter, column: AsciiTexts, start: number, end: number, hashes?: Int32List): void {
  const { bytes, starts, ends } = column, wordCount = findAsciiWords(column, start, end), count = end - start;
  if (wordCount === 1 && starts[start] < 0) return out.u8(ALL_NULL);
  const areTimes = writeTimes(out, TIMES, column, start, end, timesLimit(wordCount, count));
  if (!areTimes && wordCount === 0) {
    const isWhole = starts.subarray(start, end).every(isPresent);
    out.u8(isWhole ? PACKED : PACKED_WITH_NULLS);
    if (!isWhole) out.presence(Array.from(starts.subarray(start, end), (at) => at < 0 ? null : at));
    return writePackedAscii(out, column, start, end, hashes);
  }
  if (!areTimes) {
    writeWordsHead(out, wordCount, (first) => starts[first] >= 0);
    for (let word = 0; word < wordCount; word++) {
      const from = starts[firsts[word]];
      if (from >= 0) out.ascii(bytes, from, ends[firsts[word]]);
    }
    if (wordCount > 1) writeCodes(out, count);
  }
  if (hashes) {
    for (let i = start; i < end; i++) {
      if (starts[i] >= 0) hashes.push(finishHash(hashAscii(HASH_START, bytes, starts[i], ends[i])));
    }
  }
}

function isPresent(start: number): boolean {
  return start >= 0;
}

function includesNull(column: (string | null)[], start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (column[i] === null) return true;
  return false;
}

/** Finds the different values; 0 when there are so many that a dictionary does not pay. */
function findWords(column: (string | null)[], start: number, end: number): number {
  const count = end - start;
  if (codes.length < count) codes = new Uint8Array(count);
  firsts[0] = start;
  codes[0] = 0;
  let wordCount = 1;
  for (let i = 1; i < count; i++) {
    const value = column[start + i];
    let code = codes[i - 1];
    if (value !== column[firsts[code]]) {
      code = 0;
      while (code < wordCount && value !== column[firsts[code]]) code++;
      if (code === wordCount) {
        firsts[wordCount++] = start + i;
        if (areTooMany(wordCount, i)) return 0;
      }
    }
    codes[i] = code;
  }
  return wordCount === 1 || wordCount * 2 <= count ? wordCount : 0;
}

/** `findWords` of texts that lie in a buffer. */
function findAsciiWords(column: AsciiTexts, start: number, end: number): number {
  const count = end - start;
  if (codes.length < count) codes = new Uint8Array(count);
  firsts[0] = start;
  codes[0] = 0;
  let wordCount = 1;
  for (let i = 1; i < count; i++) {
    let code = codes[i - 1];
    if (!isSame(column, start + i, firsts[code])) {
      code = 0;
      while (code < wordCount && !isSame(column, start + i, firsts[code])) code++;
      if (code === wordCount) {
        firsts[wordCount++] = start + i;
        if (areTooMany(wordCount, i)) return 0;
      }
    }
    codes[i] = code;
  }
  return wordCount === 1 || wordCount * 2 <= count ? wordCount : 0;
}

/** Whether there are too many words up to value `i`. */
function areTooMany(wordCount: number, i: number): boolean {
  return wordCount > DICTIONARY_LIMIT || wordCount > 2 + i / 2;
}

function isSame({ bytes, starts, ends }: AsciiTexts, i: number, j: number): boolean {
  let a = starts[i], b = starts[j];
  if (a < 0 || b < 0) return a < 0 && b < 0;
  const end = ends[i];
  if (end - a !== ends[j] - b) return false;
  while (a < end) if (bytes[a++] !== bytes[b++]) return false;
  return true;
}

function writeWordsHead(out: ByteWriter, wordCount: number, isThere: (first: number) => boolean): void {
  if (wordCount === 1) return out.u8(CONSTANT);
  out.u8(DICTIONARY);
  out.u8(wordCount);
  let bits = 0;
  for (let word = 0; word < wordCount; word++) if (isThere(firsts[word])) bits |= 1 << word;
  out.u8(bits);
}

/** Appends the code of every value, two of 4 bits a byte. */
function writeCodes(out: ByteWriter, count: number): void {
  for (let i = 0; i < count; i += 2) out.u8(codes[i] | (i + 1 < count ? codes[i + 1] << 4 : 0));
}

/** Reads a column of `count` values that `writeTexts` wrote. */
export function readTexts(from: ByteReader, count: number): (string | null)[] {
  const mode = from.u8();
  switch (mode) {
    case ALL_NULL:
      return new Array(count).fill(null);
    case CONSTANT:
      return new Array(count).fill(from.text());
    case DICTIONARY:
      return readDictionary(from, count);
    case PACKED:
      return readPacked(from, count);
    case PACKED_WITH_NULLS: {
      const areThere = from.presence(count);
      const present = readPacked(from, areThere.filter(Boolean).length);
      let next = 0;
      return areThere.map((there) => there ? present[next++] : null);
    }
    case TIMES:
      return readTimes(from, count);
  }
  throw new RangeError(`it has an unknown kind of text column (${mode})`);
}

/** The `messageIdHash`es of a column's texts, in order; nulls have none. Texts are not put together for that. */
export function readHashes(from: ByteReader, count: number): Int32Array {
  const start = from.at, mode = from.u8();
  if (mode === PACKED || mode === PACKED_WITH_NULLS) {
    const present = mode === PACKED ? count : from.presence(count).filter(Boolean).length;
    const hashes = readPackedHashes(from, present);
    if (hashes) return hashes;
  }
  from.at = start;
  return Int32Array.from(readTexts(from, count).filter((text) => text !== null), messageIdHash);
}

function readDictionary(from: ByteReader, count: number): (string | null)[] {
  const words = from.presence(from.u8()).map((there) => there ? from.text() : null);
  const start = from.skip(Math.ceil(count / 2));
  const values: (string | null)[] = new Array(count);
  for (let i = 0; i < count; i++) {
    const code = from.bytes[start + (i >> 1)] >> (i & 1) * 4 & 15;
    if (code >= words.length) throw new RangeError("a dictionary in it lacks a word");
    values[i] = words[code];
  }
  return values;
}
