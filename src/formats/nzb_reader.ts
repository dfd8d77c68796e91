import type { FileRecord } from "../domain/records.ts";
import type { Note } from "./note.ts";
import { NzbParser } from "./nzb_parser.ts";
import { XmlDecoder } from "./xml_decoder.ts";

/** Bytes handled at once, however much comes: what is made of them is in memory together. */
const PIECE = 256 * 1024;

/**
 * The files of an NZB, as they come; one of them is in memory at a time, with the bytes it came in.
 *
 * A file's id is made from all that is stored of it, its name is found in its subject, its size is the sum of its
 * segments, and the entries of the NZB's head are in `meta.nzb_head`. Segments that cannot be used or are there twice are
 * left out, with one note a file. Unknown elements and attributes are ignored.
 *
 * Throws an `InputError` with line and column for everything that is no NZB: not well-formed, no file, a file without
 * groups or segments, an encoding that is unknown or not kept. What was yielded before is then not to be kept.
 */
export async function* readNzb(
  bytes: AsyncIterable<Uint8Array>,
  report: (note: Note) => void,
): AsyncGenerator<FileRecord> {
  const decoder = new XmlDecoder();
  const parser = new NzbParser(report);
  const write = (text: string) => {
    parser.write(text);
    if (decoder.problem !== undefined) throw parser.refusal(decoder.problem);
  };
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length; at += PIECE) {
      write(decoder.decode(piece.subarray(at, at + PIECE)));
      yield* parser.files.splice(0);
    }
  }
  write(decoder.end());
  parser.end();
  yield* parser.files.splice(0);
}
