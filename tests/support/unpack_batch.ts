import { readBlock, sealOf } from "../../src/blocks/block.ts";
import { headOfFlat } from "../../src/domain/file_fields.ts";
import type { FileRecord } from "../../src/domain/records.ts";
import { filesOf, type PackedBatch } from "../../src/store/packed_batch.ts";

/** The files of a batch as records. */
export function* recordsOf(batch: PackedBatch): Generator<FileRecord> {
  for (const { head, blocks } of filesOf(batch)) {
    const seal = sealOf(head.file_id);
    yield { ...headOfFlat(head), segments: blocks.flatMap(({ data }) => readBlock(data, seal)) };
  }
}
