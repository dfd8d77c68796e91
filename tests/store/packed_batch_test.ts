import assert from "node:assert/strict";
import fc from "fast-check";
import { readBlock, sealOf } from "../../src/blocks/block.ts";
import { messageIdHash } from "../../src/blocks/message_id_hash.ts";
import type { NumberColumn, SegmentColumns, TextColumn } from "../../src/blocks/segment_columns.ts";
import { flatHead, headText } from "../../src/domain/file_fields.ts";
import { headCheck, searchSecond } from "../../src/domain/file_head.ts";
import { searchHash } from "../../src/store/search_cursor.ts";
import { type FileRecord, isPending, type Segment, STATUSES } from "../../src/domain/records.ts";
import { fileWords } from "../../src/domain/search_words.ts";
import { BatchPacker } from "../../src/store/batch_packer.ts";
import { decodeBatch, encodeBatch } from "../../src/store/encode_batch.ts";
import { filesOf, type PackedBatch, type PackedFile, textsOf, transferables } from "../../src/store/packed_batch.ts";
import { shardOf } from "../../src/store/placement.ts";
import { splitBatch } from "../../src/store/split_batch.ts";
import { fileRecords } from "../support/random_record.ts";

const records = fc.array(fileRecords(), { maxLength: 8 });

function packed(records: FileRecord[]): PackedBatch {
  const packer = new BatchPacker();
  for (const record of records) packer.add(record);
  const { files, size } = packer, batch = packer.take();
  assert.equal(batch.files, files);
  assert.equal(batch.size - batch.texts.length, size - textsOf(batch).length); // before, a character counts one byte
  assert.equal(packer.files, 0);
  return batch;
}

/** What a batch says of a file, its blocks unpacked. */
function unpacked({ blocks, folder: _, ...file }: PackedFile, { hashes }: PackedBatch) {
  return {
    ...file,
    blocks: blocks.map(({ data, redundancy, index, pending, hashesStart, hashesEnd }) => ({
      ...{ segments: readBlock(data, sealOf(file.head.file_id)), redundancy, index, pending },
      hashes: [...hashes.subarray(hashesStart, hashesEnd)],
    })),
  };
}

function contentOf(batch: PackedBatch) {
  return [...filesOf(batch)].map((file) => unpacked(file, batch));
}

function hashesOf(segments: Segment[], key: "message_id" | "internal_subject"): number[] {
  return segments.map((segment) => segment[key]).filter((text) => text !== null).map(messageIdHash);
}

/** Without those that are as the one before. */
function withoutRepeats(hashes: number[]): number[] {
  return hashes.filter((hash, i) => i === 0 || hash !== hashes[i - 1]);
}

/** What a batch must say of a record that it has cut as `packed` says. */
function expectedOf(record: FileRecord, packed: ReturnType<typeof unpacked>) {
  const { segments, ...head } = record, flat = flatHead(head);
  const subjects = segments.map(({ subject }) => subject).filter((subject) => subject !== null);
  const blocks = [];
  for (let i = 0, start = 0; start < segments.length; i++) {
    const part = segments.slice(start, start += packed.blocks[i].segments.length);
    const hashes = [hashesOf(part, "message_id"), withoutRepeats(hashesOf(part, "internal_subject"))].flat();
    const pending = part.filter(({ status }) => isPending(status)).length;
    blocks.push({ segments: part, redundancy: part[0].redundancy, index: part[0].index, pending, hashes });
  }
  return {
    head: flat,
    second: searchSecond(head.created_at),
    searchHash: searchHash(head.file_id),
    check: headCheck(headText(flat)),
    words: fileWords(head, subjects).join(" "),
    segments: segments.length,
    posted: segments.filter(({ message_id }) => message_id !== null).length,
    pending: segments.filter(({ status }) => isPending(status)).length,
    blocks,
  };
}

Deno.test("a batch gives every file with all that a writer needs of it", () => {
  fc.assert(
    fc.property(records, (records) => {
      const content = contentOf(packed(records));
      assert.deepEqual(content, records.map((record, i) => expectedOf(record, content[i])));
    }),
    { numRuns: 60 },
  );
});

Deno.test("a batch is the same after it went through bytes, or to another thread", () => {
  fc.assert(
    fc.property(records, fc.nat(9), (records, shift) => {
      const batch = packed(records), parts = encodeBatch(batch);
      const bytes = Buffer.concat([Buffer.alloc(shift), ...parts]).subarray(shift);
      let at = 0;
      const decoded = decodeBatch((into) => into.set(bytes.subarray(at, at += into.length)));
      assert.deepEqual(decoded, batch);
      for (const [i, buffer] of transferables(decoded).entries()) {
        assert.equal(buffer.byteLength, transferables(batch)[i].byteLength); // each is its own
      }
      const sent = structuredClone(decoded, { transfer: transferables(decoded) });
      assert.deepEqual(sent, batch);
    }),
    { numRuns: 60 },
  );
});

Deno.test("a batch that is split is what packing its files by shard gives", () => {
  fc.assert(
    fc.property(records, fc.constantFrom(1, 2, 3, 10, 100), (records, shards) => {
      const parts = splitBatch(packed(records), shards);
      assert.equal(parts.length, shards);
      for (const [shard, part] of parts.entries()) {
        const ofShard = records.filter(({ file_id }) => shardOf(file_id, shards) === shard);
        assert.deepEqual(part, ofShard.length === 0 ? undefined : packed(ofShard));
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("files that are stored are packed as they were at first", () => {
  fc.assert(
    fc.property(records, (records) => {
      const batch = packed(records), packer = new BatchPacker();
      for (const { head, segments, posted, pending, blocks, check } of filesOf(batch)) {
        const stored = blocks.map(({ data, pending, redundancy, index }) => ({
          data,
          pending,
          redundancy,
          place: index,
        }));
        const { file_id } = head, counts = { segments, posted, pending };
        packer.addStored(
          { file_id, head, text: headText(head), check, counts, blocks: stored },
          (what) => assert.fail(what),
        );
      }
      assert.deepEqual(packer.take(), batch);
    }),
    { numRuns: 60 },
  );
});

Deno.test("segments in columns are packed as they are in records", () => {
  fc.assert(
    fc.property(records, fc.integer(), (records, seed) => {
      const packer = new BatchPacker();
      for (const { segments, ...head } of records) packer.addColumns(head, columnsOf(segments, seed));
      assert.deepEqual(packer.take(), packed(records));
    }),
    { numRuns: 60 },
  );
});

/** Segments column by column, each in the most compact form that it allows, or as a list. */
function columnsOf(segments: Segment[], seed: number): SegmentColumns {
  const isPlain = seed % 2 === 0;
  const numbers = (values: (number | null)[]): NumberColumn => {
    if (isPlain || values.length === 0) return values;
    if (values.every((value) => value === values[0])) return values[0];
    return values.includes(null) ? values : new Float64Array(values as number[]);
  };
  const texts = (values: (string | null)[]): TextColumn => {
    if (isPlain || values.length === 0) return values;
    if (values.every((value) => value === values[0])) return values[0];
    return values.every((value) => value === null || /^[\0-\x7f]*$/.test(value)) ? asciiOf(values) : values;
  };
  const metas = segments.map(({ meta }) => meta);
  return {
    count: segments.length,
    index: numbers(segments.map(({ index }) => index)),
    redundancy: numbers(segments.map(({ redundancy }) => redundancy)),
    size: numbers(segments.map(({ size }) => size)),
    offset: numbers(segments.map(({ offset }) => offset)),
    status: numbers(segments.map(({ status }) => STATUSES.indexOf(status))),
    hash: texts(segments.map(({ hash }) => hash)),
    message_id: texts(segments.map(({ message_id }) => message_id)),
    subject: texts(segments.map(({ subject }) => subject)),
    internal_subject: texts(segments.map(({ internal_subject }) => internal_subject)),
    group: texts(segments.map(({ group }) => group)),
    server: texts(segments.map(({ server }) => server)),
    uploaded_at: texts(segments.map(({ uploaded_at }) => uploaded_at)),
    meta: metas.every((meta) => meta === undefined) ? null : metas,
  };
}

function asciiOf(values: (string | null)[]): TextColumn {
  const bytes = new TextEncoder().encode(values.map((value) => `-${value ?? ""}`).join(""));
  const starts = new Int32Array(values.length), ends = new Int32Array(values.length);
  let at = 0;
  values.forEach((value, i) => {
    at++;
    starts[i] = value === null ? -1 : at;
    ends[i] = at += value?.length ?? 0;
  });
  return { bytes, starts, ends };
}
