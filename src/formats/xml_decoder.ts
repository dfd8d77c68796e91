import { Buffer } from "node:buffer";
import { InputError } from "../domain/errors.ts";
import { Utf8Decoder } from "./utf8_decoder.ts";

/** Names of true ISO 8859-1 and US-ASCII: a `TextDecoder` of these names would decode windows-1252. */
const LATIN_1 = /^(iso[-_]?8859-?1(:1987)?|latin-?1|l1|cp819|ibm819|iso-ir-100|csisolatin1)$/;
const ASCII = /^(us-)?ascii$/;

/** An XML declaration is never longer than this. */
export const MAX_DECLARATION = 1024;

/** Turns the bytes of an XML document into text, in pieces. */
export interface XmlDecoder {
  /** Why the bytes after the text returned last are no text; undefined as long as all is well. */
  readonly problem: string | undefined;
  /** The text of the next bytes, as far as they are whole characters. */
  decode(bytes: Uint8Array): string;
  /** There are no more bytes. */
  end(): void;
}

/** A decoder of an encoding that `detectEncoding` has named. */
export function xmlDecoder(encoding: string): XmlDecoder {
  if (encoding === "utf-8") return new Utf8Pieces();
  return encoding === "iso-8859-1" || encoding === "us-ascii" ? new BytePieces(encoding) : new EncodedPieces(encoding);
}

/**
 * The encoding of a document by its first bytes, and how many of them are a byte order mark: that follows from the mark, else
 * from the first bytes (UTF-16), else from the XML declaration, else it is UTF-8. `bytes` has the declaration, or
 * `MAX_DECLARATION` bytes. Throws an `InputError` for encodings that no `TextDecoder` knows.
 */
export function detectEncoding(bytes: Uint8Array): [encoding: string, mark: number] {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return ["utf-8", 3];
  const isUtf32 = c === 0 && d === 0 ? a === 0xff && b === 0xfe || a === 0x3c && b === 0 : a === 0 && b === 0;
  if (isUtf32) throw new InputError("the encoding UTF-32 is not supported", { line: 1, column: 1 });
  if (a === 0xff && b === 0xfe) return ["utf-16le", 2];
  if (a === 0xfe && b === 0xff) return ["utf-16be", 2];
  if (a === 0x3c && b === 0) return ["utf-16le", 0];
  if (a === 0 && b === 0x3c) return ["utf-16be", 0];
  const start = Buffer.from(bytes.subarray(0, MAX_DECLARATION)).toString("latin1");
  const declared = /^<\?xml\s[^>]*?\sencoding\s*=\s*["']([^"'>]*)["']/.exec(start);
  if (declared === null) return ["utf-8", 0];
  const encoding = encodingOfName(declared[1].toLowerCase());
  if (encoding !== undefined) return [encoding, 0];
  throw new InputError(`the encoding ${declared[1]} is not supported`, {
    ...{ line: 1, column: declared[0].lastIndexOf(declared[1]) + 1 },
  });
}

/** The encoding that a declaration names, undefined when it is not known. */
function encodingOfName(name: string): string | undefined {
  if (LATIN_1.test(name)) return "iso-8859-1";
  if (ASCII.test(name)) return "us-ascii";
  try {
    const { encoding } = new TextDecoder(name);
    return /^utf-16/.test(encoding) ? "utf-8" : encoding; // a declaration that can be read as ASCII is none in UTF-16
  } catch {
    return undefined;
  }
}

/** UTF-8, most of it plain ASCII. */
class Utf8Pieces implements XmlDecoder {
  problem: string | undefined;
  readonly #decoder = new Utf8Decoder();
  #carried = new Uint8Array(0);

  decode(piece: Uint8Array): string {
    const bytes = this.#carried.length === 0 ? piece : Buffer.concat([this.#carried, piece]);
    const whole = bytes.length - partOfCharacter(bytes);
    this.#carried = bytes.slice(whole);
    try {
      return this.#decoder.decode(bytes.subarray(0, whole));
    } catch {
      this.problem = "not valid UTF-8";
      return validText(bytes);
    }
  }

  end(): void {
    if (this.#carried.length > 0) this.problem ??= "ends in the middle of a UTF-8 character";
    this.#carried = new Uint8Array(0);
  }
}

/** Encodings in which a byte is the character of its number. */
class BytePieces implements XmlDecoder {
  problem: string | undefined;
  readonly #isAscii: boolean;

  constructor(encoding: "iso-8859-1" | "us-ascii") {
    this.#isAscii = encoding === "us-ascii";
  }

  decode(bytes: Uint8Array): string {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    const end = this.#isAscii ? text.search(/[\x80-\xff]/) : -1;
    if (end < 0) return text;
    this.problem = `not valid US-ASCII: byte 0x${bytes[end].toString(16)}`;
    return text.slice(0, end);
  }

  end(): void {}
}

/** Every other encoding. One decoder says whether all is well, the other gives the text before what is not. */
class EncodedPieces implements XmlDecoder {
  problem: string | undefined;
  readonly #name: string;
  readonly #strict: TextDecoder;
  readonly #lenient: TextDecoder;

  constructor(encoding: string) {
    this.#name = encoding.toUpperCase();
    this.#strict = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    this.#lenient = new TextDecoder(encoding, { ignoreBOM: true });
  }

  decode(bytes: Uint8Array): string {
    const text = this.#lenient.decode(bytes, { stream: true });
    try {
      this.#strict.decode(bytes, { stream: true });
      return text;
    } catch {
      this.problem = `not valid ${this.#name}`;
      return text.slice(0, Math.max(0, text.indexOf("\ufffd")));
    }
  }

  end(): void {
    if (this.problem !== undefined) return;
    try {
      this.#strict.decode();
    } catch {
      this.problem = `ends in the middle of a ${this.#name} character`;
    }
  }
}

/** How many bytes at the end are the beginning of a character that is not whole. */
function partOfCharacter(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

/** The text before the first bytes that are no UTF-8. */
function validText(bytes: Uint8Array): string {
  const decode = (length: number) =>
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, length), { stream: true });
  let good = 0, bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      decode(middle);
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return decode(good);
}
