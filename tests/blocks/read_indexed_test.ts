import assert from "node:assert/strict";
import fc from "fast-check";
import { readBlock, readIndexed, readOutline, writeBlock } from "../../src/blocks/block.ts";
import { ByteWriter } from "../../src/blocks/bytes.ts";
import { Int32List } from "../../src/blocks/int32_list.ts";
import { messageIdHash } from "../../src/blocks/message_id_hash.ts";
import { columnsOf } from "../../src/blocks/segment_columns.ts";
import { segmentLists } from "../support/random_record.ts";

/** That of any file. */
const SEAL = 0x1234abcd;

Deno.test("what is indexed of a block is read without the rest of it", () => {
  fc.assert(fc.property(segmentLists(fc.integer({ min: 1, max: 64 })), (segments) => {
    const out = new ByteWriter(), written = new Int32List(1);
    const posted = writeBlock(out, columnsOf(segments), 0, segments.length, SEAL, written);
    const bytes = out.bytes.slice(0, out.length), { hashes, subjects, ...counts } = readIndexed(bytes, SEAL);
    const messageIds = segments.map(({ message_id }) => message_id).filter((messageId) => messageId !== null);
    const internal = segments.map(({ internal_subject }) => internal_subject).filter((text) => text !== null)
      .map(messageIdHash).filter((hash, i, all) => i === 0 || hash !== all[i - 1]);
    assert.deepEqual([...hashes], [...messageIds.map(messageIdHash), ...internal]);
    assert.deepEqual([posted, counts.posted], [messageIds.length, messageIds.length]);
    assert.deepEqual(written.take(), hashes);
    assert.deepEqual(subjects, segments.map(({ subject }) => subject));
    assert.deepEqual(readBlock(bytes, SEAL), segments);
    const outline = readOutline(bytes, SEAL);
    assert.deepEqual([outline.hashes, outline.posted, outline.subjects], [hashes, posted, subjects]);
    assert.deepEqual(outline.indexes, segments.map(({ index }) => index));
    assert.deepEqual(outline.redundancies, segments.map(({ redundancy }) => redundancy));
    assert.deepEqual(outline.statuses, segments.map(({ status }) => status));
  }));
});
