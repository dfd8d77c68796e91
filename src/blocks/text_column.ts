import { readAlphabet, readSymbols, writeAscii } from "./alphabet.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";
import type { Int32List } from "./int32_list.ts";
import {
  finishHash,
  HASH_START,
  hashAscii,
  hashText,
  messageIdHash,
  pushAsciiHashes,
  pushHashes,
} from "./message_id_hash.ts";

/** How the texts of a column are written; the byte that starts the column. */
const ALL_NULL = 0, CONSTANT = 1, DICTIONARY = 2, PACKED = 3, PACKED_WITH_NULLS = 4;

/** The most different values that a dictionary is tried for. */
const DICTIONARY_LIMIT = 8;

/** In place of an alphabet: the texts are UTF-8. */
const UTF8 = 255;

/**
 * Appends a column of well-formed texts or nulls. Texts that differ lose the beginning and the end they share; of the
 * rest every character takes as few bits as the characters in use need (4 for hex, 6 for letters and digits). `hashes`
 * gets the `messageIdHash`es of all texts, in order.
 */
export function writeTexts(out: ByteWriter, values: (string | null)[], hashes?: Int32List): void {
  const words = distinctOf(values);
  if (words === undefined) {
    const whole = !values.includes(null);
    out.u8(whole ? PACKED : PACKED_WITH_NULLS);
    if (!whole) out.presence(values);
    return writePacked(out, whole ? values as string[] : values.filter((value) => value !== null), hashes);
  }
  if (words.length > 1) {
    writeDictionary(out, values, words);
  } else if (words[0] === null) {
    out.u8(ALL_NULL);
  } else {
    out.u8(CONSTANT);
    out.text(words[0]);
  }
  if (hashes) pushHashes(hashes, values);
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
      const isPresent = from.presence(count);
      const present = readPacked(from, isPresent.filter(Boolean).length);
      let next = 0;
      return isPresent.map((there) => there ? present[next++] : null);
    }
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

/** The different values, when there are so few that a dictionary pays. */
function distinctOf(values: (string | null)[]): (string | null)[] | undefined {
  const words = [values[0]];
  for (let i = 1; i < values.length; i++) {
    const value = values[i];
    if (value === words[words.length - 1] || words.includes(value)) continue;
    words.push(value);
    if (words.length > DICTIONARY_LIMIT || words.length > 2 + i / 2) return undefined;
  }
  return words.length === 1 || words.length * 2 <= values.length ? words : undefined;
}

function writeDictionary(out: ByteWriter, values: (string | null)[], words: (string | null)[]): void {
  out.u8(DICTIONARY);
  out.u8(words.length);
  out.presence(words);
  for (const word of words) if (word !== null) out.text(word);
  for (let i = 0; i < values.length; i += 2) { // two codes of 4 bits a byte
    const low = words.indexOf(values[i]);
    const high = i + 1 < values.length ? words.indexOf(values[i + 1]) : 0;
    out.u8(low | high << 4);
  }
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

const encoder = new TextEncoder(), decoder = new TextDecoder();
let scratch = new Uint8Array(1 << 14);

function writePacked(out: ByteWriter, texts: string[], hashes?: Int32List): void {
  let joined = "";
  for (const text of texts) joined += text;
  if (scratch.length < joined.length * 3) scratch = new Uint8Array(joined.length * 3);
  const { written } = encoder.encodeInto(joined, scratch);
  const isAscii = written === joined.length;
  if (hashes && isAscii) pushAsciiHashes(hashes, scratch, texts);
  else if (hashes) pushHashes(hashes, texts);
  const { prefix, suffix } = isAscii ? affixes(scratch, texts) : { prefix: 0, suffix: 0 };
  const shared = prefix + suffix, first = texts[0];
  out.text(first.slice(0, prefix));
  out.text(first.slice(first.length - suffix));
  writeLengths(out, texts, shared);
  if (!isAscii) {
    out.u8(UTF8);
    out.varint(written);
    return out.raw(scratch, written);
  }
  const length = shared === 0 ? written : dropAffixes(scratch, texts, prefix, suffix);
  writeAscii(out, scratch, length);
}

/** How many characters all texts, joined in `ascii`, share at their beginning and at their end; the two never overlap. */
function affixes(ascii: Uint8Array, texts: string[]): { prefix: number; suffix: number } {
  const firstEnd = texts[0].length;
  let prefix = firstEnd, suffix = firstEnd;
  for (let t = 1, start = firstEnd; t < texts.length && prefix + suffix > 0; t++) {
    const length = texts[t].length, end = start + length;
    if (length < prefix) prefix = length;
    if (length < suffix) suffix = length;
    let same = 0;
    while (same < prefix && ascii[same] === ascii[start + same]) same++;
    prefix = same;
    same = 0;
    while (same < suffix && ascii[firstEnd - 1 - same] === ascii[end - 1 - same]) same++;
    suffix = same;
    start = end;
  }
  const shortest = texts.reduce((least, text) => Math.min(least, text.length), firstEnd);
  return { prefix, suffix: Math.min(suffix, shortest - prefix) };
}

/** Moves what is left of the joined texts without prefix and suffix together; returns its length. */
function dropAffixes(ascii: Uint8Array, texts: string[], prefix: number, suffix: number): number {
  let to = 0, start = 0;
  for (const { length } of texts) {
    const end = start + length - suffix;
    for (let from = start + prefix; from < end; from++) ascii[to++] = ascii[from];
    start += length;
  }
  return to;
}

function writeLengths(out: ByteWriter, texts: string[], shared: number): void {
  const length = texts[0].length;
  if (texts.every((text) => text.length === length)) return out.varint(length - shared + 1);
  out.varint(0);
  for (const text of texts) out.varint(text.length - shared);
}

/** What comes before the characters of a packed column. */
function readPackedHead(from: ByteReader, count: number) {
  const prefix = from.text(), suffix = from.text();
  const sameLength = from.varint() - 1;
  const lengths: number[] = new Array(count).fill(sameLength);
  if (sameLength < 0) { for (let i = 0; i < count; i++) lengths[i] = from.varint(); }
  let total = 0;
  for (const length of lengths) total += length;
  return { prefix, suffix, lengths, total, id: from.u8() };
}

/** Undefined when the column is not ASCII. */
function readPackedHashes(from: ByteReader, count: number): Int32Array | undefined {
  const { prefix, suffix, lengths, total, id } = readPackedHead(from, count);
  if (id === UTF8) return undefined;
  readAscii(from, id, total);
  const afterPrefix = hashText(HASH_START, prefix), hashes = new Int32Array(count);
  for (let i = 0, at = 0; i < count; i++) {
    const body = hashAscii(afterPrefix, scratch, at, at += lengths[i]);
    hashes[i] = finishHash(hashText(body, suffix));
  }
  return hashes;
}

function readPacked(from: ByteReader, count: number): string[] {
  const { prefix, suffix, lengths, total, id } = readPackedHead(from, count);
  const joined = readJoined(from, id, total);
  if (joined.length !== total) throw new RangeError("a text column in it has another length than it says");
  const bare = prefix === "" && suffix === "";
  const texts: string[] = new Array(count);
  for (let i = 0, at = 0; i < count; at += lengths[i++]) {
    const body = joined.slice(at, at + lengths[i]);
    texts[i] = bare ? body : prefix + body + suffix;
  }
  return texts;
}

function readJoined(from: ByteReader, id: number, total: number): string {
  if (id === UTF8) return from.text();
  readAscii(from, id, total);
  return decoder.decode(scratch.subarray(0, total));
}

/** Reads so many characters of an alphabet into `scratch`. */
function readAscii(from: ByteReader, id: number, total: number): void {
  const alphabet = readAlphabet(from, id);
  if (total > from.bytes.length * 8) throw new RangeError("it ends too early");
  if (scratch.length < total) scratch = new Uint8Array(total);
  readSymbols(from, total, alphabet, scratch);
}
