import { join } from "node:path";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { headOfFlat } from "../domain/file_fields.ts";
import type { FileRecord } from "../domain/records.ts";
import { ndjsonLine } from "../formats/ndjson_writer.ts";
import { readSegments } from "../store/file_check.ts";
import { placementHash } from "../store/placement.ts";
import { type StoredBatch, type StoredFile, storedFilesOf } from "../store/stored_batch.ts";
import { INDEX_ENDING, PART_ENDING, type PartEntry } from "./backup_format.ts";
import { readNamed, sha256Of, writeNamed } from "./backup_files.ts";
import { type IndexedLine, PartIndex } from "./part_index.ts";

/** What became of files that were to be written. */
export interface WrittenPart {
  /** Undefined where none of them was sound. */
  entry?: PartEntry;
  /** Those that are damaged, and not in the part. */
  damaged: { file_id: string; what: string }[];
}

/** Characters of text that are packed as one frame, about. */
const FRAME_LENGTH = 4 * 2 ** 20;

const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } };

/** Writes files as a part with its index, durably; what was written is read back and unpacked. Checks each file before. */
export function writePart(folder: string, batches: StoredBatch[]): WrittenPart {
  const part = new PartText(), damaged: WrittenPart["damaged"] = [];
  for (const batch of batches) {
    for (const stored of storedFilesOf(batch)) {
      try {
        part.add(stored);
      } catch (error) {
        damaged.push({ file_id: stored.file.file_id, what: messageOf(error) });
      }
    }
  }
  if (part.lines.length === 0) return { damaged };
  const { frames, sums } = part.finish(), bytes = Buffer.concat(frames);
  const parts = join(folder, "parts"), name = writeNamed(parts, "", PART_ENDING, bytes);
  verify(join(parts, name), frames, sums);
  const index = writeNamed(parts, "", INDEX_ENDING, PartIndex.of(part.lines).bytes);
  const segments = part.lines.reduce((sum, { segments }) => sum + segments, 0);
  const lengths = frames.map(({ length }) => length);
  return { entry: { name, bytes: bytes.length, frames: lengths, files: part.lines.length, segments, index }, damaged };
}

/** Characters of a line that can be read again: a text has at most 536 million. */
const MAX_LINE = 500e6;

function lineOf(record: FileRecord): string {
  let line = "";
  try {
    line = ndjsonLine(record);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // longer than any text may be
  }
  if (line !== "" && line.length <= MAX_LINE) return line;
  throw new RangeError(`with ${record.segments.length} segments it is longer than a line of a backup may be (500 MB)`);
}

/** Unpacks frame by frame what lies on the disk, and compares it with the text that was packed. */
function verify(path: string, frames: Uint8Array[], sums: string[]): void {
  const bytes = readNamed(path);
  let at = 0;
  for (const [i, { length }] of frames.entries()) {
    if (sha256Of(zstdDecompressSync(bytes.subarray(at, at += length))) !== sums[i]) {
      throw new UsyncError(`Cannot back up: ${path} does not unpack to what was packed`, {
        hint: "Check the memory and the disk of this machine. The backups from before are kept.",
      });
    }
  }
}

/** The lines of a part, packed as they come. */
class PartText {
  readonly lines: IndexedLine[] = [];
  readonly #frames: Buffer[] = [];
  /** The SHA-256 of the text of every frame. */
  readonly #sums: string[] = [];
  #text = "";

  /** Adds a sound file; throws when it is not. */
  add({ file, digest }: StoredFile): void {
    const segments = readSegments(file);
    this.#text += lineOf({ ...headOfFlat(file.head), segments });
    this.lines.push({ hash: placementHash(file.file_id), digest, segments: segments.length });
    if (this.#text.length >= FRAME_LENGTH) this.#pack();
  }

  #pack(): void {
    const bytes = new TextEncoder().encode(this.#text);
    this.#frames.push(zstdCompressSync(bytes, OPTIONS));
    this.#sums.push(sha256Of(bytes));
    this.#text = "";
  }

  finish(): { frames: Buffer[]; sums: string[] } {
    if (this.#text !== "") this.#pack();
    return { frames: this.#frames, sums: this.#sums };
  }
}
