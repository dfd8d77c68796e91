import type { ColumnFile } from "../blocks/segment_columns.ts";
import type { FileRecord } from "../domain/records.ts";
import { BatchPacker, type PackerMark } from "./batch_packer.ts";
import type { FileToCheck } from "./file_check.ts";
import type { RoutedBatch } from "./packed_batch.ts";
import { shardOf } from "./placement.ts";

/** Files that are packed for the shards they belong to. */
export interface PackedFiles {
  batches: RoutedBatch[];
  files: number;
  segments: number;
}

/** Packs files, a batch for each of so many shards. */
export class RoutingPacker {
  readonly #packers: BatchPacker[];
  #files = 0;
  #segments = 0;
  /** Of all that was ever packed, and not taken back. */
  #allSegments = 0;

  /** `keepsFolders`: see `PackedBatch`. */
  constructor(shards: number, keepsFolders = false) {
    this.#packers = Array.from({ length: shards }, () => new BatchPacker(keepsFolders));
  }

  get files(): number {
    return this.#files;
  }

  /** Segments of all files that it was ever given, without those that were taken back. */
  get allSegments(): number {
    return this.#allSegments;
  }

  /** Bytes that all batches take so far, about. */
  get size(): number {
    return this.#packers.reduce((sum, { size }) => sum + size, 0);
  }

  add(file: FileRecord | ColumnFile): void {
    const { file_id } = "columns" in file ? file.head : file;
    const packer = this.#packers[shardOf(file_id, this.#packers.length)];
    if ("columns" in file) packer.addColumns(file.head, file.columns);
    else packer.add(file);
    this.#count("columns" in file ? file.columns.count : file.segments.length);
  }

  /** See `BatchPacker.addStored`. */
  addStored(file: FileToCheck, tell: (what: string) => void): void {
    this.#packers[shardOf(file.file_id, this.#packers.length)].addStored(file, tell);
    this.#count(file.counts.segments);
  }

  #count(segments: number): void {
    this.#files++;
    this.#segments += segments;
    this.#allSegments += segments;
  }

  /** What is packed so far; the result takes back what comes after. */
  mark(): () => void {
    const files = this.#files, segments = this.#segments, allSegments = this.#allSegments;
    const marks = this.#packers.map((packer): [BatchPacker, PackerMark] => [packer, packer.mark()]);
    return () => {
      for (const [packer, mark] of marks) packer.rollBack(mark);
      this.#files = files;
      this.#segments = segments;
      this.#allSegments = allSegments;
    };
  }

  /** All that is packed; the packer starts anew. */
  take(): PackedFiles {
    const shards = this.#packers.length, files = this.#files, segments = this.#segments;
    const batches = this.#packers.flatMap((packer, shard) =>
      packer.files > 0 ? [{ batch: packer.take(), shard, shards }] : []
    );
    this.#files = this.#segments = 0;
    return { batches, files, segments };
  }
}
