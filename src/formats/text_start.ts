export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be";

/** How an input begins, if it is text. */
export interface TextStart {
  encoding: TextEncoding;
  /** Its first characters behind a byte order mark and white space, in lower case; "" where there are none. */
  text: string;
}

/** Looks at the first bytes of an input as text: UTF-16 is recognised by its byte order mark, or by a first character of ASCII. */
export function textStart(start: Uint8Array): TextStart {
  const encoding = encodingOf(start);
  return { encoding, text: new TextDecoder(encoding).decode(start).trimStart().toLowerCase() };
}

function encodingOf([a, b]: Uint8Array): TextEncoding {
  if (a === 0xff && b === 0xfe || isAscii(a) && b === 0) return "utf-16le";
  if (a === 0xfe && b === 0xff || a === 0 && isAscii(b)) return "utf-16be";
  return "utf-8";
}

function isAscii(byte: number | undefined): boolean {
  return byte !== undefined && byte > 0 && byte < 0x80;
}
