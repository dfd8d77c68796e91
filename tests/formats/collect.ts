import type { FileRecord } from "../../src/domain/records.ts";
import type { Note } from "../../src/formats/note.ts";
import { readNdjson } from "../../src/formats/ndjson_reader.ts";
import { nzbRecords } from "../support/nzb_records.ts";

/** What a reader gave: files, notes, and the error that ended it. */
export interface Collected {
  files: FileRecord[];
  notes: Note[];
  error?: Error & { line?: number; column?: number };
}

/** Bytes as a stream of pieces of a given size. */
export async function* pieces(bytes: Uint8Array, size = 1 << 16): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Reads all that a reader gives, keeping its error. */
export async function collect(
  read: (report: (note: Note) => void) => AsyncIterable<FileRecord> | Iterable<FileRecord>,
): Promise<Collected> {
  const collected: Collected = { files: [], notes: [] };
  try {
    for await (const file of read((note) => collected.notes.push(note))) collected.files.push(file);
  } catch (error) {
    collected.error = error as Error;
  }
  return collected;
}

/** Reads an NZB given as text or bytes; `name` is its own. */
export async function nzb(input: string | Uint8Array, pieceSize?: number, name = ""): Promise<Collected> {
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  try {
    return await nzbRecords(() => pieces(bytes, pieceSize), name);
  } catch (error) {
    return { files: [], notes: [], error: error as Error };
  }
}

/** Reads NDJSON given as text or bytes. */
export function ndjson(input: string | Uint8Array, pieceSize?: number): Promise<Collected> {
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  return collect((report) => readNdjson(pieces(bytes, pieceSize), report));
}

/** The text that a writer gives. */
export async function written(chunks: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) text += chunk;
  return text;
}
