import assert from "node:assert/strict";
import fc, { type Arbitrary } from "fast-check";
import { MAX_SEGMENTS_PER_BLOCK, readBlock, readIndexed, writeBlock } from "../../src/blocks/block.ts";
import { ByteWriter } from "../../src/blocks/bytes.ts";
import { Int32List } from "../../src/blocks/int32_list.ts";
import {
  type AsciiTexts,
  columnsOf,
  type MetaColumn,
  type NumberColumn,
  type SegmentColumns,
  segmentsOf,
  type TextColumn,
} from "../../src/blocks/segment_columns.ts";
import type { Segment } from "../../src/domain/records.ts";
import { messageIds, segmentLists, texts, timestamps } from "../support/random_record.ts";

/** That of any file. */
const SEAL = 0x1234abcd;

type Packed = { blocks: Uint8Array[]; hashes: number[] };

/** The blocks of columns. */
function pack(columns: SegmentColumns): Packed {
  const out = new ByteWriter(1), hashes = new Int32List(1), blocks: Uint8Array[] = [];
  for (let start = 0; start < columns.count; start += MAX_SEGMENTS_PER_BLOCK) {
    const before = out.length;
    writeBlock(out, columns, start, Math.min(start + MAX_SEGMENTS_PER_BLOCK, columns.count), SEAL, hashes);
    blocks.push(out.bytes.slice(before, out.length));
  }
  return { blocks, hashes: [...hashes.take()] };
}

const isAscii = (text: string | null) =>
  text === null || new TextEncoder().encode(text).length === text.length && text.isWellFormed();

/** The column as bytes of a buffer, in which other bytes lie between; as it is when a text is not ASCII. */
function inBuffer(column: TextColumn, count: number): TextColumn {
  const values = Array.isArray(column) ? column : new Array<string | null>(count).fill(column as string | null);
  if (!values.every(isAscii)) return column;
  const buffer: AsciiTexts = {
    bytes: new TextEncoder().encode("é" + [...values].reverse().map((text) => `<${text ?? ""}>`).join("ü")),
    starts: new Int32Array(count).fill(-1),
    ends: new Int32Array(count),
  };
  for (let i = count - 1, at = 3; i >= 0; i--) {
    const length = values[i]?.length ?? 0;
    if (values[i] !== null) [buffer.starts[i], buffer.ends[i]] = [at, at + length];
    at += length + 4;
  }
  return buffer;
}

/** The column as an array with a value for each segment. */
function spread<T>(column: T | T[], count: number): T[] {
  return Array.isArray(column) ? column : new Array<T>(count).fill(column);
}

function typed(column: NumberColumn, count: number): NumberColumn {
  const values = spread(column as number | null, count);
  if (values.includes(null)) return values;
  const greatest = Math.max(...values as number[]);
  if (greatest < 2 ** 31) return Int32Array.from(values as number[]);
  return greatest < 2 ** 32 ? Uint32Array.from(values as number[]) : Float64Array.from(values as number[]);
}

/** Every column of the same segments in other clothes. */
function dressed(columns: SegmentColumns, text: typeof inBuffer, number: typeof typed, meta: MetaColumn) {
  const { count } = columns;
  return {
    ...{ count, meta },
    index: number(columns.index, count),
    redundancy: number(columns.redundancy, count),
    size: number(columns.size, count),
    offset: number(columns.offset, count),
    status: number(columns.status, count),
    hash: text(columns.hash, count),
    message_id: text(columns.message_id, count),
    subject: text(columns.subject, count),
    internal_subject: text(columns.internal_subject, count),
    group: text(columns.group, count),
    server: text(columns.server, count),
    uploaded_at: text(columns.uploaded_at, count),
  } satisfies SegmentColumns;
}

function assertSamePacked(segments: Segment[]) {
  const columns = columnsOf(segments), packed = pack(columns);
  const buffered = dressed(columns, inBuffer, typed, columns.meta);
  const arrays = dressed(
    columns,
    (column, count) => spread(column as string | null, count),
    (column, count) => spread(column as number | null, count),
    columns.meta ?? new Array(columns.count).fill(undefined),
  );
  for (const other of [buffered, arrays]) {
    assert.deepEqual(segmentsOf(other), segments);
    assert.deepEqual(pack(other), packed);
  }
  assert.deepEqual(packed.blocks.flatMap((block) => readBlock(block, SEAL)), segments);
  assert.deepEqual(packed.hashes, packed.blocks.flatMap((block) => [...readIndexed(block, SEAL).hashes]));
}

Deno.test("the same segments give the same blocks however their columns are held", () => {
  fc.assert(fc.property(segmentLists(fc.integer({ min: 1, max: 150 })), assertSamePacked), { numRuns: 100 });
});

const ascii = fc.string({ unit: "grapheme-ascii", maxLength: 30 });
/** Texts of one length that agree at some places. */
const ofTemplate: Arbitrary<string> = fc.oneof(
  ...[fc.uuid(), fc.uuid({ version: 4 }), messageIds.filter(isAscii), ascii],
  fc.nat(99).map((n) => `item ${String(n).padStart(2, "0")} of 99, ${n % 2 ? "odd " : "even"}`),
);
const times = fc.oneof(timestamps, timestamps.map((time) => time.replace("T", " ").replace("Z", "")));

Deno.test("UUIDs, times and other texts of one form give the same blocks however they are held", () => {
  const values = fc.oneof(
    fc.uuid({ version: 4 }),
    ofTemplate,
    times,
    fc.integer({ min: 0, max: 300 }).map((n) => new Date(1.7e12 + n * 1000).toISOString().replace(".000Z", "Z")),
  );
  const columns = fc.oneof(
    fc.array(fc.uuid({ version: 4 }), { minLength: 1, maxLength: 70 }),
    fc.array(fc.option(ofTemplate), { minLength: 1, maxLength: 70 }),
    fc.array(fc.option(times), { minLength: 1, maxLength: 70 }),
    fc.array(values, { minLength: 1, maxLength: 70 }),
    fc.array(fc.nat(500).map((n) => new Date(1.7e12 + n * 1000).toISOString().slice(0, 19).replace("T", " "))),
  ).filter((column) => column.length > 0);
  fc.assert(
    fc.property(columns, columns, (first, second) => {
      assertSamePacked(first.map((text, index) => ({
        ...{ index, redundancy: 0, size: index * 7919 % 1000, offset: null },
        ...{ hash: second[index % second.length], message_id: text, subject: null, internal_subject: text },
        ...{ group: null, server: null, status: "uploaded", uploaded_at: null },
        ...(text !== null && { meta: { text, number: index } }),
      })));
    }),
    { numRuns: 200 },
  );
});

const keys = fc.uniqueArray(
  fc.oneof(fc.constantFrom("__proto__", "constructor", "toString", "0", "7", "", "a", "segment_id"), texts),
  { minLength: 1, maxLength: 6 },
).map((names) => names.filter((name) => !name.startsWith("\\")));

Deno.test("metas give the same blocks as objects and as columns of their keys", () => {
  const column = (count: number): Arbitrary<TextColumn | NumberColumn> => {
    const all = { minLength: count, maxLength: count };
    return fc.oneof(
      fc.constantFrom<(TextColumn | NumberColumn)[]>(null, "same", 7),
      fc.array(fc.uuid(), all),
      fc.array(fc.option(ofTemplate.filter(isAscii)), all).map((values) => inBuffer(values, count)),
      fc.array(fc.option(texts), all),
      fc.array(fc.option(fc.maxSafeNat()), all),
      fc.array(fc.nat(2 ** 31 - 1), all).map((values) => Int32Array.from(values)),
    );
  };
  const metas = fc.tuple(fc.integer({ min: 1, max: 80 }), keys).chain(([count, keys]) =>
    fc.record({
      count: fc.constant(count),
      keys: fc.constant(keys),
      columns: fc.tuple(...keys.map(() => column(count))),
    })
  );
  fc.assert(
    fc.property(metas, ({ count, ...meta }) => {
      const segments = segmentsOf({ ...EMPTY, count, meta });
      assert.equal(segments.length, count);
      const { blocks } = pack({ ...EMPTY, count, meta });
      assert.deepEqual(pack({ ...EMPTY, count, meta: segments.map(({ meta }) => meta) }).blocks, blocks);
      const read = blocks.flatMap((block) => readBlock(block, SEAL));
      assert.equal(JSON.stringify(read), JSON.stringify(segments)); // the keys are in their order, too
      assert.deepEqual(read, segments);
    }),
    { numRuns: 300 },
  );
});

const EMPTY: Omit<SegmentColumns, "count"> = {
  ...{ index: 0, redundancy: 0, size: 0, offset: null, status: 0, hash: null, message_id: null, subject: null },
  ...{ internal_subject: null, group: null, server: null, uploaded_at: null, meta: null },
};

Deno.test("metas come back with their JSON unchanged, whatever their keys and values", () => {
  const value = fc.oneof(
    { arbitrary: fc.oneof(texts, fc.maxSafeNat()), weight: 12 },
    { arbitrary: fc.constantFrom<unknown>(null, true, -1, 0.5, -0, [], {}, 1e300), weight: 1 },
  );
  const metas = fc.array(fc.option(fc.dictionary(keys.map((names) => names[0] ?? "x"), value, { maxKeys: 4 })), {
    minLength: 1,
    maxLength: 64,
  });
  fc.assert(
    fc.property(metas, (objects) => {
      const meta = objects.map((object) => object === null ? undefined : JSON.parse(JSON.stringify(object)));
      const { blocks: [block] } = pack({ ...EMPTY, count: meta.length, meta });
      assert.equal(JSON.stringify(readBlock(block, SEAL).map(({ meta }) => meta)), JSON.stringify(meta));
    }),
    { numRuns: 300 },
  );
});
