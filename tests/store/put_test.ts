import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError } from "../../src/domain/errors.ts";
import type { FileRecord } from "../../src/domain/records.ts";
import { runs } from "../support/effort.ts";
import { testBackends } from "../support/backends.ts";
import { allOf, postedRecord, recordOf } from "../support/records_of.ts";
import { fileRecords } from "../support/random_record.ts";

testBackends("whatever is put comes out unchanged", async ({ store }) => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fileRecords(), { minLength: 1, maxLength: 4, selector: ({ file_id }) => file_id }),
      fc.boolean(),
      async (records, oneByOne) => {
        const before = structuredClone(records);
        if (oneByOne) { for (const record of records) await store.putFile(record); }
        else await store.putFiles(records);
        assert.deepEqual(records, before);
        for (const record of records) {
          assert.deepEqual(await store.record(record.file_id), record);
          const { segments, ...head } = record;
          assert.deepEqual(await store.segments(record.file_id), segments);
          assert.deepEqual(await store.file(record.file_id), {
            ...head,
            segment_count: segments.length,
            posted_count: segments.filter(({ message_id }) => message_id !== null).length,
            pending_count: segments.filter(({ status }) => status !== "uploaded" && status !== "cancelled").length,
          });
        }
      },
    ),
    { numRuns: runs(10, 25) },
  );
  assert.deepEqual((await store.verify()).problems, []);
});

testBackends("a file is added, then unchanged, then replaced by what differs", async ({ store, reopen }) => {
  const record = recordOf("f", { folder: { folder_id: "d", path: "p", name: "n" }, meta: { a: 1 }, size: 7 }, [
    { index: 0, message_id: "a@b", hash: "00ff" },
    { index: 1, meta: { b: 2 } },
  ]);
  assert.equal(await store.putFile(record), "added");
  assert.equal(await store.putFile(record), "unchanged");
  assert.equal(await store.putFile(structuredClone(record)), "unchanged");
  const changes: Partial<FileRecord>[] = [
    ...[{ path: "q" }, { name: "m" }, { size: 8 }, { hash: "00" }, { subject: "s" }, { poster: "p" }],
    ...[{ groups: ["g"] }, { created_at: "2025-01-01T00:00:00Z" }, { meta: { a: 2 } }, { meta: null }, {
      folder: null,
    }],
    { folder: { folder_id: "d", path: "p2", name: "n" } },
    { folder: { folder_id: "d", path: "p", name: "n", meta: { c: 3 } } },
    ...[[], [record.segments[0]], [{ ...record.segments[0], hash: "00FF" }, record.segments[1]]]
      .map((segments) => ({ segments })),
    { segments: [record.segments[0], { ...record.segments[1], redundancy: 1 }] },
    { segments: [record.segments[0], { ...record.segments[1], meta: { b: 3 } }] },
  ];
  for (const change of changes) {
    const changed = { ...record, ...change };
    assert.equal(await store.putFile(changed), "replaced", JSON.stringify(change));
    assert.deepEqual(await store.record("f"), changed);
    assert.equal(await store.putFile(changed), "unchanged");
    assert.equal(await store.putFile(record), "replaced");
  }
  store = await reopen();
  assert.deepEqual(await allOf(store), [record]);
  assert.equal((await store.totals()).files, 1);
  assert.deepEqual((await store.verify()).problems, []);
});

testBackends("a replaced file is gone from every query", async ({ store }) => {
  await store.putFile(
    recordOf("f", { name: "apple", folder: { folder_id: "d1", path: "", name: "" } }, [
      { index: 0, message_id: "old@x" },
      { index: 1 },
    ]),
  );
  await store.putFile(
    recordOf("f", { name: "pear", path: "", folder: { folder_id: "d2", path: "", name: "" } }, [
      { index: 5, message_id: "new@x" },
    ]),
  );
  assert.equal(await store.findMessageId("old@x"), undefined);
  assert.equal((await store.findMessageId("new@x"))?.index, 5);
  assert.deepEqual((await store.search("apple")).files, []);
  assert.equal((await store.search("pear")).files.length, 1);
  assert.deepEqual(await store.pending(), []);
  assert.deepEqual(await store.files({ folder: "d1" }), []);
  assert.equal((await store.files({ folder: "d2" })).length, 1);
});

testBackends("what is no record is refused and nothing of it stored", async ({ store }) => {
  const good = postedRecord("good", 2);
  const bad = { ...good, file_id: "bad", segments: [good.segments[0], { ...good.segments[1], size: -1 }] };
  await assert.rejects(store.putFile(bad), (error) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, /^segments\[1\]\.size: /);
    return true;
  });
  await assert.rejects(store.putFile({ ...good, name: "\ud800" }), InputError);
  await assert.rejects(store.putFile({} as FileRecord), InputError);
  await assert.rejects(store.putFiles([bad]), InputError);
  assert.deepEqual(await allOf(store), []);
  assert.equal(await store.putFile(good), "added");
});

testBackends("puts at the same time are all there, and the last one of a file wins", async ({ store }) => {
  const puts = Array.from({ length: 200 }, (_, i) => postedRecord(`file ${i % 40}`, 3, { size: i }));
  const outcomes = await Promise.all(puts.map((record) => store.putFile(record)));
  assert.equal(outcomes.filter((outcome) => outcome === "added").length, 40);
  assert.equal(outcomes.filter((outcome) => outcome === "replaced").length, 160);
  const all = await allOf(store);
  assert.deepEqual(all.map(({ size }) => size).sort((a, b) => a - b), Array.from({ length: 40 }, (_, i) => 160 + i));
  assert.deepEqual((await store.verify()).problems, []);
});

testBackends("sizes whose sum no double can hold do no harm", async ({ store, reopen }) => {
  const sizes = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 2, 1];
  for (const [i, size] of sizes.entries()) await store.putFile(recordOf(`f${i}`, { size }));
  store = await reopen();
  const { content_bytes } = await store.totals(), exactly = 2n * BigInt(Number.MAX_SAFE_INTEGER) + 3n;
  assert.ok(Math.abs(content_bytes / Number(exactly) - 1) < 1e-15, `${content_bytes}`);
  assert.deepEqual((await store.verify()).problems, []);
  for (const i of [0, 1]) await store.deleteFile(`f${i}`);
  assert.equal((await store.totals()).content_bytes, 3);
  assert.deepEqual((await store.verify()).problems, []);
});
