import assert from "node:assert/strict";
import fc from "fast-check";
import { checkRecord } from "../../src/domain/check_record.ts";
import { InputError } from "../../src/domain/errors.ts";
import type { SegmentUpdate } from "../../src/store/store.ts";
import { runs } from "../support/effort.ts";
import { testBackends } from "../support/backends.ts";
import { messageIds } from "../support/random_record.ts";
import { allOf, postedRecord, recordOf } from "../support/records_of.ts";

testBackends("a file_id that no file can have is one of no file, for changes too", async ({ store }) => {
  await store.putFile(postedRecord("\ufffd", 2)), await store.putFile(postedRecord("a", 2));
  for (const file_id of ["\0", "a\0", "\ud800"]) {
    const missing = await store.updateSegments([{ file_id, index: 0, status: "failed" }, { file_id: "a", index: 1 }]);
    assert.deepEqual(missing, [{ file_id, redundancy: 0, index: 0 }]);
    assert.equal(await store.deleteFile(file_id), false);
    assert.equal(await store.file(file_id), undefined);
  }
  assert.equal((await store.totals()).posted, 4);
});

testBackends("an update changes what it names and nothing else", async ({ store, reopen }) => {
  const record = recordOf(
    "f",
    { subject: "s" },
    Array.from({ length: 150 }, (_, i) => ({ index: i % 75, redundancy: Math.floor(i / 75), group: "g", meta: { i } })),
  );
  await store.putFile(record);
  const updates: SegmentUpdate[] = [
    { file_id: "f", index: 3, message_id: "<a@b>", uploaded_at: "2025-01-01T00:00:00Z", status: "uploaded" },
    { file_id: "f", index: 70, redundancy: 1, server: "news.example.com" },
    { file_id: "f", index: 70, redundancy: 1, group: null, status: "failed" },
    { file_id: "f", index: 0, status: "uploading" },
  ];
  assert.deepEqual(await store.updateSegments(updates), []);
  const { segments } = record;
  Object.assign(segments[3], { message_id: "a@b", uploaded_at: "2025-01-01T00:00:00Z", status: "uploaded" });
  Object.assign(segments[145], { server: "news.example.com", group: null, status: "failed" });
  segments[0].status = "uploading";
  store = await reopen();
  assert.deepEqual(await store.record("f"), record);
  assert.deepEqual(await store.findMessageId("a@b"), { file_id: "f", ...segments[3] });
  const { posted_count, pending_count } = (await store.file("f"))!;
  assert.deepEqual([posted_count, pending_count], [1, 149]);
  assert.deepEqual((await store.verify()).problems, []);
});

testBackends("an update tells what is not there, and does the rest", async ({ store }) => {
  await store.putFiles([recordOf("empty"), postedRecord("a", 70), postedRecord("b", 2)]);
  const missing = await store.updateSegments([
    ...[0, 69, 70].map((index) => ({ file_id: "a", index, status: "failed" as const })),
    { file_id: "a", index: 0, redundancy: 1, status: "failed" },
    { file_id: "b", index: 1, message_id: null },
    { file_id: "empty", index: 0, status: "failed" },
    { file_id: "none", index: 5, redundancy: 2, status: "failed" },
  ]);
  assert.deepEqual(missing, [
    { file_id: "a", redundancy: 0, index: 70 },
    { file_id: "a", redundancy: 1, index: 0 },
    { file_id: "empty", redundancy: 0, index: 0 },
    { file_id: "none", redundancy: 2, index: 5 },
  ]);
  assert.deepEqual((await store.pending()).map(({ file_id, index }) => [file_id, index]), [["a", 0], ["a", 69]]);
  assert.equal((await store.segments("b"))![1].message_id, null);
  assert.equal(await store.findMessageId("1.b@test"), undefined);
  assert.deepEqual(await store.updateSegments([]), []);
  assert.deepEqual((await store.verify()).problems, []);
});

testBackends("of updates of which one is no update, none is done", async ({ store }) => {
  const record = postedRecord("f", 3);
  await store.putFile(record);
  const wrong: [object, RegExp][] = [
    [{ index: -1 }, /^index: /],
    [{ index: 0.5 }, /^index: /],
    [{ index: 2 ** 31 }, /^index: /],
    [{ redundancy: -1 }, /^redundancy: /],
    [{ file_id: "" }, /^file_id: /],
    [{ file_id: 3 }, /^file_id: /],
    [{ message_id: 3 }, /^message_id: /],
    [{ message_id: "\ud800" }, /^message_id: /],
    [{ group: "a\0b" }, /^group: /],
    [{ uploaded_at: "yesterday" }, /^uploaded_at: /],
    [{ uploaded_at: "" }, /^uploaded_at: /],
    [{ status: "posted" }, /^status: /],
    [{ status: null }, /^status: /],
  ];
  for (const [change, message] of wrong) {
    const updates = [{ file_id: "f", index: 0, status: "failed" }, { file_id: "f", index: 1, ...change }];
    await assert.rejects(store.updateSegments(updates as SegmentUpdate[]), (error) => {
      assert.ok(error instanceof InputError, JSON.stringify(change));
      assert.match(error.message, message);
      return true;
    });
  }
  assert.deepEqual(await store.record("f"), record);
});

testBackends("what an update writes could have been imported", async ({ store }) => {
  await store.putFile(postedRecord("f", 2));
  const odd = fc.oneof(messageIds, fc.constantFrom("", " ", "<>", "<<a@b>>", " <a@b> ", "< a@b >", "<a", "a>"));
  await fc.assert(
    fc.asyncProperty(odd, fc.boolean(), async (messageId, asRecord) => {
      if (asRecord) await store.putFile(recordOf("f", {}, [{ index: 0, message_id: messageId }, { index: 1 }]));
      else await store.updateSegments([{ file_id: "f", index: 0, message_id: messageId }]);
      const record = (await store.record("f"))!;
      assert.deepEqual(checkRecord(structuredClone(record)), record);
      const stored = record.segments[0].message_id;
      assert.equal(stored, recordOf("f", {}, [{ index: 0, message_id: messageId }]).segments[0].message_id);
      if (stored !== null) {
        for (const asked of [stored, messageId, `<${stored}>`]) {
          assert.equal((await store.findMessageId(asked))?.message_id, stored, asked);
        }
      }
    }),
    { numRuns: runs(20, 60), examples: [["<<a@b>>", false], ["", false], ["", true]] },
  );
});

testBackends(
  "a Message-ID that an update takes away is found no more, unless another segment has it",
  async ({ store }) => {
    await store.putFile(recordOf("f", {}, [{ index: 0, message_id: "a@b" }, { index: 1, message_id: "a@b" }]));
    await store.updateSegments([{ file_id: "f", index: 0, message_id: "c@d" }]);
    assert.equal((await store.findMessageId("a@b"))?.index, 1);
    assert.equal((await store.findMessageId("c@d"))?.index, 0);
    await store.updateSegments([{ file_id: "f", index: 1, message_id: null }]);
    assert.equal(await store.findMessageId("a@b"), undefined);
    assert.deepEqual((await store.verify()).problems, []);
  },
);

testBackends("many updates at the same time are all done", async ({ store }) => {
  const records = Array.from(
    { length: 12 },
    (_, i) => recordOf(`f${i}`, {}, Array.from({ length: 90 }, (_, index) => ({ index }))),
  );
  await store.putFiles(records);
  const all = records.flatMap(({ file_id, segments }) => segments.map(({ index }) => ({ file_id, index })));
  await Promise.all(
    Array.from({ length: 40 }, (_, n) => {
      const updates = all.filter((_, i) => i % 40 === n)
        .map((place) => ({ ...place, status: "uploaded" as const, message_id: `${place.index}.${place.file_id}@x` }));
      return store.updateSegments(updates);
    }),
  );
  assert.deepEqual(await store.pending(), []);
  assert.equal((await store.totals()).posted, all.length);
  assert.deepEqual((await store.verify()).problems, []);
});

testBackends("a deleted file is gone from every query", async ({ store, reopen }) => {
  const folder = { folder_id: "d", path: "p", name: "n" };
  await store.putFiles(["a", "b"].map((id) => postedRecord(id, 70, { folder, name: `name ${id}` }, [3])));
  assert.equal(await store.deleteFile("a"), true);
  assert.equal(await store.deleteFile("a"), false);
  assert.equal(await store.deleteFile("none"), false);
  for (const again of [false, true]) {
    if (again) store = await reopen();
    assert.equal(await store.file("a"), undefined);
    assert.equal(await store.record("a"), undefined);
    assert.equal(await store.segments("a"), undefined);
    assert.equal(await store.findMessageId("0.a@test"), undefined);
    assert.deepEqual((await store.pending()).map(({ file_id }) => file_id), ["b"]);
    assert.deepEqual((await store.files({ folder: "d" })).map(({ file_id }) => file_id), ["b"]);
    assert.deepEqual((await store.search("name")).files.map(({ file_id }) => file_id), ["b"]);
    assert.deepEqual((await allOf(store)).map(({ file_id }) => file_id), ["b"]);
    assert.deepEqual(
      (({ files, segments, posted, pending }) => [files, segments, posted, pending])(await store.totals()),
      [
        ...[1, 70, 69, 1],
      ],
    );
  }
  assert.equal(await store.putFile(postedRecord("a", 1)), "added");
  assert.deepEqual((await store.verify()).problems, []);
});
