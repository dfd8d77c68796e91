import assert from "node:assert/strict";
import fc, { type Arbitrary } from "fast-check";
import { ByteReader, ByteWriter } from "../../src/blocks/bytes.ts";
import { readNumbers, writeNumbers } from "../../src/blocks/number_column.ts";
import { readTexts, writeTexts } from "../../src/blocks/text_column.ts";
import { hashes, messageIds, texts, timestamps } from "../support/random_record.ts";

type Column<T> = (T | null)[];

/** Writes a column between other bytes and reads it back; returns its first byte, which says how it is written. */
function assertRoundTrip<T>(
  values: Column<T>,
  write: (out: ByteWriter, values: Column<T>, start: number, end: number) => void,
  read: (from: ByteReader, count: number) => Column<T>,
): number {
  const before = [...values];
  const out = new ByteWriter(1);
  out.u32(0xdeadbeef);
  write(out, values, 0, values.length);
  const end = out.length;
  out.u32(0xdeadbeef);
  const bytes = out.bytes.slice(0, out.length), from = new ByteReader(bytes, 4);
  assert.deepEqual(read(from, values.length), before);
  assert.equal(from.at, end);
  assert.deepEqual(values, before);
  const again = new ByteWriter();
  again.u32(0xdeadbeef);
  write(again, [null, ...values, null], 1, values.length + 1);
  assert.deepEqual(again.bytes.slice(4, again.length), bytes.slice(4, end), "the same values, other bytes");
  return bytes[4];
}

const counts = fc.integer({ min: 1, max: 64 });
const exactly = (count: number) => ({ minLength: count, maxLength: count });
/** Some values of a column become null. */
const withNulls = <T>(columns: Arbitrary<T[]>): Arbitrary<Column<T>> =>
  columns.chain((values) =>
    fc.array(fc.boolean(), exactly(values.length)).map((isNull) => values.map((value, i) => isNull[i] ? null : value))
  );
const MOST = Number.MAX_SAFE_INTEGER;

Deno.test("number columns of every kind come back", () => {
  const anything = counts.chain((count) =>
    fc.array(fc.oneof(fc.maxSafeNat(), fc.nat(), fc.nat(300), fc.constantFrom(0, MOST)), exactly(count))
  );
  const linear = fc.record({ first: fc.nat(), step: fc.nat(2 ** 40), count: counts })
    .map(({ first, step, count }) => Array.from({ length: count }, (_, i) => first + i * step));
  const same = fc.record({ value: fc.maxSafeNat(), last: fc.maxSafeNat(), count: counts })
    .map(({ value, last, count }) => [...new Array(count).fill(value), last]);
  const narrow = fc.record({ least: fc.nat(), width: fc.integer({ min: 1, max: 52 }), count: counts }).chain(
    ({ least, width, count }) => fc.array(fc.maxSafeNat().map((n) => least + n % 2 ** width), exactly(count)),
  );
  const modes = new Set<number>();
  for (const columns of [anything, linear, same, narrow]) {
    for (const column of [columns, withNulls(columns)]) {
      fc.assert(
        fc.property(column as Arbitrary<Column<number>>, (values) => {
          modes.add(assertRoundTrip(values, writeNumbers, readNumbers));
        }),
        { numRuns: 150 },
      );
    }
  }
  const edges: Column<number>[] = [
    ...[[null], [0], [MOST], [0, MOST], [MOST, 0], [0, MOST, 0], [MOST, MOST, 0], [MOST - 1, MOST], [5, 5, 3]],
    ...[[null, 7], [7, null, 7], [1, null, 2], new Array(64).fill(null), new Array(64).fill(MOST)],
    ...[[0, 255], [0, 255, 1], [0, 256, 1], [0, 65535, 1], [0, 65536, 1], [0, 2 ** 32, 1], [3, 2, 1], [127, 128, 130]],
  ];
  for (const values of edges) modes.add(assertRoundTrip(values, writeNumbers, readNumbers));
  assert.deepEqual([...modes].sort(), [0, 1, 2, 3, 4, 5, 6]);
});

Deno.test("text columns of every kind come back", () => {
  const ascii = fc.string({ unit: "grapheme-ascii", maxLength: 40 });
  const few = fc.array(fc.option(texts), { minLength: 1, maxLength: 8 });
  const framed = fc.record({ before: ascii, after: ascii, kinds: fc.array(ascii, { minLength: 1, maxLength: 64 }) })
    .map(({ before, after, kinds }) => kinds.map((text) => before + text + after));
  const columns: Arbitrary<Column<string>>[] = [
    ...[texts, messageIds, timestamps, hashes.map((hash) => hash ?? "")].map((values) =>
      counts.chain((count) => fc.array(values, exactly(count)))
    ),
    few.chain((words) => fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 64 })),
    framed,
  ];
  const modes = new Set<number>();
  for (const column of columns) {
    for (const arbitrary of [column, withNulls(column)]) {
      fc.assert(
        fc.property(arbitrary as Arbitrary<Column<string>>, (values) => {
          modes.add(assertRoundTrip(values, writeTexts, readTexts));
        }),
        { numRuns: 150 },
      );
    }
  }
  const distinct = Array.from({ length: 64 }, (_, i) => `${i}`);
  const everySymbol = Array.from({ length: 127 }, (_, i) => String.fromCharCode(i + 1));
  const edges: Column<string>[] = [
    ...[[null], [""], ["", null], ["", "a"], ["a", "aa", "aaa"], ["aXa", "aa", "aYa"], ["é", "e"], ["😀", "😁", ""]],
    ...[distinct, distinct.map((text, i) => i % 2 ? text : null), everySymbol.slice(0, 64), [everySymbol.join(""), ""]],
    ...[["\ufeffa", "\ufeffb", "c"], ["x".repeat(100_000), "y"], ["ab".repeat(50_000), "é".repeat(50_000), null]],
  ];
  for (const values of edges) modes.add(assertRoundTrip(values, writeTexts, readTexts));
  assert.deepEqual([...modes].sort(), [0, 1, 2, 3, 4, 5]);
});

Deno.test("single numbers and texts come back", () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.maxSafeNat(), texts)), (values) => {
    const out = new ByteWriter(1);
    for (const value of values) {
      if (typeof value === "number") out.varint(value);
      else out.text(value);
    }
    const from = new ByteReader(out.bytes.subarray(0, out.length));
    for (const value of values) assert.equal(typeof value === "number" ? from.varint() : from.text(), value);
    assert.throws(() => from.u8(), RangeError);
  }));
});
