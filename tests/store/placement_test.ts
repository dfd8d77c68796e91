import assert from "node:assert/strict";
import fc from "fast-check";
import { type Halves, jumpHash, placementHash, shardOf } from "../../src/store/placement.ts";

function halvesOf(key: bigint): Halves {
  return { high: Number(key >> 32n), low: Number(key & 0xffffffffn) };
}

/** The reference: `jumpHash` in whole 64-bit numbers. */
function wideJumpHash(key: bigint, buckets: number): number {
  let bucket = -1n, next = 0n;
  while (next < buckets) {
    bucket = next;
    key = BigInt.asUintN(64, key * 2862933555777941757n + 1n);
    next = BigInt(Math.floor(Number(bucket + 1n) * (2 ** 31 / Number((key >> 33n) + 1n))));
  }
  return Number(bucket);
}

Deno.test("the hash of a file_id is XXH64, by its published vectors", () => {
  // https://github.com/cespare/xxhash, xxhash_test.go; the long one takes all paths of the function.
  const vectors: [string, bigint][] = [
    ["", 0xef46db3751d8e999n],
    ["a", 0xd24ec4f1a98c6e5bn],
    ["as", 0x1c330fb2d66be179n],
    ["asd", 0x631c37ce72a97393n],
    ["asdf", 0x415872f599cea71en],
    ["Call me Ishmael. Some years ago--never mind how long precisely-", 0x02a2e85470d6fd96n],
  ];
  for (const [text, hash] of vectors) assert.deepEqual(placementHash(text), halvesOf(hash), text);
});

Deno.test("the shard of a hash is its jump consistent hash, by published vectors", () => {
  // https://github.com/dgryski/go-jump, jump_test.go, and Guava's HashingTest (consistentHash).
  const vectors: [key: bigint, buckets: number, bucket: number][] = [
    [1n, 1, 0],
    [42n, 57, 43],
    [0xdead10ccn, 1, 0],
    [0xdead10ccn, 666, 361],
    [256n, 1024, 520],
    [10863919174838991n, 11, 6],
    [2016238256797177309n, 11, 3],
    [1673758223894951030n, 11, 5],
  ];
  for (const [key, buckets, bucket] of vectors) {
    assert.equal(jumpHash(halvesOf(key), buckets), bucket, `${key} of ${buckets}`);
  }
  const of100 = [0, 55, 62, 8, 45, 59, 86, 97, 82, 59, 73, 37, 17, 56, 86, 21, 90, 37, 38, 83];
  assert.deepEqual(of100.map((_, key) => jumpHash(halvesOf(BigInt(key)), 100)), of100);
});

Deno.test("the shard of any hash is the one that arithmetic in 64 bits gives", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.integer({ min: 1, max: 1000 }), (key, buckets) => {
      assert.equal(jumpHash(halvesOf(key), buckets), wideJumpHash(key, buckets));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("where files are has not changed", () => {
  const ids = ["a", "b", "ü", "😀", "3f2c6a1e-0b5d-4f3e-9a67-1c2d3e4f5a6b", "nzb-00112233445566778899aabbccddeeff"];
  assert.deepEqual(ids.map((id) => shardOf(id, 10)), [8, 2, 7, 8, 2, 8]);
  for (const id of ids) assert.equal(shardOf(id, 1), 0);
});

Deno.test("more shards take files from all others evenly and move no other files", () => {
  const ids = Array.from({ length: 20_000 }, (_, i) => `file ${i}`);
  for (const [from, to] of [[1, 10], [3, 4], [10, 11], [10, 32], [4, 10]]) {
    const before = ids.map((id) => shardOf(id, from)), after = ids.map((id) => shardOf(id, to));
    let moved = 0;
    for (let i = 0; i < ids.length; i++) {
      if (before[i] === after[i]) continue;
      moved++;
      assert.ok(after[i] >= from, `${ids[i]} moves from ${before[i]} to ${after[i]}, which was there before`);
    }
    const share = (to - from) / to;
    assert.ok(Math.abs(moved / ids.length - share) < 0.02, `${moved} of ${ids.length} move from ${from} to ${to}`);
    const counts = Array.from({ length: to }, (_, shard) => after.filter((at) => at === shard).length);
    for (const count of counts) assert.ok(Math.abs(count * to / ids.length - 1) < 0.25, `${counts}`);
  }
});
