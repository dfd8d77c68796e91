import type { ByteReader, ByteWriter } from "./bytes.ts";

/** A set of ASCII characters, and the bits that one of them takes when packed. */
export interface Alphabet {
  id: number;
  /** The character of every code. */
  symbols: Uint8Array;
  bits: number;
}

/** An alphabet to write with: the code of every character, `NO_CODE` where it has none. */
interface WritingAlphabet extends Alphabet {
  codes: Uint8Array;
}

const NO_CODE = 128;

const encoder = new TextEncoder();
const HEX = alphabet(0, encoder.encode("0123456789abcdef"));
const ALPHANUMERIC = alphabet(1, encoder.encode("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"));
/** The id of an alphabet whose symbols are written out before the text. */
const LISTED = 2;

function alphabet(id: number, symbols: Uint8Array): WritingAlphabet {
  const codes = new Uint8Array(128).fill(NO_CODE);
  for (let code = 0; code < symbols.length; code++) codes[symbols[code]] = code;
  return { id, symbols, bits: bitsFor(symbols.length), codes };
}

function bitsFor(symbolCount: number): number {
  return Math.max(1, Math.ceil(Math.log2(symbolCount)));
}

/** The characters that `writeAscii` has met. */
const seen = new Uint8Array(128);

/**
 * Appends `ascii[0]` to `ascii[length - 1]` with the alphabet that packs them best. The two that are not listed are tried
 * by writing with them: a look at all characters before that would take about as long again.
 */
export function writeAscii(out: ByteWriter, ascii: Uint8Array, length: number): void {
  // A list of so many characters has codes of as many bits, too.
  if (usesMoreThan(8, ascii, length) && writeSymbols(out, ascii, length, HEX)) return;
  if (usesMoreThan(32, ascii, length) && writeSymbols(out, ascii, length, ALPHANUMERIC)) return;
  writeSymbols(out, ascii, length, alphabetOf(ascii, length));
}

/** Whether there are more than `limit` different characters; marks those it has looked at. */
function usesMoreThan(limit: number, ascii: Uint8Array, length: number): boolean {
  seen.fill(0);
  for (let i = 0, count = 0; i < length; i++) {
    if (seen[ascii[i]]) continue;
    seen[ascii[i]] = 1;
    if (++count > limit) return true;
  }
  return false;
}

/** The alphabet that takes the fewest bytes; `seen` marks some of the characters. */
function alphabetOf(ascii: Uint8Array, length: number): WritingAlphabet {
  for (let i = 0; i < length; i++) seen[ascii[i]] = 1;
  const symbols: number[] = [];
  for (let character = 0; character < 128; character++) if (seen[character]) symbols.push(character);
  const listed = alphabet(LISTED, Uint8Array.from(symbols));
  const listedBytes = 1 + listed.symbols.length + length * listed.bits / 8;
  for (const known of [HEX, ALPHANUMERIC]) {
    const hasAll = symbols.every((symbol) => known.codes[symbol] !== NO_CODE);
    if (hasAll && length * known.bits / 8 <= listedBytes) return known;
  }
  return listed;
}

export function readAlphabet(from: ByteReader, id: number): Alphabet {
  if (id === HEX.id) return HEX;
  if (id === ALPHANUMERIC.id) return ALPHANUMERIC;
  if (id !== LISTED) throw new RangeError(`it has an unknown alphabet (${id})`);
  const count = from.u8();
  const start = from.skip(count);
  return { id, symbols: from.bytes.subarray(start, start + count), bits: bitsFor(count) };
}

/**
 * Appends the alphabet, and characters as codes of `alphabet.bits` bits, lowest bits first. False when it lacks one of them;
 * nothing is appended then.
 */
function writeSymbols(out: ByteWriter, ascii: Uint8Array, length: number, alphabet: WritingAlphabet): boolean {
  const { id, symbols, bits, codes } = alphabet, start = out.length;
  out.u8(id);
  if (id === LISTED) {
    out.u8(symbols.length);
    out.raw(symbols, symbols.length);
  }
  out.reserve(Math.ceil(length * bits / 8) + 3);
  const bytes = out.bytes;
  let at = out.length, i = 0, lacking = 0;
  if (bits === 4) {
    for (; i + 2 <= length && lacking < NO_CODE; i += 2) {
      const low = codes[ascii[i]], high = codes[ascii[i + 1]];
      bytes[at++] = low | high << 4;
      lacking |= low | high;
    }
  } else if (bits === 6) {
    for (; i + 4 <= length && lacking < NO_CODE; i += 4) {
      const a = codes[ascii[i]], b = codes[ascii[i + 1]], c = codes[ascii[i + 2]], d = codes[ascii[i + 3]];
      bytes[at++] = a | b << 6;
      bytes[at++] = b >>> 2 | c << 4;
      bytes[at++] = c >>> 4 | d << 2;
      lacking |= a | b | c | d;
    }
  }
  let held = 0, heldBits = 0;
  for (; i < length && lacking < NO_CODE; i++) {
    const code = codes[ascii[i]];
    lacking |= code;
    held |= code << heldBits;
    heldBits += bits;
    if (heldBits >= 8) {
      bytes[at++] = held;
      held >>>= 8;
      heldBits -= 8;
    }
  }
  if (heldBits > 0) bytes[at++] = held;
  const isWhole = lacking < NO_CODE;
  out.length = isWhole ? at : start;
  return isWhole;
}

/** Reads `count` characters into the beginning of `ascii`. */
export function readSymbols(from: ByteReader, count: number, alphabet: Alphabet, ascii: Uint8Array): void {
  const { symbols, bits } = alphabet;
  const mask = (1 << bits) - 1, bytes = from.bytes;
  let at = from.skip(Math.ceil(count * bits / 8)), i = 0;
  if (bits === 4) {
    for (; i + 2 <= count; i += 2) {
      const pair = bytes[at++];
      ascii[i] = symbols[pair & 15];
      ascii[i + 1] = symbols[pair >>> 4];
    }
  } else if (bits === 6) {
    for (; i + 4 <= count; i += 4, at += 3) {
      const four = bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16;
      ascii[i] = symbols[four & 63];
      ascii[i + 1] = symbols[four >>> 6 & 63];
      ascii[i + 2] = symbols[four >>> 12 & 63];
      ascii[i + 3] = symbols[four >>> 18];
    }
  }
  let held = 0, heldBits = 0;
  for (; i < count; i++) {
    if (heldBits < bits) {
      held |= bytes[at++] << heldBits;
      heldBits += 8;
    }
    ascii[i] = symbols[held & mask];
    held >>>= bits;
    heldBits -= bits;
  }
}
