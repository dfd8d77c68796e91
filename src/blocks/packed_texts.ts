import { readAlphabet, readSymbols, writeAscii } from "./alphabet.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";
import type { Int32List } from "./int32_list.ts";
import { finishHash, HASH_START, hashAscii, hashText, messageIdHash, pushAsciiHashes } from "./message_id_hash.ts";
import type { AsciiTexts } from "./segment_columns.ts";

/**
 * Texts that are not null, packed:
 *
 *     what all begin with · what all end with · the length of the rest, plus 1, or 0 and a length for each · the rest
 *
 * The rest is `UTF8` and a text, or an alphabet and its codes. Texts of the same length may agree at more places: then
 * `MASKED` comes before the alphabet, a bit for each place that is set where they agree, and the characters there.
 */
const UTF8 = 255, MASKED = 254;

/** Longer texts are not searched for places at which all agree. */
const MAX_MASKED = 1024;

const encoder = new TextEncoder(), decoder = new TextDecoder();
let scratch = new Uint8Array(1 << 14), rest = new Uint8Array(1 << 14);
/** Where in their buffer the texts lie. */
let starts = new Int32Array(64), ends = new Int32Array(64);
/** Places at which all texts agree, relative to their beginning; and the same as bits, relative to the rest. */
const agreeing = new Int32Array(MAX_MASKED), mask = new Uint8Array(MAX_MASKED / 8);

function reserveTexts(count: number): void {
  if (starts.length >= count) return;
  starts = new Int32Array(count);
  ends = new Int32Array(count);
}

/** Appends those of strings `start` to `end` that are not null, and their hashes to `hashes`. */
export function writePackedStrings(
  out: ByteWriter,
  column: (string | null)[],
  start: number,
  end: number,
  hashes?: Int32List,
): void {
  reserveTexts(end - start);
  let joined = "", count = 0;
  for (let i = start; i < end; i++) {
    const text = column[i];
    if (text === null) continue;
    starts[count] = joined.length;
    joined += text;
    ends[count++] = joined.length;
  }
  if (scratch.length < joined.length * 3) scratch = new Uint8Array(joined.length * 3);
  const { written } = encoder.encodeInto(joined, scratch);
  if (written === joined.length) return writeAsciiSlices(out, scratch, count, hashes);
  if (hashes) {
    for (let i = start; i < end; i++) {
      const text = column[i];
      if (text !== null) hashes.push(messageIdHash(text));
    }
  }
  out.u8(0); // nothing that they begin or end with
  out.u8(0);
  writeLengths(out, count, 0);
  out.u8(UTF8);
  out.varint(written);
  out.raw(scratch, written);
}

/** Appends those of texts `start` to `end` that are not null, and their hashes to `hashes`. */
export function writePackedAscii(
  out: ByteWriter,
  column: AsciiTexts,
  start: number,
  end: number,
  hashes?: Int32List,
): void {
  reserveTexts(end - start);
  let count = 0;
  for (let i = start; i < end; i++) {
    if (column.starts[i] < 0) continue;
    starts[count] = column.starts[i];
    ends[count++] = column.ends[i];
  }
  writeAsciiSlices(out, column.bytes, count, hashes);
}

/** Appends the first `count` of the texts that `starts` and `ends` tell the places of. */
function writeAsciiSlices(out: ByteWriter, bytes: Uint8Array, count: number, hashes?: Int32List): void {
  if (hashes) pushAsciiHashes(hashes, bytes, starts, ends, count);
  const { prefix, suffix } = findAffixes(bytes, count);
  out.ascii(bytes, starts[0], starts[0] + prefix);
  out.ascii(bytes, ends[0] - suffix, ends[0]);
  const length = writeLengths(out, count, prefix + suffix);
  const agreeingCount = length > 0 && length <= MAX_MASKED ? findAgreeing(bytes, count, prefix, length) : 0;
  if (agreeingCount === 0) return writeRest(out, bytes, count, prefix, suffix);
  const before = out.length, cost = 1 + Math.ceil(length / 8) + agreeingCount;
  writeMasked(out, bytes, count, prefix, length, agreeingCount);
  if (agreeingCount * count >= 8 * cost) return; // smaller even if every character takes just a bit
  const masked = out.length - before;
  writeRest(out, bytes, count, prefix, suffix);
  const plain = out.length - before - masked;
  if (plain <= masked) out.bytes.copyWithin(before, before + masked, out.length);
  out.length = before + Math.min(plain, masked);
}

/** How many characters all texts share at their beginning and at their end; the two never overlap. */
function findAffixes(bytes: Uint8Array, count: number): { prefix: number; suffix: number } {
  const firstStart = starts[0], firstEnd = ends[0];
  let shortest = firstEnd - firstStart, prefix = shortest, suffix = shortest;
  for (let t = 1; t < count && prefix + suffix > 0; t++) {
    const start = starts[t], end = ends[t], length = end - start;
    if (length < shortest) shortest = length;
    if (length < prefix) prefix = length;
    if (length < suffix) suffix = length;
    let same = 0;
    while (same < prefix && bytes[firstStart + same] === bytes[start + same]) same++;
    prefix = same;
    same = 0;
    while (same < suffix && bytes[firstEnd - 1 - same] === bytes[end - 1 - same]) same++;
    suffix = same;
  }
  return { prefix, suffix: Math.min(suffix, shortest - prefix) };
}

/** Appends the lengths without what all share; returns the one that all have, or -1. */
function writeLengths(out: ByteWriter, count: number, shared: number): number {
  const length = ends[0] - starts[0];
  let t = 1;
  while (t < count && ends[t] - starts[t] === length) t++;
  if (t === count) {
    out.varint(length - shared + 1);
    return length - shared;
  }
  out.varint(0);
  for (t = 0; t < count; t++) out.varint(ends[t] - starts[t] - shared);
  return -1;
}

/** Finds the places after the prefix at which all texts agree. Of random texts, the first few leave none. */
function findAgreeing(bytes: Uint8Array, count: number, prefix: number, length: number): number {
  if (count === 1) return 0;
  const first = starts[0], second = starts[1];
  let found = 0;
  for (let at = prefix; at < prefix + length; at++) {
    if (bytes[first + at] === bytes[second + at]) agreeing[found++] = at;
  }
  for (let t = 2; t < count && found > 0; t++) {
    const start = starts[t], before = found;
    found = 0;
    for (let i = 0; i < before; i++) {
      const at = agreeing[i];
      if (bytes[first + at] === bytes[start + at]) agreeing[found++] = at;
    }
  }
  return found;
}

function writeMasked(
  out: ByteWriter,
  bytes: Uint8Array,
  count: number,
  prefix: number,
  length: number,
  agreeingCount: number,
): void {
  const maskBytes = Math.ceil(length / 8), first = starts[0];
  mask.fill(0, 0, maskBytes);
  for (let i = 0; i < agreeingCount; i++) mask[agreeing[i] - prefix >> 3] |= 1 << (agreeing[i] - prefix & 7);
  out.u8(MASKED);
  out.raw(mask, maskBytes);
  for (let i = 0; i < agreeingCount; i++) out.u8(bytes[first + agreeing[i]]);
  const varyingCount = length - agreeingCount;
  for (let at = prefix, place = 0; at < prefix + length; at++) { // from here on, `agreeing` has the places that vary
    if ((mask[at - prefix >> 3] >> (at - prefix & 7) & 1) === 0) agreeing[place++] = at;
  }
  if (rest.length < count * varyingCount) rest = new Uint8Array(count * varyingCount);
  let to = 0;
  for (let t = 0; t < count; t++) {
    const start = starts[t];
    for (let i = 0; i < varyingCount; i++) rest[to++] = bytes[start + agreeing[i]];
  }
  writeAscii(out, rest, to);
}

/** Appends the texts without prefix and suffix. */
function writeRest(out: ByteWriter, bytes: Uint8Array, count: number, prefix: number, suffix: number): void {
  if (prefix + suffix === 0 && bytes === scratch) return writeAscii(out, scratch, ends[count - 1]); // they lie together
  let total = 0;
  for (let t = 0; t < count; t++) total += ends[t] - starts[t] - prefix - suffix;
  if (rest.length < total) rest = new Uint8Array(total);
  let to = 0;
  for (let t = 0; t < count; t++) {
    const end = ends[t] - suffix;
    for (let from = starts[t] + prefix; from < end; from++) rest[to++] = bytes[from];
  }
  writeAscii(out, rest, to);
}

/** What comes before the characters. */
function readHead(from: ByteReader, count: number) {
  const prefix = from.text(), suffix = from.text();
  const sameLength = from.varint() - 1;
  const lengths: number[] = new Array(count).fill(sameLength);
  if (sameLength < 0) { for (let i = 0; i < count; i++) lengths[i] = from.varint(); }
  let total = 0;
  for (const length of lengths) total += length;
  return { prefix, suffix, sameLength, lengths, total, id: from.u8() };
}

/** The `messageIdHash`es of `count` texts; undefined when they are not ASCII. */
export function readPackedHashes(from: ByteReader, count: number): Int32Array | undefined {
  const { prefix, suffix, sameLength, lengths, total, id } = readHead(from, count);
  if (id === UTF8) return undefined;
  const ascii = readAscii(from, id, total, count, sameLength);
  const afterPrefix = hashText(HASH_START, prefix), hashes = new Int32Array(count);
  for (let i = 0, at = 0; i < count; i++) {
    const body = hashAscii(afterPrefix, ascii, at, at += lengths[i]);
    hashes[i] = finishHash(hashText(body, suffix));
  }
  return hashes;
}

/** Reads `count` texts. */
export function readPacked(from: ByteReader, count: number): string[] {
  const { prefix, suffix, sameLength, lengths, total, id } = readHead(from, count);
  const joined = id === UTF8
    ? from.text()
    : decoder.decode(readAscii(from, id, total, count, sameLength).subarray(0, total));
  if (joined.length !== total) throw new RangeError("a text column in it has another length than it says");
  const isBare = prefix === "" && suffix === "";
  const texts: string[] = new Array(count);
  for (let i = 0, at = 0; i < count; at += lengths[i++]) {
    const body = joined.slice(at, at + lengths[i]);
    texts[i] = isBare ? body : prefix + body + suffix;
  }
  return texts;
}

/** Reads the characters of all texts, without prefix and suffix, into the beginning of the buffer that is returned. */
function readAscii(from: ByteReader, id: number, total: number, count: number, sameLength: number): Uint8Array {
  if (id === MASKED) return readMasked(from, count, sameLength);
  const alphabet = readAlphabet(from, id);
  if (total > from.bytes.length * 8) throw new RangeError("it ends too early");
  if (scratch.length < total) scratch = new Uint8Array(total);
  readSymbols(from, total, alphabet, scratch);
  return scratch;
}

function readMasked(from: ByteReader, count: number, length: number): Uint8Array {
  if (length < 1 || length > MAX_MASKED) throw new RangeError(`a mask in it is for ${length} characters`);
  const maskAt = from.skip(Math.ceil(length / 8)), bytes = from.bytes;
  let varyingCount = 0;
  for (let at = 0; at < length; at++) {
    if ((bytes[maskAt + (at >> 3)] >> (at & 7) & 1) === 0) agreeing[varyingCount++] = at;
  }
  const templateAt = from.skip(length - varyingCount), total = count * length;
  const varying = readAscii(from, from.u8(), count * varyingCount, count, 0);
  if (rest.length < total) rest = new Uint8Array(total);
  for (let at = 0, template = templateAt; at < length; at++) {
    if ((bytes[maskAt + (at >> 3)] >> (at & 7) & 1) === 0) continue;
    const character = bytes[template++];
    for (let to = at; to < total; to += length) rest[to] = character;
  }
  for (let t = 0, next = 0; t < total; t += length) {
    for (let i = 0; i < varyingCount; i++) rest[t + agreeing[i]] = varying[next++];
  }
  return rest;
}
