import { Buffer } from "node:buffer";
import { type ColumnFile, fileRecordOf } from "../blocks/segment_columns.ts";
import type { FileRecord } from "../domain/records.ts";
import type { Note } from "./note.ts";
import { NzbContent } from "./nzb_content.ts";
import { NzbParser } from "./nzb_parser.ts";
import { NzbScanner } from "./nzb_scanner.ts";
import { detectEncoding, MAX_DECLARATION, XmlDecoder } from "./xml_decoder.ts";

/** Bytes handled at once, however much comes: what is made of them is in memory together. */
const PIECE = 256 * 1024;

const encoder = new TextEncoder();

/** Where an element ends that the XML parser may hand back after. */
const FILE_END = Buffer.from("</file>"), HEAD_END = Buffer.from("</head>");

/** The files of an NZB as records, see `NzbReader`. */
export async function* readNzb(
  bytes: AsyncIterable<Uint8Array>,
  report: (note: Note) => void,
): AsyncGenerator<FileRecord> {
  const files: FileRecord[] = [];
  const reader = new NzbReader((file) => files.push(fileRecordOf(file)), report);
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length; at += PIECE) {
      reader.read(piece.subarray(at, at + PIECE));
      yield* files.splice(0);
    }
  }
  reader.end();
  yield* files.splice(0);
}

/**
 * Reads an NZB in pieces of bytes; one of its files is in memory at a time, with the bytes it came in.
 *
 * A file's id is made from all that is stored of it, its name is found in its subject, its size is the sum of its
 * segments, and the entries of the NZB's head are in `meta.nzb_head`. Segments that cannot be used or are there twice are
 * left out, with one note a file. Unknown elements and attributes are ignored.
 *
 * Throws an `InputError` with line and column for everything that is no NZB: not well-formed, no file, a file without
 * groups or segments, an encoding that is unknown or not kept. What was given out before is then not to be kept.
 *
 * What is usual the scanner reads, the XML parser all else: the element inside of `<nzb>` in which something is unusual, or the
 * whole document where its beginning is.
 */
export class NzbReader {
  readonly #scanner: NzbScanner;
  readonly #parser: NzbParser;
  /** What the parser is given, it is given as text. */
  readonly #parserText = new XmlDecoder("utf-8");
  /** Makes UTF-8 of other encodings. */
  #decoder: XmlDecoder | undefined;
  #hasBegun = false;
  #isParsing = false;
  /** Bytes that nobody has read yet. */
  #rest: Uint8Array = new Uint8Array(0);

  /** `take` is given every file; its columns are used again for the next. */
  constructor(take: (file: ColumnFile) => void, report: (note: Note) => void) {
    const content = new NzbContent(take, report);
    this.#scanner = new NzbScanner(content);
    this.#parser = new NzbParser(content);
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
    if (encoding !== "utf-8") this.#decoder = new XmlDecoder(encoding);
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
