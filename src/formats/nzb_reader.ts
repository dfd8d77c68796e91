import { Buffer } from "node:buffer";
import type { StreamTaker } from "./format.ts";
import { NzbContent, type NzbSink, type NzbSource } from "./nzb_content.ts";
import type { HeadEntries } from "./nzb_head.ts";
import { NzbParser } from "./nzb_parser.ts";
import { NzbScanner } from "./nzb_scanner.ts";
import { detectEncoding, MAX_DECLARATION, type XmlDecoder, xmlDecoder } from "./xml_decoder.ts";

/** Bytes handled at once, however much comes: what is made of them is in memory together. */
const PIECE = 256 * 1024;

const encoder = new TextEncoder();

/** Where an element ends that the XML parser may hand back after. */
const FILE_END = Buffer.from("</file>"), HEAD_END = Buffer.from("</head>");

/**
 * Reads an NZB, stopping after each piece of it. `open` gives its bytes, twice when its head comes after files; `name` is its own
 * name or path, "" when it has none. Throws what `NzbReader` throws.
 */
export async function* readNzb(
  open: () => AsyncIterable<Uint8Array>,
  { take, report, restart }: StreamTaker,
  name: string,
): AsyncGenerator<void> {
  const first = new NzbReader({ take, report }, { name });
  yield* readAll(first, open());
  if (first.lateHead === undefined) return;
  restart();
  yield* readAll(new NzbReader({ take, report }, { name, head: first.lateHead }), open());
}

async function* readAll(reader: NzbReader, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<void> {
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length; at += PIECE) {
      reader.read(piece.subarray(at, at + PIECE));
      yield;
    }
  }
  reader.end();
}

/**
 * Reads an NZB in pieces of bytes; one of its files is in memory at a time, with the bytes it came in.
 *
 * An NZB is a folder, named by its head or its own name. A file's id is made from all that is stored of it and its folder's id,
 * which is made from the head and the first file. Its name is found in its subject, its size is the sum of its segments, and
 * the entries of the NZB's head are in `meta.nzb_head`. Articles that share a number are copies. Files and segments that
 * cannot be used are left out and reported. Unknown elements and attributes are ignored.
 *
 * Throws an `InputError` with line and column for everything that is no NZB: not well-formed, an encoding that is unknown or
 * not kept, no file, none that can be used. What was given out before is then not to be kept.
 *
 * What is usual the scanner reads, the XML parser all else: the element inside of `<nzb>` in which something is unusual, or the
 * whole document where its beginning is.
 */
export class NzbReader {
  readonly #content: NzbContent;
  readonly #scanner: NzbScanner;
  readonly #parser: NzbParser;
  /** What the parser is given, it is given as text. */
  readonly #parserText = xmlDecoder("utf-8");
  /** Makes UTF-8 of other encodings. */
  #decoder: XmlDecoder | undefined;
  #hasBegun = false;
  #isParsing = false;
  /** Bytes that nobody has read yet. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(sink: NzbSink, source: NzbSource) {
    this.#content = new NzbContent(sink, source);
    this.#scanner = new NzbScanner(this.#content);
    this.#parser = new NzbParser(this.#content);
  }

  /** See `NzbContent.lateHead`. */
  get lateHead(): HeadEntries | undefined {
    return this.#content.lateHead;
  }

  read(piece: Uint8Array): void {
    if (this.#hasBegun) return this.#readPiece(piece);
    this.#rest = joined(this.#rest, piece);
    if (this.#rest.length >= MAX_DECLARATION || this.#rest.includes(0x3e)) this.#begin();
  }

  /** All bytes were given. */
  end(): void {
    if (!this.#hasBegun) this.#begin();
    this.#decoder?.end();
    if (!this.#isParsing) this.#parse();
    this.#parseText(this.#rest);
    this.#parserText.end();
    this.#throwProblem(this.#parserText);
    if (this.#decoder) this.#throwProblem(this.#decoder);
    this.#parser.end();
  }

  #begin(): void {
    const [encoding, mark] = detectEncoding(this.#rest), bytes = this.#rest.subarray(mark);
    this.#hasBegun = true;
    if (encoding !== "utf-8") this.#decoder = xmlDecoder(encoding);
    this.#rest = new Uint8Array(0);
    this.#readPiece(bytes);
  }

  #readPiece(piece: Uint8Array): void {
    const decoder = this.#decoder;
    this.#rest = joined(this.#rest, decoder ? encoder.encode(decoder.decode(piece)) : piece);
    while (this.#rest.length > 0) {
      const before = this.#rest.length;
      if (this.#isParsing) this.#parseElement();
      else this.#scan();
      if (!this.#isParsing && this.#rest.length === before) break;
    }
    if (decoder?.problem === undefined) return;
    if (!this.#isParsing) this.#parse();
    this.#parseText(this.#rest);
    this.#throwProblem(decoder);
  }

  #scan(): void {
    this.#rest = this.#rest.subarray(this.#scanner.scan(this.#rest));
    if (this.#scanner.isOdd) this.#parse();
  }

  /** Lets the parser read on. */
  #parse(): void {
    this.#isParsing = true;
    const { inside, position } = this.#scanner;
    if (inside !== "start") this.#parser.enter(inside, position);
  }

  /** Parses up to the end of a file or head; the scanner reads on where that was the end of all that is unusual. */
  #parseElement(): void {
    const rest = this.#rest, ends = [endOf(rest, FILE_END), endOf(rest, HEAD_END)].filter((end) => end >= 0);
    const end = ends.length > 0 ? Math.min(...ends) : rest.length;
    this.#rest = rest.subarray(end);
    this.#parseText(rest.subarray(0, end));
    if (ends.length === 0 || !this.#parser.isBetweenFiles) return;
    this.#isParsing = false;
    this.#scanner.resume(this.#parser.position);
  }

  #parseText(utf8: Uint8Array): void {
    this.#parser.write(this.#parserText.decode(utf8));
    this.#throwProblem(this.#parserText);
  }

  #throwProblem({ problem }: XmlDecoder): void {
    if (problem !== undefined) throw this.#parser.refusal(problem);
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  return first.length === 0 ? second : Buffer.concat([first, second]);
}

/** Where a word ends; -1 where it is not there. */
function endOf(bytes: Uint8Array, word: Uint8Array): number {
  const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(word);
  return found < 0 ? -1 : found + word.length;
}
