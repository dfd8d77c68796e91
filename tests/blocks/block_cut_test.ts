import assert from "node:assert/strict";
import { MAX_SEGMENTS_PER_BLOCK } from "../../src/blocks/block.ts";
import { fewerSegments, MAX_BLOCK_BYTES, segmentsOfFirstBlock, segmentsPerBlock } from "../../src/blocks/block_cut.ts";

/** Bytes of a page that rows can take, and of a row beside its block. */
const PAGE = 8184, ROW = 32;

Deno.test("blocks of any size of segments fill a page, or a whole part of one", () => {
  for (let each = 1; each < 4000; each += each < 200 ? 1 : 97) {
    for (const fixed of [60, 250]) {
      const segments = segmentsPerBlock(5000, (segments) => fixed + segments * each);
      const row = fixed + segments * each + ROW, inPage = Math.floor(PAGE / row);
      assert.ok(segments >= 1 && segments <= MAX_SEGMENTS_PER_BLOCK, `${segments} segments of ${each} bytes`);
      assert.ok(inPage >= 1, `${segments} segments of ${each} bytes do not fit a page`);
      if (each < 100) assert.ok(segments > USUAL * 2 / 3, `${segments} segments of ${each} bytes`);
      const unused = PAGE - inPage * row;
      assert.ok(unused < 2 * each * inPage + row / 8, `${unused} bytes unused by ${inPage} blocks of ${segments}`);
    }
  }
});

const USUAL = 64;

Deno.test("a segment that is larger than a page is a block of its own", () => {
  assert.equal(segmentsPerBlock(25, (segments) => segments * 1_000_000), 1);
  assert.equal(fewerSegments(2, 2_000_000), 1);
  assert.equal(fewerSegments(24, 24_000_000), 1);
});

Deno.test("a block that does not fit a page becomes smaller", () => {
  assert.equal(fewerSegments(70, MAX_BLOCK_BYTES + 1), 69);
  assert.equal(fewerSegments(70, MAX_BLOCK_BYTES * 2), 35);
});

Deno.test("few segments are not measured, and are one block", () => {
  for (const count of [0, 1, 24]) assert.equal(segmentsPerBlock(count, () => assert.fail()), count);
});

Deno.test("one block of a file is small, the first or the last", () => {
  const expected: [count: number, first: number, otherwise: number][] = [[0, 0, 0], [1, 1, 1], [70, 70, 70]];
  for (const [count, first, otherwise] of [...expected, [71, 1, 70], [139, 69, 70], [140, 70, 70]]) {
    assert.equal(segmentsOfFirstBlock(count, 70, true), first);
    assert.equal(segmentsOfFirstBlock(count, 70, false), otherwise);
  }
});
