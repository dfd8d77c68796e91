import assert from "node:assert/strict";
import { UsyncError } from "../../src/domain/errors.ts";
import { type FileRecord, isPending } from "../../src/domain/records.ts";
import type { Store, Totals } from "../../src/store/store.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { runs } from "../support/effort.ts";
import { testBackends } from "../support/backends.ts";
import { allOf, postedRecord, recordOf } from "../support/records_of.ts";

function counted(records: FileRecord[]): Omit<Totals, "database_bytes"> {
  const segments = records.flatMap(({ segments }) => segments);
  return {
    files: records.length,
    segments: segments.length,
    posted: segments.filter(({ message_id }) => message_id !== null).length,
    pending: segments.filter(({ status }) => isPending(status)).length,
    content_bytes: records.reduce((sum, { size }) => sum + size, 0),
  };
}

async function assertTotals(store: Store): Promise<void> {
  const { database_bytes, ...totals } = await store.totals();
  assert.deepEqual(totals, counted(await allOf(store)));
  assert.ok(database_bytes > 0);
}

testBackends("totals are what counting everything gives, after every kind of change", async ({ store, reopen }) => {
  await assertTotals(store);
  const records = [...generateFiles({ segments: 3000, seed: 8 })];
  await store.putFiles(records);
  await assertTotals(store);
  await store.putFiles(records.map((record, i) => ({ ...record, size: record.size + i % 2 })));
  await assertTotals(store);
  await store.deleteFile(records[3].file_id);
  await store.updateSegments(
    records.slice(0, 9).map(({ file_id }, i) => ({
      file_id,
      index: 0,
      status: i % 2 ? "failed" : "cancelled",
      message_id: i % 3 ? null : "a@b",
    })),
  );
  await store.putFile({ ...records[0], segments: [] });
  store = await reopen();
  await assertTotals(store);
  const { problems, files, segments } = await store.verify();
  const totals = await store.totals();
  assert.deepEqual([problems, files, segments], [[], totals.files, totals.segments]);
});

testBackends(
  "a stream gives what was there at its beginning and is not changed, while others write",
  async ({ store }) => {
    const records = Array.from({ length: 700 }, (_, i) => postedRecord(`f${String(i).padStart(3, "0")}`, 3));
    await store.putFiles(records);
    const seen: FileRecord[] = [];
    for await (const record of store.stream()) {
      seen.push(record);
      if (seen.length % 100 !== 1) continue;
      const at = seen.length - 1;
      await store.deleteFile(records[at + 5].file_id);
      await store.putFile({ ...records[at + 10], size: 99 });
      await store.putFile(postedRecord(`${record.file_id} and more`, 1));
    }
    const ids = seen.map(({ file_id }) => file_id);
    assert.deepEqual(ids, ids.toSorted());
    assert.equal(new Set(ids).size, ids.length);
    const byId = new Map(records.map((record) => [record.file_id, record]));
    for (const record of seen) {
      const before = byId.get(record.file_id);
      if (before) assert.deepEqual({ ...record, size: 1 }, before);
    }
    const untouched = records.filter((_, i) => i % 100 !== 5);
    for (const { file_id } of untouched) assert.ok(ids.includes(file_id), file_id);
  },
);

testBackends("a stream can be left, and several run side by side", async ({ store }) => {
  await store.putFiles(Array.from({ length: 300 }, (_, i) => postedRecord(`f${i}`, 2)));
  for await (const record of store.stream()) {
    assert.equal(record.file_id, "f0");
    break;
  }
  const [a, b] = await Promise.all([allOf(store), allOf(store)]);
  assert.equal(a.length, 300);
  assert.deepEqual(a, b);
});

/** How many versions are loaded one after the other while others read, and how often these do at least. */
const VERSIONS = runs(3, 7), LEAST_READS = 4;

testBackends("readers see whole files while a load runs, and what was there before stays", async ({ store }) => {
  const version = (i: number, size: number) =>
    postedRecord(`f${i}`, 130, { size, name: `name${size} ${i}`, path: "" }, [5]);
  await store.putFiles(Array.from({ length: 60 }, (_, i) => version(i, 1)));
  let loading = true, reads = 0, last = 1;
  const load = (async () => {
    while (last < VERSIONS || reads < LEAST_READS) {
      last++;
      await store.putFiles(Array.from({ length: 60 + last * 20 }, (_, i) => version(i, last)));
    }
  })().finally(() => loading = false);
  const check = (record: FileRecord | undefined, i: number) => {
    if (i < 60) assert.ok(record, `f${i} is gone`);
    if (record) assert.deepEqual(record, version(i, record.size));
  };
  while (loading) {
    const i = (reads++ * 13) % 90;
    check(await store.record(`f${i}`), i);
    const [pending] = await store.pending({ limit: 1, after: { file_id: `f${i}`, redundancy: 0, index: 0 } });
    if (pending?.file_id === `f${i}`) assert.equal(pending.index, 5);
    const { files } = await store.search(`name* ${i}`);
    assert.ok(files.length <= 1);
    if (i < 60) assert.equal(files.length, 1);
    assert.ok((await store.files({ limit: 10 })).length === 10);
    const totals = await store.totals();
    assert.equal(totals.segments, totals.files * 130);
    assert.equal(totals.pending, totals.files);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await load;
  assert.equal((await store.totals()).files, 60 + last * 20);
  for (const record of await allOf(store)) assert.deepEqual(record, version(Number(record.file_id.slice(1)), last));
  assert.deepEqual((await store.verify()).problems, []);
});

testBackends("verify and optimize change nothing and can run while others write", async ({ store, reopen }) => {
  await store.putFiles(generateFiles({ segments: 4000, seed: 5 }));
  await store.putFiles(Array.from({ length: 50 }, (_, i) => postedRecord(`gone ${i}`, 100)));
  for (let i = 0; i < 50; i++) await store.deleteFile(`gone ${i}`);
  const before = await allOf(store);
  const told: { files: number; segments: number }[] = [];
  const [report] = await Promise.all([
    store.verify((done) => told.push({ ...done })),
    store.optimize(),
    store.putFile(recordOf("during")),
    store.updateSegments([{ file_id: before[0].file_id, index: 0, server: "s" }]),
  ]);
  assert.deepEqual(report.problems, []);
  for (const [i, { files }] of told.entries()) assert.ok(files >= (told[i - 1]?.files ?? 0));
  await store.deleteFile("during");
  before[0].segments[0].server = "s";
  await store.optimize();
  assert.deepEqual(await allOf(store), before);
  store = await reopen();
  assert.deepEqual(await allOf(store), before);
  assert.deepEqual((await store.verify()).problems, []);
});

testBackends("an empty store answers everything", async ({ store, reopen }) => {
  for (const again of [false, true]) {
    if (again) store = await reopen();
    assert.deepEqual(await allOf(store), []);
    assert.deepEqual([await store.files(), await store.pending()], [[], []]);
    assert.deepEqual(await store.search("a"), { files: [], next: null });
    const { files, segments, problems } = await store.verify();
    assert.deepEqual([files, segments, problems], [0, 0, []]);
    await store.optimize();
    await store.putFiles([]);
    assert.equal(await store.deleteFile("a"), false);
  }
});

testBackends("closing waits for the writes that were begun", async ({ store, reopen }) => {
  const writes = Array.from({ length: 30 }, (_, i) => store.putFile(postedRecord(`f${i}`, 20)));
  const reopened = await reopen();
  assert.deepEqual(new Set(await Promise.all(writes)), new Set(["added"]));
  assert.equal((await reopened.totals()).files, 30);
});

testBackends("a closed store says so, and may be closed again", async ({ store }) => {
  await store.putFile(postedRecord("f", 2));
  await Promise.all([store.close(), store.close()]);
  await store.close();
  const calls: (() => Promise<unknown>)[] = [
    () => store.file("f"),
    () => store.record("f"),
    () => store.segments("f"),
    () => store.findMessageId("a@b"),
    () => store.pending(),
    () => store.files(),
    () => store.search("f"),
    () => store.totals(),
    () => allOf(store),
    () => store.putFile(recordOf("g")),
    () => store.putFiles([recordOf("g")]),
    () => store.updateSegments([{ file_id: "f", index: 0, status: "failed" }]),
    () => store.deleteFile("f"),
    () => store.optimize(),
    () => store.verify(),
  ];
  for (const call of calls) {
    await assert.rejects(call, (error) => error instanceof UsyncError && /closed/.test(error.message), `${call}`);
  }
});
