import { Buffer } from "node:buffer";
import { ascii, isAt } from "./ascii.ts";
import { HTML_ENTITIES } from "./html_entities.ts";
import type { SourcePosition } from "./note.ts";
import type { NzbContent } from "./nzb_content.ts";
import { MAX_NUMBER, MAX_SIZE } from "./nzb_segments.ts";

const GT = 0x3e, QUOTE = 0x22, SPACE = 0x20, NEWLINE = 0x0a, RETURN = 0x0d, TAB = 0x09;

/** The most bytes looked through for the end of a tag, a comment or a head; a longer one is left to the XML parser. */
const MAX_LOOK = 256 * 1024;

/** The most bytes before the first element inside of `<nzb>`. */
const MAX_PROLOG = 4096;

const COMMENT = ascii("<!--"), COMMENT_END = ascii("-->");
const HEAD = ascii("<head>"), HEAD_END = ascii("</head>");
const FILE = ascii("<file "), FILE_END = ascii("</file>");
const GROUPS = ascii("<groups>"), GROUPS_END = ascii("</groups>");
const GROUP = ascii("<group>"), GROUP_END = ascii("</group>");
const SEGMENTS = ascii("<segments>"), SEGMENTS_END = ascii("</segments>");
const SEGMENT = ascii("<segment "), SEGMENT_END = ascii("</segment>");

/** Four characters as the number that they are in a buffer; two likewise. */
const four = (text: string) => new DataView(ascii(text).buffer).getUint32(0);
const two = (text: string) => new DataView(ascii(text).buffer).getUint16(0);
const SEG = four("<seg"),
  MENT = four("ment"),
  BYT = four(" byt"),
  ES = four('es="'),
  NUM = four(" num"),
  BER = four("ber=");
const NUMB = four("numb"), ER = four('er="'), BYTE = four("byte"), QUOTE_SPACE = two('" '), QUOTE_GT = two('">');
const END_SEG = four("</se"), MENT_END = four("gmen"), T_GT = two("t>");
/** Bytes of the shortest segment and of the longest usual one, and the most digits of its numbers. */
const MIN_SEGMENT = '<segment bytes="1" number="1">a</segment>'.length, MAX_SEGMENT = 1000, MAX_DIGITS = 15;

/** What stands before the first file, head or comment as programs write it. */
const PROLOG = new RegExp(
  String
    .raw`^(?:<\?xml version=(?:"1\.0"|'1\.0')(?: encoding=(?:"[\w-]+"|'[\w-]+'))?(?: standalone=(?:"yes"|"no"))? ?\?>)?\s*` +
    String.raw`(?:<!--(?:(?!--)[\t\n\r\x20-\x7e])*-->\s*)*` +
    String.raw`(?:<!DOCTYPE nzb PUBLIC "[\w /.:+-]*" "[\w /.:+-]*">\s*)?` +
    String
      .raw`(?:<!--(?:(?!--)[\t\n\r\x20-\x7e])*-->\s*)*<nzb(?: xmlns="[\w /.:+-]*")?(?: xmlns:\w+="[\w /.:+-]*")?((?: (?!xmlns)[\w:-]+="[^"<]*")?)>`,
);
const META = /[\t\n ]*<meta type="([^"<\t\n]*)">([^<]*)<\/meta>/y;
const ATTRIBUTE = / +([A-Za-z][\w-]*(?::[\w-]+)?)="([^"<]*)"/y;

/** 1 for every visible ASCII character that stands for itself in a Message-ID: not `<`, `>` or `&`. */
const IS_ID = new Uint8Array(256);
for (let code = 0x21; code < 0x7f; code++) if (!"<>&".includes(String.fromCharCode(code))) IS_ID[code] = 1;

/** 1 for every ASCII character that XML allows. */
const IS_PLAIN = new Uint8Array(256).fill(1, SPACE, 0x80);
for (const code of [TAB, NEWLINE, RETURN]) IS_PLAIN[code] = 1;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** How a step ended: something was read; more bytes are needed to go on; something is there that others must read. */
enum Step {
  Done,
  More,
  Odd,
}

/**
 * Reads the bytes of an NZB (UTF-8) as nearly all programs write them, into its content: plain tags, attributes in double
 * quotes, no CDATA. It stops at everything else, for the XML parser to judge. It takes nothing that the parser would refuse or
 * understand differently; it only is many times as fast.
 */
export class NzbScanner {
  /** In what it is; "start" is before the document, "end" after its last file. */
  inside: "start" | "nzb" | "file" | "segments" = "start";
  /** Whether it has stopped at something that the parser must read. */
  isOdd = false;
  #content: NzbContent;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  #line = 1;
  /** Where in the bytes the line begins, and the characters of it in bytes that are gone. */
  #lineStart = 0;
  #charactersBefore = 0;

  constructor(content: NzbContent) {
    this.#content = content;
  }

  /** Where it is: the line, and the characters of it that were read. */
  get position(): SourcePosition {
    return { line: this.#line, column: this.#charactersBefore + characters(this.#bytes, this.#lineStart, this.#at) };
  }

  /** Goes on inside of `<nzb>`, after the parser has read up to a position. */
  resume({ line, column }: SourcePosition): void {
    this.inside = "nzb";
    this.isOdd = false;
    this.#line = line;
    this.#charactersBefore = column;
    this.#lineStart = this.#at;
  }

  /**
   * Reads from bytes what it can; returns how many it has read. The rest must be there again at the next call, with more;
   * unless it has stopped (`isOdd`).
   */
  scan(bytes: Uint8Array): number {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#lineStart = 0;
    this.#at = 0;
    this.#end = bytes.length;
    let step = Step.Done;
    while (step === Step.Done) step = this.#next();
    if (step === Step.More && this.#end - this.#at > MAX_LOOK) step = Step.Odd;
    this.isOdd = step === Step.Odd;
    this.#charactersBefore = this.position.column;
    this.#lineStart = this.#at;
    return this.#at;
  }

  #next(): Step {
    if (this.inside === "start") return this.#prolog();
    if (this.inside === "segments") {
      this.#segments();
      this.#content.checkCount();
    }
    this.#space();
    if (this.#at + SEGMENTS_END.length > this.#end) return Step.More; // the longest word that a step begins with
    if (isAt(this.#bytes, this.#at, COMMENT)) return this.#comment();
    switch (this.inside) {
      case "nzb":
        return isAt(this.#bytes, this.#at, FILE)
          ? this.#file()
          : isAt(this.#bytes, this.#at, HEAD)
          ? this.#head()
          : Step.Odd;
      case "file":
        if (isAt(this.#bytes, this.#at, GROUPS)) return this.#groups();
        if (isAt(this.#bytes, this.#at, SEGMENTS)) return this.#go(SEGMENTS, "segments");
        if (!isAt(this.#bytes, this.#at, FILE_END)) return Step.Odd;
        this.#content.endFile();
        return this.#go(FILE_END, "nzb");
      case "segments":
        return isAt(this.#bytes, this.#at, SEGMENTS_END) ? this.#go(SEGMENTS_END, "file") : this.#oddSegment();
    }
  }

  #go(over: Uint8Array, inside: "nzb" | "file" | "segments"): Step {
    this.#at += over.length;
    this.inside = inside;
    return Step.Done;
  }

  /** A segment that is not whole yet, or is nothing usual. */
  #oddSegment(): Step {
    const left = this.#end - this.#at;
    if (!isAt(this.#bytes, this.#at, SEGMENT)) return Step.Odd;
    return left < 100 || left < MAX_SEGMENT && this.#find(SEGMENT_END, this.#at) < 0 ? Step.More : Step.Odd;
  }

  #prolog(): Step {
    const text = this.#buffer.toString("latin1", 0, MAX_PROLOG);
    const found = PROLOG.exec(text);
    if (found === null) return text.length < MAX_PROLOG && !text.includes("<nzb") ? Step.More : Step.Odd;
    if (found[0].includes("\r") && /\r(?!\n)/.test(found[0])) return Step.Odd;
    const end = found[0].length, attributes = this.#attributes(end - 1 - found[1].length, end - 1);
    if (attributes === undefined) return Step.Odd;
    this.#countLines(0, this.#at = end);
    this.#content.openDocument(attributes);
    this.inside = "nzb";
    return Step.Done;
  }

  #head(): Step {
    const end = this.#find(HEAD_END, this.#at);
    if (end < 0) return Step.More;
    const text = this.#text(this.#at + HEAD.length, end), entries: [string, string][] = [];
    if (text === undefined || text.includes("]]>") || text.includes("\r")) return Step.Odd;
    META.lastIndex = 0;
    let at = 0;
    for (let found; (found = META.exec(text)) !== null; at = META.lastIndex) {
      const type = unescaped(found[1]), value = unescaped(found[2]);
      if (type === undefined || value === undefined) return Step.Odd;
      entries.push([type, value]);
    }
    if (/[^\t\n ]/.test(text.slice(at))) return Step.Odd;
    const { position } = this;
    for (const [type, value] of entries) this.#content.addToHead(type, value, position);
    this.#countLines(this.#at, this.#at = end + HEAD_END.length);
    return Step.Done;
  }

  #file(): Step {
    const end = this.#tagEnd(this.#at);
    if (end < 0) return Step.More;
    const attributes = this.#attributes(this.#at + FILE.length - 1, end);
    if (attributes === undefined) return Step.Odd;
    this.#at = end + 1;
    this.#content.openFile(attributes, this.position);
    this.inside = "file";
    return Step.Done;
  }

  /** Attributes between two places; undefined when something is unusual. */
  #attributes(start: number, end: number): Record<string, string> | undefined {
    const text = this.#text(start, end), attributes: Record<string, string> = Object.create(null);
    if (text === undefined || /[\t\n\r]/.test(text)) return undefined;
    ATTRIBUTE.lastIndex = 0;
    let at = 0;
    for (let found; (found = ATTRIBUTE.exec(text)) !== null; at = ATTRIBUTE.lastIndex) {
      const value = unescaped(found[2]);
      if (value === undefined || found[1] in attributes) return undefined;
      attributes[found[1]] = value;
    }
    return text.slice(at).trim() === "" ? attributes : undefined;
  }

  /** Where the tag ends that begins at a place; -1 where it does not yet. */
  #tagEnd(at: number): number {
    const bytes = this.#bytes;
    for (let isQuoted = false; at < this.#end; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) isQuoted = !isQuoted;
      else if (byte === GT && !isQuoted) return at;
    }
    return -1;
  }

  #groups(): Step {
    const end = this.#find(GROUPS_END, this.#at);
    if (end < 0) return Step.More;
    const groups: string[] = [], from = this.#at, line = this.#line, lineStart = this.#lineStart;
    const odd = (): Step => {
      [this.#at, this.#line, this.#lineStart] = [from, line, lineStart];
      return Step.Odd;
    };
    this.#at += GROUPS.length;
    for (this.#space(); this.#at < end; this.#space()) {
      const close = isAt(this.#bytes, this.#at, GROUP) ? this.#find(GROUP_END, this.#at) : -1;
      if (close < 0 || close > end) return odd();
      const text = this.#text(this.#at + GROUP.length, close);
      if (text === undefined || /[<&>\r\n]/.test(text)) return odd();
      groups.push(text);
      this.#at = close + GROUP_END.length;
    }
    for (const group of groups) this.#content.addGroup(group);
    this.#at = end + GROUPS_END.length;
    return Step.Done;
  }

  #comment(): Step {
    const end = this.#find(COMMENT_END, this.#at + COMMENT.length);
    if (end < 0) return Step.More;
    for (let at = this.#at + COMMENT.length; at < end; at++) {
      const byte = this.#bytes[at];
      if (byte === 0x2d && this.#bytes[at + 1] === 0x2d) return Step.Odd;
      if (byte > 0x7e || byte < SPACE && byte !== NEWLINE && byte !== TAB) return Step.Odd;
    }
    this.#countLines(this.#at, this.#at = end + COMMENT_END.length);
    return Step.Done;
  }

  /** Reads segments, as long as they are whole and written as is usual: bytes before number, or after. */
  #segments(): void {
    const { file } = this.#content, bytes = this.#bytes, view = this.#view, last = this.#end - MIN_SEGMENT;
    for (this.#space(); this.#at <= last; this.#space()) {
      let at = this.#at;
      if (view.getUint32(at) !== SEG || view.getUint32(at + 4) !== MENT) return;
      const bytesFirst = view.getUint32(at + 8) === BYT && view.getUint32(at + 12) === ES;
      if (!bytesFirst && !(view.getUint32(at + 8) === NUM && view.getUint32(at + 12) === BER)) return;
      at += 16;
      if (!bytesFirst && bytes[at++] !== QUOTE) return;
      let one = 0, other = 0, start = at;
      for (let digit = bytes[at] - 0x30; digit >= 0 && digit <= 9; digit = bytes[++at] - 0x30) one = one * 10 + digit;
      if (at === start || at - start > MAX_DIGITS || at + 10 > this.#end || view.getUint16(at) !== QUOTE_SPACE) return;
      at += 2;
      if (bytesFirst) {
        if (view.getUint32(at) !== NUMB || view.getUint32(at + 4) !== ER) return;
        at += 8;
      } else {
        if (view.getUint32(at) !== BYTE || view.getUint32(at + 3) !== ES) return;
        at += 7;
      }
      start = at;
      for (let digit = bytes[at] - 0x30; digit >= 0 && digit <= 9; digit = bytes[++at] - 0x30) {
        other = other * 10 + digit;
      }
      if (at === start || at - start > MAX_DIGITS || at + 2 > this.#end || view.getUint16(at) !== QUOTE_GT) return;
      start = at += 2;
      while (IS_ID[bytes[at]] === 1) at++;
      if (
        at === start || at + 10 > this.#end || view.getUint32(at) !== END_SEG || view.getUint32(at + 4) !== MENT_END
      ) return;
      if (view.getUint16(at + 8) !== T_GT) return;
      this.#at = at + 10;
      const number = bytesFirst ? other : one, size = bytesFirst ? one : other;
      if (number > MAX_NUMBER) file.unusable++;
      else if (size <= MAX_SIZE) file.segments.addBytes(number, size, bytes, start, at);
      else {
        file.segments.addBytes(number, 0, bytes, start, at);
        file.sizeless++;
      }
    }
  }

  /** Steps over white space with usual line ends. */
  #space(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (; at < this.#end; at++) {
      const byte = bytes[at];
      if (byte === NEWLINE) {
        this.#line++;
        this.#lineStart = at + 1;
        this.#charactersBefore = 0;
      } else if (byte !== TAB && byte !== SPACE && !(byte === RETURN && bytes[at + 1] === NEWLINE)) break;
    }
    this.#at = at;
  }

  #countLines(from: number, to: number): void {
    for (let at = this.#bytes.indexOf(NEWLINE, from); at >= 0 && at < to; at = this.#bytes.indexOf(NEWLINE, at + 1)) {
      this.#line++;
      this.#lineStart = at + 1;
      this.#charactersBefore = 0;
    }
  }

  #find(word: Uint8Array, from: number): number {
    const bytes = this.#bytes, first = word[0];
    for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
      if (at + word.length > this.#end) return -1;
      if (isAt(this.#bytes, at, word)) return at;
    }
    return -1;
  }

  /** A text of characters that XML allows; undefined when it is none, or is to be looked at closer. */
  #text(start: number, end: number): string | undefined {
    let at = start;
    while (at < end && IS_PLAIN[this.#bytes[at]] === 1) at++;
    if (at === end) return this.#buffer.toString("latin1", start, end); // takes a tenth of the time
    try {
      const text = decoder.decode(this.#bytes.subarray(start, end));
      // deno-lint-ignore no-control-regex
      return /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(text) ? undefined : text;
    } catch {
      return undefined; // the parser says where it is no UTF-8
    }
  }
}

/** Characters in UTF-8 bytes. */
function characters(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if ((bytes[at] & 0xc0) !== 0x80) count++;
  return count;
}

/** A text with its references replaced; undefined when it has others than the usual ones. */
function unescaped(text: string): string | undefined {
  let plain = "", from = 0;
  for (let at = text.indexOf("&"); at >= 0; at = text.indexOf("&", from)) {
    const end = text.indexOf(";", at), character = end < 0 ? undefined : referred(text.slice(at + 1, end));
    if (character === undefined) return undefined;
    plain += text.slice(from, at) + character;
    from = end + 1;
  }
  return plain + text.slice(from);
}

/** What stands for a reference; undefined for an unusual one. */
function referred(reference: string): string | undefined {
  if (reference[0] !== "#") return HTML_ENTITIES[reference];
  const point = /^#\d{1,7}$/.test(reference) ? Number(reference.slice(1)) : NaN;
  const isUsual = point >= 0x20 && point < 0x7f || point >= 0xa0 && point < 0xd800;
  return isUsual ? String.fromCharCode(point) : undefined;
}
