import type { ByteReader, ByteWriter } from "./bytes.ts";

/** A set of ASCII characters, and the bits that one of them takes when packed. */
export interface Alphabet {
  id: number;
  /** The character of every code. */
  symbols: Uint8Array;
  bits: number;
}

const encoder = new TextEncoder();
const HEX: Alphabet = { id: 0, symbols: encoder.encode("0123456789abcdef"), bits: 4 };
const ALPHANUMERIC: Alphabet = {
  id: 1,
  symbols: encoder.encode("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
  bits: 6,
};
/** The id of an alphabet whose symbols are written out before the text. */
const LISTED = 2;

/** For every character: bit 0, it is in HEX; bit 1, it is in ALPHANUMERIC. */
const classes = new Uint8Array(128);
for (const symbol of HEX.symbols) classes[symbol] |= 1;
for (const symbol of ALPHANUMERIC.symbols) classes[symbol] |= 2;

const seen = new Uint8Array(128);
const codes = new Uint8Array(128);

/** The alphabet that packs `ascii[0]` to `ascii[length - 1]` best. */
export function alphabetOf(ascii: Uint8Array, length: number): Alphabet {
  let inAll = 3, i = 0;
  while (i < length && inAll & 1) inAll &= classes[ascii[i++]];
  if (inAll & 1) return HEX;
  while (i < length && inAll > 0) inAll &= classes[ascii[i++]];
  const isAlphanumeric = (inAll & 2) !== 0;
  seen.fill(0);
  let count = 0;
  for (i = 0; i < length; i++) {
    if (seen[ascii[i]]) continue;
    seen[ascii[i]] = 1;
    // A list of these has codes of 6 bits, too.
    if (++count > 32 && isAlphanumeric) return ALPHANUMERIC;
  }
  const symbols: number[] = [];
  for (let character = 0; character < 128; character++) if (seen[character]) symbols.push(character);
  const bits = bitsFor(symbols.length);
  const listedBytes = 1 + symbols.length + length * bits / 8;
  if (isAlphanumeric && length * ALPHANUMERIC.bits / 8 <= listedBytes) return ALPHANUMERIC;
  return { id: LISTED, symbols: Uint8Array.from(symbols), bits };
}

function bitsFor(symbolCount: number): number {
  return Math.max(1, Math.ceil(Math.log2(symbolCount)));
}

export function writeAlphabet(out: ByteWriter, alphabet: Alphabet): void {
  out.u8(alphabet.id);
  if (alphabet.id !== LISTED) return;
  out.u8(alphabet.symbols.length);
  out.raw(alphabet.symbols, alphabet.symbols.length);
}

export function readAlphabet(from: ByteReader, id: number): Alphabet {
  if (id === HEX.id) return HEX;
  if (id === ALPHANUMERIC.id) return ALPHANUMERIC;
  if (id !== LISTED) throw new RangeError(`it has an unknown alphabet (${id})`);
  const count = from.u8();
  const start = from.skip(count);
  return { id, symbols: from.bytes.subarray(start, start + count), bits: bitsFor(count) };
}

/** Appends characters as codes of `alphabet.bits` bits, lowest bits first. */
export function writeSymbols(out: ByteWriter, ascii: Uint8Array, length: number, alphabet: Alphabet): void {
  const { symbols, bits } = alphabet;
  for (let code = 0; code < symbols.length; code++) codes[symbols[code]] = code;
  out.reserve(Math.ceil(length * bits / 8) + 3);
  const bytes = out.bytes;
  let at = out.length, i = 0;
  if (bits === 4) {
    for (; i + 2 <= length; i += 2) bytes[at++] = codes[ascii[i]] | codes[ascii[i + 1]] << 4;
  } else if (bits === 6) {
    for (; i + 4 <= length; i += 4) {
      const held = codes[ascii[i]] | codes[ascii[i + 1]] << 6 | codes[ascii[i + 2]] << 12 | codes[ascii[i + 3]] << 18;
      bytes[at++] = held;
      bytes[at++] = held >>> 8;
      bytes[at++] = held >>> 16;
    }
  }
  let held = 0, heldBits = 0;
  for (; i < length; i++) {
    held |= codes[ascii[i]] << heldBits;
    heldBits += bits;
    if (heldBits >= 8) {
      bytes[at++] = held;
      held >>>= 8;
      heldBits -= 8;
    }
  }
  if (heldBits > 0) bytes[at++] = held;
  out.length = at;
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
