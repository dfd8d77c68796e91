import { InputError } from "../domain/errors.ts";
import type { FileRecord } from "../domain/records.ts";
import { readNdjson } from "../formats/ndjson_reader.ts";
import { Turns } from "../threads/turns.ts";
import { MOST_JSON_BYTES } from "./body.ts";
import { HttpError } from "./http_error.ts";

/** Bytes of NDJSON that are stored together. */
const CHUNK_BYTES = 8 * 2 ** 20;

const NEWLINE = 0x0a;

/** Passes bytes on as long as their lines are not too long; throws an `HttpError` with the line's number. */
export async function* boundedLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let line = 1, length = 0;
  for await (const piece of bytes) {
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      start = end + 1;
      line++;
      length = 0;
    }
    length += piece.length - start;
    if (length > MOST_JSON_BYTES) {
      throw new HttpError(413, `line ${line}: longer than ${MOST_JSON_BYTES / 2 ** 20} MB`);
    }
    yield piece;
  }
}

/** The records of NDJSON; throws an `InputError` with the number of the first line that is none. */
export function strictRecords(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<FileRecord> {
  return readNdjson(bytes, ({ line, column, message }) => {
    throw new InputError(`line ${line}: ${message}`, { line, column });
  });
}

/** The records of NDJSON in chunks that are stored together. */
export async function* recordChunks(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<FileRecord[]> {
  let size = 0, chunk: FileRecord[] = [];
  const turns = new Turns();
  const counted = async function* () {
    for await (const piece of bytes) {
      size += piece.length;
      yield piece;
    }
  };
  for await (const record of strictRecords(counted())) {
    chunk.push(record);
    await turns.pass(); // what has come is read without waiting for anything
    if (size < CHUNK_BYTES) continue;
    yield chunk;
    [size, chunk] = [0, []];
  }
  if (chunk.length > 0) yield chunk;
}
