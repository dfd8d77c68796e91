import assert from "node:assert/strict";
import type { FileRecord } from "../../src/domain/records.ts";
import { generateFiles, KINDS } from "../../tasks/generator/generate_files.ts";
import { shardOf } from "../../src/store/placement.ts";
import { RoutingPacker } from "../../src/store/routing_packer.ts";
import { testBackends } from "../support/backends.ts";
import { allOf, inOrder, postedRecord, recordOf } from "../support/records_of.ts";

function manyRecords(count: number, size = 1): FileRecord[] {
  return Array.from({ length: count }, (_, i) => postedRecord(`file ${i}`, i % 70, { size }));
}

function segmentsOf(records: FileRecord[]): number {
  return records.reduce((sum, { segments }) => sum + segments.length, 0);
}

testBackends("a load counts what it adds, replaces and leaves as it is", async ({ store, reopen }) => {
  const records = manyRecords(90), some = records.slice(0, 50);
  assert.deepEqual(await store.putFiles(some), { added: 50, replaced: 0, unchanged: 0, segments: segmentsOf(some) });
  const changed = [...records.slice(0, 20).map((record) => ({ ...record, size: 2 })), ...records.slice(20)];
  assert.deepEqual(await store.putFiles(changed), {
    ...{ added: 40, replaced: 20, unchanged: 30 },
    segments: segmentsOf(changed.slice(0, 20)) + segmentsOf(changed.slice(50)),
  });
  store = await reopen();
  assert.deepEqual(
    new Set((await allOf(store)).map((record) => JSON.stringify(record))),
    new Set(changed.map((record) => JSON.stringify(record))),
  );
  assert.deepEqual((await store.verify()).problems, []);
});

testBackends("files like real posts come out as they went in, and every query finds them", async ({ store }) => {
  const records = KINDS.flatMap((kind) => [...generateFiles({ segments: 6000, seed: 4 + KINDS.indexOf(kind), kind })]);
  await store.putFiles(records);
  assert.deepEqual(await allOf(store), inOrder(records));
  for (const { file_id, name, segments } of records.filter((_, i) => i % 17 === 0)) {
    const posted = segments.findLast(({ message_id }) => message_id !== null);
    if (posted) assert.deepEqual(await store.findMessageId(posted.message_id!), { file_id, ...posted });
    const { files } = await store.search(name, { limit: 1000 });
    assert.ok(files.some((file) => file.file_id === file_id), name);
  }
  assert.deepEqual((await store.verify()).problems, []);
});

testBackends("the last of several versions of a file in one source wins", async ({ store }) => {
  const versions = Array.from(
    { length: 5 },
    (_, size) => recordOf("f", { size }, [{ index: 0, message_id: `${size}@x` }]),
  );
  const counts = await store.putFiles([...versions, versions[4]]);
  assert.deepEqual([counts.added, counts.replaced, counts.unchanged], [1, 4, 1]);
  assert.deepEqual(await allOf(store), [versions[4]]);
  assert.equal(await store.findMessageId("3@x"), undefined);
  assert.equal((await store.findMessageId("4@x"))?.file_id, "f");
});

testBackends(
  "a batch that keeps folders changes nothing where only the name of a folder differs",
  async ({ store }) => {
    const record = postedRecord("f", 2, { folder: { folder_id: "d", path: "first", name: "first" } });
    const renamed = { ...record, folder: { folder_id: "d", path: "second", name: "second" } };
    const moved = { ...record, folder: { folder_id: "e", path: "second", name: "second" } };
    const put = (record: FileRecord, keepsFolders: boolean) => {
      const packer = new RoutingPacker(store.bulkLoad().shards, keepsFolders);
      packer.add(record);
      return store.bulkLoad().putBatches(packer.take().batches);
    };
    const outcomes = [];
    for (
      const [next, keeps, stored] of [
        ...[[record, true, record], [renamed, true, record], [renamed, false, renamed], [moved, true, moved]] as const,
        ...[[{ ...renamed, folder: null }, true, { ...renamed, folder: null }]] as const,
      ]
    ) {
      const { added, replaced, unchanged } = await put(next, keeps);
      outcomes.push([added, replaced, unchanged].indexOf(1));
      assert.deepEqual(await store.record("f"), stored);
    }
    assert.deepEqual(outcomes, [0, 2, 1, 1, 1]);
    assert.deepEqual((await store.verify()).problems, []);
  },
);

testBackends("sources of one load are stored by themselves, and durable at its end", async ({ store, reopen }) => {
  const load = store.bulkLoad();
  const records = manyRecords(30);
  assert.equal((await load.put(records.slice(0, 10))).added, 10);
  assert.equal(
    (await load.put((async function* () {
      yield* records.slice(10);
    })())).added,
    20,
  );
  assert.deepEqual(await load.put([]), { added: 0, replaced: 0, unchanged: 0, segments: 0 });
  await load.finish();
  store = await reopen();
  assert.equal((await store.totals()).files, 30);
});

testBackends(
  "of a source that breaks off, all or nothing is stored when that is asked for",
  async ({ store, reopen }) => {
    const failure = new Error("the source broke off");
    const kept = manyRecords(10);
    await store.putFiles(kept);
    const source = function* () {
      yield { ...kept[0], size: 99 };
      yield* manyRecords(400, 2).slice(10);
      throw failure;
    };
    const load = store.bulkLoad();
    await assert.rejects(load.put(source(), { allOrNothing: true }), (error) => error === failure);
    const counts = await load.put([postedRecord("next", 3)], { allOrNothing: true });
    assert.deepEqual(counts, { added: 1, replaced: 0, unchanged: 0, segments: 3 });
    await load.finish();
    store = await reopen();
    assert.deepEqual((await allOf(store)).map(({ file_id, size }) => [file_id, size]), [
      ...kept.map(({ file_id }) => [file_id, 1]),
      ["next", 1],
    ]);
    assert.equal((await store.search("399")).files.length, 0);
    assert.equal(await store.findMessageId("1.file%20399@test"), undefined);
    assert.deepEqual((await store.verify()).problems, []);
  },
);

testBackends("of a source that breaks off otherwise, files are whole or not there", async ({ store }) => {
  const failure = new Error("the source broke off"), records = manyRecords(400);
  const load = store.bulkLoad();
  await assert.rejects(
    load.put((function* () {
      yield* records;
      throw failure;
    })()),
    (error) => error === failure,
  );
  await assert.rejects(load.put([recordOf("x"), { ...recordOf("y"), size: -1 }]), /^InputError: size: /);
  await load.finish();
  const byId = new Map(records.map((record) => [record.file_id, record]));
  for (const record of await allOf(store)) {
    if (record.file_id !== "x") assert.deepEqual(record, byId.get(record.file_id));
  }
  assert.equal((await store.putFiles(records)).replaced, 0);
  assert.deepEqual((await store.verify()).problems, []);
});

testBackends("the source waits for the store", async ({ store }) => {
  // 60 MB of heads and segments for one shard: several times what may be on its way at once.
  const ids = Array.from({ length: 20_000 }, (_, i) => `f${i}`).filter((id) => shardOf(id, 10) === 0).slice(0, 300);
  const segments = postedRecord("f", 1300, {}).segments.map((segment, i) => ({
    ...segment,
    subject: `${i}`.repeat(20),
  }));
  const meta = { filler: "x".repeat(100_000) };
  let taken = 0, ahead = 0;
  const source = async function* () {
    for (const id of ids) {
      yield recordOf(id, { meta }, segments);
      ahead = Math.max(ahead, ++taken - (await store.totals()).files);
    }
  };
  assert.equal((await store.putFiles(source())).added, 300);
  assert.ok(ahead < 200, `${ahead} files of 300 were on their way at once`);
});

testBackends("several loads at the same time do not disturb each other", async ({ store }) => {
  const sources = [0, 1, 2].map((n) =>
    manyRecords(150).map((record) => ({ ...record, file_id: `${n} ${record.file_id}` }))
  );
  const counts = await Promise.all(sources.map(async (source, n) => {
    const load = store.bulkLoad();
    const slow = async function* () {
      for (const [i, record] of source.entries()) {
        if (i % 30 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        yield record;
      }
    };
    const counts = await load.put(slow(), { allOrNothing: n > 0 });
    await load.finish();
    return counts.added;
  }));
  assert.deepEqual(counts, [150, 150, 150]);
  assert.equal((await store.totals()).files, 450);
  assert.deepEqual((await store.verify()).problems, []);
});

testBackends(
  "large sources wait for their end beside each other, and are then all there or not at all",
  async ({ store, reopen }) => {
    // 60 MB each: more than is held in memory.
    const record = (n: number, i: number) => recordOf(`${n} ${i}`, { meta: { n, i, filler: "x".repeat(600_000) } });
    const sources = [0, 1].map(async function* (n) {
      for (let i = 0; i < 100; i++) {
        yield record(n, i);
        if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve));
      }
      if (n === 1) throw new Error("the source broke off");
    });
    const results = await Promise.allSettled(sources.map(async (source) => {
      const load = store.bulkLoad();
      const counts = await load.put(source, { allOrNothing: true });
      await load.finish();
      return counts.added;
    }));
    assert.deepEqual(results.map((result) => result.status === "fulfilled" ? result.value : result.reason.message), [
      100,
      "the source broke off",
    ]);
    store = await reopen();
    assert.equal((await store.totals()).files, 100);
    for (const i of [0, 50, 99]) assert.deepEqual(await store.record(`0 ${i}`), record(0, i));
    assert.deepEqual((await store.verify()).problems, []);
  },
);

testBackends("verify finds nothing wrong while a load is on its way", async ({ store }) => {
  await store.putFiles([postedRecord("before", 70)]);
  const load = store.bulkLoad();
  await load.put(Array.from({ length: 20 }, (_, i) => postedRecord(`f${i}`, 70)));
  await store.putFile(postedRecord("meanwhile", 70));
  await store.updateSegments([{ file_id: "f3", index: 3, message_id: "new@test" }]);
  const { files, problems } = await store.verify();
  assert.deepEqual([files, problems], [22, []]);
  await load.finish();
  assert.deepEqual((await store.verify()).problems, []);
});
