import assert from "node:assert/strict";
import { pageOrder } from "../../src/sqlite/page_order.ts";
import { BatchPacker } from "../../src/store/batch_packer.ts";
import { filesOf, type PackedFile } from "../../src/store/packed_batch.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";

const PAGE_BYTES = 8152;

function packedFiles(segments: number): PackedFile[] {
  const packer = new BatchPacker();
  for (const file of generateFiles({ segments, seed: 3, kind: "usenetsync" })) packer.add(file);
  return [...filesOf(packer.take())];
}

/** Pages that blocks take when they are written one after the other. */
function pagesOf(files: PackedFile[]): number {
  let pages = 0, left = 0;
  for (const { data } of files.flatMap(({ blocks }) => blocks)) {
    assert.ok(data.length <= PAGE_BYTES);
    if (data.length > left) [pages, left] = [pages + 1, PAGE_BYTES];
    left -= data.length;
  }
  return pages;
}

Deno.test("the files of a batch are ordered so that their blocks fill pages", () => {
  const files = packedFiles(10_000), ordered = pageOrder(files);
  assert.deepEqual(new Set(ordered), new Set(files));
  assert.equal(ordered.length, files.length);
  const bytes = files.flatMap(({ blocks }) => blocks).reduce((sum, { data }) => sum + data.length, 0);
  assert.ok(pagesOf(ordered) < pagesOf(files));
  assert.ok(pagesOf(ordered) * PAGE_BYTES < bytes * 1.12, `${pagesOf(ordered)} pages for ${bytes} bytes`);
});

Deno.test("files of one id keep their order, since the last one counts", () => {
  const files = packedFiles(2000), again = { ...files[2], words: "later" };
  assert.deepEqual(pageOrder([...files, again]), [...files, again]);
});
