import { headInOrder } from "../domain/file_fields.ts";
import type { FileRecord } from "../domain/records.ts";
import { segmentInOrder } from "../domain/segment_fields.ts";

const CHUNK = 64 * 1024;

/** Files as NDJSON, one a line, with their keys in the documented order, in pieces of about 64 kB. */
export async function* writeNdjson(
  files: AsyncIterable<FileRecord> | Iterable<FileRecord>,
): AsyncGenerator<string> {
  let text = "";
  for await (const file of files) {
    text += ndjsonLine(file);
    if (text.length >= CHUNK) {
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}

/** A file as a line, with its end. */
export function ndjsonLine(file: FileRecord): string {
  return JSON.stringify(ordered(file)) + "\n";
}

function ordered(file: FileRecord): FileRecord {
  return { ...headInOrder(file), segments: file.segments.map(segmentInOrder) };
}
