import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BatchPacker } from "../../src/store/batch_packer.ts";
import { type RoutedBatch, transferables } from "../../src/store/packed_batch.ts";
import { removeSpilled } from "../../src/files/spill.ts";
import { MEMORY_BYTES, SpillFile } from "../../src/store/spill_file.ts";
import { recordOf } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** A batch of about so many bytes; no two are equal. */
function batchOf(i: number, bytes: number): RoutedBatch {
  const packer = new BatchPacker(), text = `ü😀${i} `;
  const filler = Array.from({ length: 10 }, () => text.repeat(bytes / 10 / text.length)); // a text has at most 1 MB
  packer.add(recordOf(`file ${i}`, { meta: { filler } }, [{ index: i }]));
  return { batch: packer.take(), shard: i % 3, shards: 3 };
}

/** Adds batches up to a bound of bytes and then so many more. */
function filled(spill: SpillFile, bytes: number, more: number): RoutedBatch[] {
  const added: RoutedBatch[] = [];
  const add = () => {
    const batch = batchOf(added.length, 3_000_000);
    added.push(structuredClone(batch));
    spill.add(batch);
    return batch.batch.size;
  };
  for (let sum = 0; sum < bytes;) sum += add();
  for (let i = 0; i < more; i++) add();
  return added;
}

for (
  const { what, bytes, more, files } of [
    { what: "nothing", bytes: 0, more: 0, files: 0 },
    { what: "one batch", bytes: 1, more: 0, files: 0 },
    { what: "what just fills the memory", bytes: MEMORY_BYTES, more: 0, files: 0 },
    { what: "one batch more than the memory holds", bytes: MEMORY_BYTES, more: 1, files: 1 },
    { what: "much more than the memory holds", bytes: MEMORY_BYTES, more: 12, files: 1 },
  ]
) {
  Deno.test(`batches that wait come back equal and in their order: ${what}`, () =>
    inTempFolder((folder) => {
      const spill = new SpillFile(folder), added = filled(spill, bytes, more), given: RoutedBatch[] = [];
      assert.equal(readdirSync(folder).length, files);
      for (const routed of spill.batches()) {
        const transfer = transferables(routed.batch); // as another thread gets it
        given.push({ ...routed, batch: structuredClone(routed.batch, { transfer }) });
        assert.ok(transfer.every(({ byteLength }) => byteLength === 0));
      }
      assert.equal(given.length, added.length);
      for (const [i, routed] of given.entries()) assert.deepEqual(routed, added[i]);
      spill.close();
      spill.close();
      assert.deepEqual(readdirSync(folder), []);
      return Promise.resolve();
    }));
}

Deno.test("what a killed process has left is removed, and nothing else", () =>
  inTempFolder((folder) => {
    writeFileSync(join(folder, `spill-${crypto.randomUUID()}.tmp`), "");
    mkdirSync(join(folder, `spill-${crypto.randomUUID()}.tmp`));
    for (const name of ["spill-back.txt", "store.json", "spill-x.tmp"]) writeFileSync(join(folder, name), "");
    removeSpilled(folder);
    assert.deepEqual(readdirSync(folder).sort(), ["spill-back.txt", "spill-x.tmp", "store.json"]);
    removeSpilled(join(folder, "not there"));
    return Promise.resolve();
  }));
