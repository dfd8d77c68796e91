import { Buffer } from "node:buffer";
import { InputError } from "../domain/errors.ts";
import { Utf8Decoder } from "./utf8_decoder.ts";

export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "iso-8859-1" | "windows-1252" | "us-ascii";

/** Names an XML declaration may give, in lower case. UTF-16 is known by its first bytes and needs no name here. */
const NAMES: { [name: string]: Encoding | undefined } = {
  ...{ "utf-8": "utf-8", "utf8": "utf-8" },
  ...{ "iso-8859-1": "iso-8859-1", "iso8859-1": "iso-8859-1", "iso_8859-1": "iso-8859-1" },
  ...{ "latin1": "iso-8859-1", "latin-1": "iso-8859-1", "l1": "iso-8859-1" },
  ...{ "windows-1252": "windows-1252", "cp1252": "windows-1252" },
  ...{ "us-ascii": "us-ascii", "ascii": "us-ascii" },
};

/** An XML declaration is never longer than this. */
export const MAX_DECLARATION = 1024;

/** Turns the bytes of an XML document into text, in pieces. */
export class XmlDecoder {
  /** Why the bytes after the text returned last are no text; undefined as long as all is well. */
  problem: string | undefined;
  readonly #encoding: Encoding;
  readonly #decoder: { decode(bytes: Uint8Array): string } | undefined;
  #carried = new Uint8Array(0);

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
    if (encoding === "utf-8") this.#decoder = new Utf8Decoder();
    else if (encoding !== "iso-8859-1" && encoding !== "us-ascii") {
      this.#decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    }
  }

  /** The text of the next bytes, as far as they are whole characters. */
  decode(bytes: Uint8Array): string {
    const all = this.#carried.length === 0 ? bytes : Buffer.concat([this.#carried, bytes]);
    this.#carried = new Uint8Array(0);
    return this.#text(all);
  }

  /** There are no more bytes. */
  end(): void {
    if (this.#carried.length > 0) this.problem ??= `ends in the middle of a ${this.#encoding.toUpperCase()} character`;
    this.#carried = new Uint8Array(0);
  }

  #text(bytes: Uint8Array): string {
    const encoding = this.#encoding;
    if (this.#decoder === undefined) {
      // True ISO 8859-1: a TextDecoder of that name would decode windows-1252.
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
      const end = encoding === "us-ascii" ? text.search(/[\x80-\xff]/) : -1;
      if (end < 0) return text;
      this.problem = `not valid US-ASCII: byte ${hex(bytes[end])}`;
      return text.slice(0, end);
    }
    const whole = bytes.length - partOfCharacter(bytes, encoding);
    this.#carried = bytes.slice(whole);
    try {
      return this.#decoder.decode(bytes.subarray(0, whole));
    } catch {
      const valid = validText(bytes, encoding);
      this.problem = `not valid ${encoding.toUpperCase()}`;
      return valid;
    }
  }
}

/**
 * The encoding of a document by its first bytes, and how many of them are a byte order mark: that follows from the mark, else
 * from the first bytes (UTF-16), else from the XML declaration, else it is UTF-8. `bytes` has the declaration, or
 * `MAX_DECLARATION` bytes. Throws an `InputError` for unknown encodings.
 */
export function detectEncoding(bytes: Uint8Array): [Encoding, number] {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return ["utf-8", 3];
  if (a === 0xff && b === 0xfe) return ["utf-16le", 2];
  if (a === 0xfe && b === 0xff) return ["utf-16be", 2];
  if (a === 0x3c && b === 0) return ["utf-16le", 0];
  if (a === 0 && b === 0x3c) return ["utf-16be", 0];
  const start = Buffer.from(bytes.subarray(0, MAX_DECLARATION)).toString("latin1");
  const declared = /^<\?xml\s[^>]*?\sencoding\s*=\s*["']([^"'>]*)["']/.exec(start);
  if (declared === null) return ["utf-8", 0];
  const encoding = NAMES[declared[1].toLowerCase()];
  if (encoding !== undefined) return [encoding, 0];
  const why = /^utf-?16/i.test(declared[1])
    ? `the XML declaration says ${declared[1]}, the text is something else`
    : `the encoding ${declared[1]} is not supported`;
  throw new InputError(why, { line: 1, column: declared[0].lastIndexOf(declared[1]) + 1 });
}

/** How many bytes at the end are the beginning of a character that is not whole. */
function partOfCharacter(bytes: Uint8Array, encoding: Encoding): number {
  const length = bytes.length;
  if (encoding === "utf-8") {
    for (let back = 1; back <= 3 && back <= length; back++) {
      const byte = bytes[length - back];
      if (byte < 0x80) return 0;
      if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
    }
    return 0;
  }
  if (encoding === "windows-1252") return 0;
  const odd = length % 2;
  const high = bytes[length - odd - (encoding === "utf-16le" ? 1 : 2)];
  return high >= 0xd8 && high <= 0xdb ? odd + 2 : odd; // the first half of a surrogate pair
}

/** The text before the first bytes that are none. */
function validText(bytes: Uint8Array, encoding: Encoding): string {
  const decode = (length: number) =>
    new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, length), { stream: true });
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

function hex(byte: number): string {
  return "0x" + byte.toString(16);
}
