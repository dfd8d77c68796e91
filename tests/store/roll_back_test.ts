import assert from "node:assert/strict";
import fc from "fast-check";
import { columnsOf } from "../../src/blocks/segment_columns.ts";
import type { FileRecord } from "../../src/domain/records.ts";
import { BatchPacker } from "../../src/store/batch_packer.ts";
import { RoutingPacker } from "../../src/store/routing_packer.ts";
import { recordsOf } from "../support/unpack_batch.ts";
import { fileRecords } from "../support/random_record.ts";

/** What is done with a packer: files are added and stay, or are taken back; the batch is taken. */
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom("keep", "take back"), records: fc.array(fileRecords(), { maxLength: 4 }) }),
    fc.record({ kind: fc.constant("take"), records: fc.constant<FileRecord[]>([]) }),
  ),
  { maxLength: 8 },
);

/** Files without folders: one that came with files that were taken back stays in the batch. */
function withoutFolder(records: FileRecord[], isFolderKept: boolean): FileRecord[] {
  return isFolderKept ? records : records.map((record) => ({ ...record, folder: null }));
}

function addTo(packer: BatchPacker | RoutingPacker, record: FileRecord, i: number): void {
  const { segments, ...head } = record;
  if (i % 2 === 0) return packer.add(record);
  const columns = columnsOf(segments, 0, segments.length);
  if (packer instanceof BatchPacker) packer.addColumns(head, columns);
  else packer.add({ head, columns });
}

Deno.test("files that are taken back leave a batch as if they had never been added", () => {
  fc.assert(
    fc.property(steps, fc.boolean(), (steps, hasFolders) => {
      const packer = new BatchPacker(), expected = new BatchPacker();
      for (const { kind, records } of [...steps, { kind: "take", records: [] }]) {
        const mark = packer.mark(), size = packer.size;
        for (const [i, record] of withoutFolder(records, hasFolders).entries()) {
          addTo(packer, record, i);
          if (kind === "keep") expected.add(record);
        }
        if (kind === "take back") {
          packer.rollBack(mark);
          if (!hasFolders) assert.equal(packer.size, size);
        }
        assert.equal(packer.files, expected.files);
        if (kind !== "take") continue;
        const batch = packer.take(), other = expected.take();
        assert.deepEqual([...recordsOf(batch)], [...recordsOf(other)]);
        if (!hasFolders) assert.deepEqual(batch, other);
      }
    }),
    { numRuns: 80 },
  );
});

Deno.test("files that are taken back leave the batches of all shards as if they had never been added", () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(1, 3, 10), (steps, shards) => {
      const packer = new RoutingPacker(shards), expected = new RoutingPacker(shards);
      for (const { kind, records } of [...steps, { kind: "take", records: [] }]) {
        const rollBack = packer.mark();
        for (const [i, record] of withoutFolder(records, false).entries()) {
          addTo(packer, record, i);
          if (kind === "keep") expected.add({ ...record, folder: null });
        }
        if (kind === "take back") rollBack();
        for (const key of ["files", "size", "allSegments"] as const) assert.equal(packer[key], expected[key]);
        if (kind === "take") assert.deepEqual(packer.take(), expected.take());
      }
    }),
    { numRuns: 80 },
  );
});
