import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { UsyncError } from "../../src/domain/errors.ts";
import type { FileRecord } from "../../src/domain/records.ts";
import { MessageIdIndex } from "../../src/sqlite/message_id_index.ts";
import { BatchPacker } from "../../src/store/batch_packer.ts";
import { ShardWriter } from "../../src/sqlite/shard_writer.ts";
import { SqliteStore } from "../../src/sqlite/sqlite_store.ts";
import { allOf, postedRecord, recordOf } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { makeShards, verifyShard, withDatabase } from "./shards.ts";

const files = fc.record({
  id: fc.constantFrom("a", "b", "c"),
  count: fc.constantFrom(0, 1, 63, 64, 65, 200),
  word: fc.constantFrom("x", "y"),
});

/** A record some of whose Message-IDs other files have too. */
function recordFor({ id, count, word }: { id: string; count: number; word: string }): FileRecord {
  const messageId = (index: number) =>
    index % 10 === 1 ? "same@x" : index % 10 === 2 ? null : `${index}.${word}.${index % 3 ? id : ""}@x`;
  return recordOf(
    id,
    {},
    Array.from({ length: count }, (_, index) => ({ index, message_id: messageId(index) })),
  );
}

const steps = fc.oneof(
  fc.record({ put: fc.array(files, { minLength: 1, maxLength: 3 }), defer: fc.boolean(), fails: fc.boolean() }),
  fc.record({ update: files, fails: fc.boolean() }),
  fc.record({ remove: files, fails: fc.boolean() }),
  fc.constantFrom("makeReady" as const, "reopen" as const),
);

Deno.test("the index of Message-IDs catches up, whatever was cut off, rolled back or changed meanwhile", () =>
  inTempFolder(async (folder) => {
    const [empty] = makeShards(folder);
    using limits = changeableLimits();
    await fc.assert(
      fc.asyncProperty(
        fc.array(steps, { minLength: 1, maxLength: 14 }),
        fc.constantFrom(64, 128, 1000, limits.MOST_WAITING),
        fc.constantFrom(1, 64, limits.LEAST_RUN),
        async (program, waiting, run) => {
          [limits.MOST_WAITING, limits.LEAST_RUN] = [waiting, run];
          const path = join(mkdtempSync(join(folder, "run")), "shard.sqlite");
          copyFileSync(empty, path);
          let writer = new ShardWriter(path, 2 ** 20);
          for (const step of program) {
            if (step === "makeReady") writer.makeReady();
            else if (step === "reopen") {
              writer.close();
              writer = new ShardWriter(path, 2 ** 20);
            } else change(writer, step);
          }
          writer.close();
          const store = await SqliteStore.open([path]); // brings the index up to date
          const records = await allOf(store);
          for (const { file_id, segments } of records) {
            for (const { message_id } of segments) {
              if (message_id === null) continue;
              const found = await store.findMessageId(message_id);
              assert.ok(found !== undefined && found.file_id <= file_id, message_id);
            }
          }
          await store.close();
          assert.deepEqual(verifyShard(path, 0, 1).problems, []);
        },
      ),
      { numRuns: Deno.build.os === "windows" ? 10 : 50 },
    );
  }));

/** The limits of the index, which tests make small; they are as before at the end. */
function changeableLimits() {
  const limits = MessageIdIndex as { MOST_WAITING: number; LEAST_RUN: number }, { MOST_WAITING, LEAST_RUN } = limits;
  return Object.assign(limits, {
    [Symbol.dispose]: () => void Object.assign(limits, { MOST_WAITING, LEAST_RUN }),
  });
}

const RUNS_DAMAGE: [sql: string, what: RegExp][] = [
  ["DELETE FROM message_id_runs WHERE run = (SELECT min(run) FROM message_id_runs)", /has \d+ entries, or other/],
  ["DELETE FROM message_id_pages WHERE id = (SELECT max(id) FROM message_id_pages)", /has \d+ entries, or other/],
  ["UPDATE message_id_pages SET id = id + (1 << 31)", /page \d+ of the index of Message-IDs is out of order/],
  ["UPDATE message_id_pages SET data = CAST(data || data AS BLOB)", /is out of order/],
  ["UPDATE message_id_pages SET data = substr(data, 1, 7)", /is out of order/],
  ["UPDATE message_id_pages SET data = zeroblob(length(data))", /is out of order/],
  ["UPDATE message_id_runs SET first_block = first_block + 1", /is out of order/],
  ["UPDATE message_id_runs SET last_block = last_block - 1", /is out of order/],
];

/** The entries of every run of a shard. */
function runsOf(path: string): number[] {
  return withDatabase(
    path,
    (db) =>
      (db.prepare("SELECT entries FROM message_id_runs ORDER BY run").all() as { entries: number }[])
        .map(({ entries }) => entries),
  );
}

Deno.test("a load of any size is one run, or is merged with what was there, so that a lookup reads few pages", () =>
  inTempFolder((folder) => {
    using limits = changeableLimits();
    [limits.MOST_WAITING, limits.LEAST_RUN] = [500, 100];
    const [path] = makeShards(folder), writer = new ShardWriter(path, 2 ** 20);
    const load = (name: string, files: number) => {
      for (let i = 0; i < files; i++) {
        const packer = new BatchPacker();
        packer.add(postedRecord(`${name}${i}`, 180));
        writer.transaction(false, () => writer.put(packer.take(), true));
      }
      writer.makeReady();
    };
    load("a", 18); // seven runs on the way
    assert.deepEqual(runsOf(path), [18 * 180]);
    load("b", 2);
    load("c", 5);
    assert.deepEqual(runsOf(path), [18 * 180, 2 * 180, 5 * 180]);
    load("d", 40); // so many on the way that all are merged once
    assert.ok(runsOf(path).length <= 4, `${runsOf(path)}`);
    assert.equal(runsOf(path).reduce((sum, entries) => sum + entries, 0), 65 * 180);
    writer.close();
    assert.deepEqual(verifyShard(path, 0, 1).problems, []);
    return Promise.resolve();
  }));

Deno.test("runs of Message-IDs are merged, found in, and verified", () =>
  inTempFolder(async (folder) => {
    using limits = changeableLimits();
    [limits.MOST_WAITING, limits.LEAST_RUN] = [500, 100];
    const [path] = makeShards(folder), copy = join(folder, "copy.sqlite");
    const writer = new ShardWriter(path, 2 ** 20), most = 60;
    for (let i = 0; i < most; i++) {
      const packer = new BatchPacker();
      packer.add(postedRecord(`f${i}`, 180));
      writer.transaction(false, () => writer.put(packer.take(), true));
      if (i % 2) writer.makeReady();
    }
    // A Message-ID that very many files have fills one page, however large that is.
    const packer = new BatchPacker();
    for (let i = 0; i < 1500; i++) packer.add(recordOf(`g${i}`, {}, [{ index: 0, message_id: "same@x" }]));
    writer.transaction(false, () => writer.put(packer.take(), true));
    writer.makeReady();
    writer.transaction(true, () => writer.delete("f7"));
    writer.close();
    withDatabase(path, (db) => {
      const { runs } = db.prepare("SELECT count(*) AS runs FROM message_id_runs").get() as { runs: number };
      assert.ok(runs > 1 && runs < 20, `${runs} runs`);
      assert.equal(db.prepare("SELECT count(*) AS rows FROM message_ids").get()?.rows, 0);
    });
    assert.deepEqual(verifyShard(path, 0, 1).problems, []);
    const store = await SqliteStore.open([path]);
    for (let i = 0; i < most; i++) {
      for (const index of [0, 64, 179]) {
        assert.equal((await store.findMessageId(`${index}.f${i}@test`))?.file_id, i === 7 ? undefined : `f${i}`);
      }
    }
    assert.equal((await store.findMessageId("same@x"))?.file_id, "g0");
    await store.close();
    for (const [sql, what] of RUNS_DAMAGE) {
      for (const suffix of ["", "-wal", "-shm"]) rmSync(copy + suffix, { force: true });
      copyFileSync(path, copy);
      withDatabase(copy, (db) => db.exec(sql));
      const { problems } = verifyShard(copy, 0, 1);
      assert.ok(problems.some((problem) => what.test(problem.what)), `${sql}: ${JSON.stringify(problems)}`);
    }
  }));

function change(writer: ShardWriter, step: Exclude<typeof steps extends fc.Arbitrary<infer T> ? T : never, string>) {
  const failure = new Error("rolled back");
  try {
    writer.transaction(false, () => {
      if ("put" in step) {
        const packer = new BatchPacker();
        for (const file of step.put) packer.add(recordFor(file));
        writer.put(packer.take(), step.defer);
      } else if ("update" in step) {
        const { id, count, word } = step.update;
        writer.update(id, [
          { file_id: id, index: 0, message_id: word === "x" ? null : "new@x" },
          { file_id: id, index: count, message_id: "same@x" },
        ]);
      } else writer.delete(step.remove.id);
      if (step.fails) throw failure;
    });
  } catch (error) {
    if (error !== failure) throw error;
  }
}

Deno.test("a load that was not finished is completed when the store is opened", () =>
  inTempFolder(async (folder) => {
    const paths = makeShards(folder, 3), records = Array.from({ length: 40 }, (_, i) => postedRecord(`f${i}`, 100));
    const store = await SqliteStore.open(paths);
    await store.bulkLoad().put(records);
    await store.deleteFile("f3");
    await store.updateSegments([{ file_id: "f4", index: 7, message_id: "new@x" }]);
    await store.putFile(postedRecord("during", 2));
    await store.close();
    const again = await SqliteStore.open(paths);
    for (const { file_id, segments } of records) {
      const expected = file_id === "f3" ? undefined : file_id;
      assert.equal((await again.findMessageId(segments[99].message_id!))?.file_id, expected);
    }
    assert.equal((await again.findMessageId("new@x"))?.index, 7);
    assert.equal(await again.findMessageId("7.f4@test"), undefined);
    assert.equal((await again.findMessageId("0.during@test"))?.file_id, "during");
    assert.deepEqual((await again.verify()).problems, []);
    await again.close();
  }));

Deno.test("a damaged file does not keep others from being stored, and putting it again repairs it", () =>
  inTempFolder(async (folder) => {
    const [path] = makeShards(folder), damaged = postedRecord("damaged", 100);
    let store = await SqliteStore.open([path]);
    await store.putFiles([damaged, postedRecord("sound", 10)]);
    await store.close();
    withDatabase(path, (db) => db.exec("UPDATE blocks SET data = zeroblob(90) WHERE id = 1"));
    store = await SqliteStore.open([path]);
    const toldOf = (name: RegExp) => (error: unknown) => error instanceof UsyncError && name.test(error.message);
    await assert.rejects(store.record("damaged"), toldOf(/the file damaged in the shard .*checksum/));
    await assert.rejects(
      store.updateSegments([{ file_id: "damaged", index: 0, status: "failed" }]),
      toldOf(/the file damaged in the shard .*checksum/),
    );
    assert.equal((await store.record("sound"))?.segments.length, 10);
    assert.equal((await store.file("damaged"))?.segment_count, 100);
    assert.equal(await store.putFile(postedRecord("more", 3)), "added");
    assert.equal((await store.verify()).problems.filter(({ file_id }) => file_id === "damaged").length > 0, true);
    assert.equal(await store.putFile(damaged), "replaced");
    assert.deepEqual(await store.record("damaged"), damaged);
    assert.deepEqual((await store.verify()).problems, []);
    await store.close();
  }));
