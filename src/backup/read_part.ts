import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { messageOf } from "../domain/errors.ts";
import { NdjsonLines } from "../formats/ndjson_reader.ts";
import { DIGEST_BUCKETS, type Digests } from "../store/backend.ts";
import { digestBucket, fileDigest } from "../store/file_digest.ts";
import { filesOf, type RoutedBatch } from "../store/packed_batch.ts";
import { headText } from "../domain/file_fields.ts";
import { RoutingPacker } from "../store/routing_packer.ts";
import type { PartEntry } from "./backup_format.ts";
import { DamagedBackupError, readNamed } from "./backup_files.ts";
import { parseRanges } from "./line_ranges.ts";
import type { FileRecord } from "../domain/records.ts";

/** The files of a part that a moment has, packed for the shards of a store. */
export interface PackedPart {
  batches: RoutedBatch[];
  files: number;
  segments: number;
  /** Of the files as they are packed. */
  digests: Digests;
}

/** The records of a part that a moment has. Throws a `DamagedBackupError` when the part is not what was written. */
export function* recordsOfPart(folder: string, entry: PartEntry): Generator<FileRecord> {
  const path = join(folder, "parts", entry.name);
  try {
    const bytes = readNamed(path), without = parseRanges(entry.without ?? "", entry.files);
    const lines = new NdjsonLines(({ message }) => {
      throw new RangeError(message);
    });
    let number = 0, at = 0;
    for (const length of entry.frames) {
      const text = zstdDecompressSync(bytes.subarray(at, at += length));
      for (const record of lines.read(text)) if (!without.has(++number)) yield record;
    }
    if (number !== entry.files) throw new RangeError(`it has ${number} lines instead of ${entry.files}`);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new DamagedBackupError(`The backup's file ${path} is damaged: ${messageOf(error)}`);
    }
    throw error;
  }
}

/** Reads a part for a store of so many shards. */
export function packPart(folder: string, entry: PartEntry, shards: number): PackedPart {
  const packer = new RoutingPacker(shards), digests = new BigUint64Array(DIGEST_BUCKETS);
  for (const record of recordsOfPart(folder, entry)) packer.add(record);
  const { batches, files, segments } = packer.take();
  for (const { batch } of batches) {
    for (const { head, blocks } of filesOf(batch)) {
      digests[digestBucket(head.file_id)] += fileDigest(headText(head), blocks);
    }
  }
  return { batches, files, segments, digests };
}
