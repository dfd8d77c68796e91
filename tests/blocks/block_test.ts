import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import {
  MAX_SEGMENTS_PER_BLOCK,
  readBlock,
  readIndexed,
  readInternalSubjects,
  readMessageIds,
  readOutline,
  sealOf,
  writeBlock,
} from "../../src/blocks/block.ts";
import { ByteWriter, setU32 } from "../../src/blocks/bytes.ts";
import { messageIdHash } from "../../src/blocks/message_id_hash.ts";
import { columnsOf } from "../../src/blocks/segment_columns.ts";
import type { Segment } from "../../src/domain/records.ts";
import { segmentLists } from "../support/random_record.ts";
import { GOLDEN_SEGMENTS } from "./golden_block.ts";

/** The golden segments as a block of the file "golden". */
const GOLDEN = Uint8Array.fromHex(
  readFileSync(new URL("testdata/golden_block.hex", import.meta.url), "utf8").replaceAll(/\s/g, ""),
);
const SEAL = sealOf("golden");

function blockOf(segments: Segment[]): Uint8Array {
  const out = new ByteWriter(1);
  writeBlock(out, columnsOf(segments), 0, segments.length, SEAL);
  return out.bytes.slice(0, out.length);
}

Deno.test("segments come back from blocks unchanged, and give the same bytes again", () => {
  fc.assert(
    fc.property(segmentLists(fc.integer({ min: 1, max: 200 })), (segments) => {
      const out = new ByteWriter(1), columns = columnsOf(segments), ends: number[] = [];
      for (let start = 0; start < segments.length; start += MAX_SEGMENTS_PER_BLOCK) {
        writeBlock(out, columns, start, Math.min(start + MAX_SEGMENTS_PER_BLOCK, segments.length), SEAL);
        ends.push(out.length);
      }
      const blocks = ends.map((end, i) => out.bytes.slice(i === 0 ? 0 : ends[i - 1], end));
      const read = blocks.flatMap((block) => readBlock(block, SEAL));
      assert.deepEqual(read, segments);
      assert.equal(JSON.stringify(read), JSON.stringify(segments)); // the keys are in their order, too
      assert.deepEqual(
        blocks.flatMap((block) => readMessageIds(block, SEAL)),
        segments.map(({ message_id }) => message_id),
      );
      assert.deepEqual(
        blocks.flatMap((block) => readInternalSubjects(block, SEAL)),
        segments.map(({ internal_subject }) => internal_subject),
      );
      for (const block of blocks) assert.deepEqual(blockOf(readBlock(block, SEAL)), block);
    }),
    { numRuns: 60 },
  );
});

Deno.test("the format of blocks has not changed", () => {
  assert.deepEqual(readBlock(GOLDEN, SEAL), GOLDEN_SEGMENTS);
  assert.equal(blockOf(GOLDEN_SEGMENTS).toHex(), GOLDEN.toHex());
  assert.deepEqual(readMessageIds(GOLDEN, SEAL), GOLDEN_SEGMENTS.map(({ message_id }) => message_id));
});

Deno.test("the hashes of Message-IDs have not changed", () => {
  assert.deepEqual(
    ["", "a", "part1of2.abc@example.com", "ÄÖ@x", "😀@x"].map(messageIdHash),
    [-1421968373, 444641715, 374853662, -1585316056, 1685500970], // computed by another implementation
  );
  assert.equal(messageIdHash("part31932@x"), messageIdHash("part653080@x"));
  assert.equal(messageIdHash("part31933@x"), messageIdHash("part653081@x"));
});
/** Everything that reads blocks. */
const READERS = [readBlock, readMessageIds, readInternalSubjects, readIndexed, readOutline];

Deno.test("a block that was cut off or has a wrong bit is refused", () => {
  for (const read of READERS) {
    for (let length = 0; length < GOLDEN.length; length++) {
      assert.throws(() => read(GOLDEN.subarray(0, length), SEAL), RangeError, `${length} bytes`);
    }
    for (let bit = 0; bit < GOLDEN.length * 8; bit++) {
      const damaged = GOLDEN.slice();
      damaged[bit >> 3] ^= 1 << (bit & 7);
      assert.throws(() => read(damaged, SEAL), RangeError, `bit ${bit}`);
    }
    assert.throws(() => read(Uint8Array.of(...GOLDEN, 0), SEAL), RangeError);
    assert.throws(() => read(new Uint8Array(1000), SEAL), RangeError);
    assert.throws(() => read(GOLDEN, sealOf("another file")), /its checksum does not match its content and the file/);
  }
});

Deno.test("a block of a later format says so", () => {
  const later = GOLDEN.slice();
  later[4] = 4;
  setU32(later, 0, (crc32(later.subarray(4)) ^ SEAL) >>> 0);
  for (const read of READERS) {
    assert.throws(() => read(later, SEAL), /^RangeError: its format is 4, this program reads 3$/);
  }
});

Deno.test("a block whose checksum fits nonsense is refused or read, within bounds", () => {
  const blocks = fc.oneof(
    fc.constant(GOLDEN),
    segmentLists(fc.integer({ min: 1, max: 12 })).map(blockOf),
  );
  const damages = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  let read = 0, refused = 0;
  fc.assert(
    fc.property(blocks, damages, fc.option(fc.nat(), { freq: 4 }), (block, changes, length) => {
      const damaged = length === null ? block.slice() : block.slice(0, 6 + length % (block.length - 6));
      for (const [at, value] of changes) damaged[5 + at % (damaged.length - 5)] = value;
      setU32(damaged, 0, (crc32(damaged.subarray(4)) ^ SEAL) >>> 0);
      for (const reader of READERS) {
        try {
          reader(damaged, SEAL);
          read++;
        } catch (error) {
          assert.ok(error instanceof RangeError, `${error}`);
          refused++;
        }
      }
    }),
    { numRuns: 3000 },
  );
  assert.ok(read > 100 && refused > 100, `${read} read, ${refused} refused`);
});
