import assert from "node:assert/strict";
import { InputError } from "../../src/domain/errors.ts";
import type { PlaceInFile, SegmentPlace } from "../../src/store/store.ts";
import { testBackends } from "../support/backends.ts";
import { allOf, postedRecord, recordOf } from "../support/records_of.ts";

/** In the order of their UTF-8 bytes, which is not that of UTF-16, of locales, of case or of numbers. */
const ORDERED = [
  ..." ,!,-1,10,9,A,B,a,aa,b,e\u0301,z,\u007f,\u0080,é,ÿ,Ā,ж,日本,\ue000,\ufeff,\uffff,😀,😁,\u{10ffff}".split(","),
];

testBackends("files are in the order of the UTF-8 bytes of their ids", async ({ store }) => {
  await store.putFiles(ORDERED.toReversed().map((id) => postedRecord(id, 2, {}, [1])));
  const ids = (files: { file_id: string }[]) => files.map(({ file_id }) => file_id);
  assert.deepEqual(ids(await store.files()), ORDERED);
  assert.deepEqual(ids(await allOf(store)), ORDERED);
  assert.deepEqual(ids(await store.pending()), ORDERED);
  const inPages: string[] = [];
  let after: string | undefined;
  while (true) {
    const page = await store.files({ limit: 4, after });
    inPages.push(...ids(page));
    if (page.length < 4) break;
    after = page.at(-1)!.file_id;
  }
  assert.deepEqual(inPages, ORDERED);
  assert.deepEqual(ids(await store.files({ after: "a\0" })), ORDERED.slice(ORDERED.indexOf("aa")));
});

testBackends("segments are in order: first copies from beginning to end, then the second", async ({ store }) => {
  const places = Array.from({ length: 200 }, (_, i) => ({ index: (i * 37) % 100, redundancy: i < 100 ? 0 : 1 }));
  places.push({ index: 2 ** 31 - 1, redundancy: 0 }, { index: 0, redundancy: 2 ** 31 - 1 });
  await store.putFile(recordOf("f", {}, places));
  const ordered = places.map(({ index, redundancy }) => [redundancy, index]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  assert.deepEqual((await store.segments("f"))!.map(({ redundancy, index }) => [redundancy, index]), ordered);
  assert.deepEqual((await store.pending({ limit: 1000 })).map(({ redundancy, index }) => [redundancy, index]), ordered);
});

testBackends("segments of a file come in pages that leave out and repeat nothing", async ({ store }) => {
  const places = Array.from({ length: 700 }, (_, i) => ({ index: (i * 3) % 1050, redundancy: Math.floor(i / 350) }));
  await store.putFiles([recordOf("before", {}, places), recordOf("f", {}, places), recordOf("empty")]);
  const all = (await store.segments("f"))!;
  assert.equal(all.length, 700);
  for (const limit of [1, 63, 64, 65, 128, 699, 700, 701]) {
    const found: PlaceInFile[] = [];
    for (let page: PlaceInFile[] = [], after: PlaceInFile | undefined; !after || page.length === limit;) {
      page = (await store.segments("f", { limit, after }))!;
      found.push(...page);
      after = page.at(-1) ?? { redundancy: 9, index: 0 };
    }
    assert.deepEqual(found, all, `in pages of ${limit}`);
  }
  const after = (redundancy: number, index: number) => store.segments("f", { limit: 2, after: { redundancy, index } });
  assert.deepEqual(await after(0, 1), all.slice(1, 3)); // between two that are there
  assert.deepEqual(await after(0, 1e9), all.slice(350, 352));
  assert.deepEqual(await after(0, 1e12), all.slice(350, 352));
  assert.deepEqual(await after(1e12, 0), []);
  assert.deepEqual(await store.segments("f", { after: all[600] }), all.slice(601));
  assert.deepEqual(await store.segments("empty", { limit: 5, after: all[0] }), []);
  assert.equal(await store.segments("none", { limit: 5, after: all[0] }), undefined);
  await assert.rejects(store.segments("f", { limit: 0 }), InputError);
});

testBackends("what is not there is undefined, an empty file is not", async ({ store }) => {
  await store.putFile(recordOf("empty"));
  for (const id of ["none", "", "Empty", "empty ", "\0"]) {
    assert.equal(await store.file(id), undefined);
    assert.equal(await store.record(id), undefined);
    assert.equal(await store.segments(id), undefined);
  }
  assert.deepEqual(await store.segments("empty"), []);
  assert.equal((await store.file("empty"))?.segment_count, 0);
  for (const id of ["none@x", "", "<>", "\0", "\ud800"]) assert.equal(await store.findMessageId(id), undefined);
});

testBackends("a Message-ID is found with and without brackets, in its own case", async ({ store }) => {
  const record = postedRecord("f", 130);
  await store.putFile(record);
  for (const { index, message_id } of record.segments) {
    assert.deepEqual(await store.findMessageId(message_id!), { file_id: "f", ...record.segments[index] });
    assert.equal((await store.findMessageId(`<${message_id}>`))?.index, index);
  }
  assert.equal(await store.findMessageId("0.F@test"), undefined);
});

testBackends("of segments with one Message-ID the first in order is found", async ({ store }) => {
  const ids = ["b", "a", "é", "\uffff", "😀"];
  const spread = ids.map((id) =>
    recordOf(id, {}, [
      { index: 7, message_id: "same@x" },
      { index: 4, message_id: "same@x" },
      { index: 1, redundancy: 1, message_id: "same@x" },
      { index: 0, message_id: `own.${id}@x` },
    ])
  );
  await store.putFiles(spread);
  for (const id of ["a", "b", "é", "\uffff", "😀"]) {
    const found = await store.findMessageId("same@x");
    assert.deepEqual([found?.file_id, found?.redundancy, found?.index], [id, 0, 4]);
    await store.deleteFile(id);
  }
  assert.equal(await store.findMessageId("same@x"), undefined);
});

testBackends("every segment with a Message-ID is found, with its file, up to a limit", async ({ store }) => {
  const record = (id: string) =>
    recordOf(id, { name: `${id}.bin` }, [
      { index: 0, message_id: "same@x" },
      ...Array.from({ length: 70 }, (_, i) => ({ index: i + 1, message_id: `${i}.${id}@x` })),
      { index: 0, redundancy: 1, message_id: "same@x" },
    ]);
  const ids = ["a", "b", "c", "d", "é", "😀"];
  await store.putFiles(ids.map(record));
  const expected = ids.flatMap((id) => [[id, 0, `${id}.bin`], [id, 1, `${id}.bin`]]);
  for (const limit of [undefined, 1, 11, 12, 13]) {
    const { found, has_more } = await store.findSegments("<same@x>", { limit });
    const shown = found.map(({ segment, file }) => [segment.file_id, segment.redundancy, file.name]);
    assert.deepEqual([shown, has_more], [expected.slice(0, limit), (limit ?? 100) < 12]);
  }
  assert.deepEqual(await store.findSegments("none@x"), { found: [], has_more: false });
  await assert.rejects(store.findSegments("same@x", { limit: 0 }), InputError);
});

testBackends("of a Message-ID that very many files have some are found, and that there are more", async ({ store }) => {
  await store.putFiles(
    Array.from({ length: 1100 }, (_, i) => recordOf(`f${i}`, {}, [{ index: 0, message_id: "all@x" }])),
  );
  const { found, has_more } = await store.findSegments("all@x", { limit: 5000 });
  assert.deepEqual([found.length, has_more], [1000, true]);
  assert.equal(new Set(found.map(({ file }) => file.file_id)).size, 1000);
  for (let i = 0; i < 100; i++) await store.deleteFile(`f${i}`);
  const rest = await store.findSegments("all@x", { limit: 1000 });
  assert.deepEqual([rest.found.length, rest.has_more], [1000, false]);
  assert.equal((await store.findMessageId("all@x"))?.file_id, "f100");
});

testBackends("Message-IDs whose hashes are equal are told apart", async ({ store }) => {
  // Pairs with equal 32-bit hashes (src/blocks/message_id_hash.ts), found by trying numbers; held to that in tests/sqlite.
  for (const [a, b] of EQUAL_HASHES) {
    await store.putFiles([
      recordOf("f", {}, [{ index: 0, message_id: a }, { index: 1 }]),
      recordOf("g", {}, [{ index: 5, message_id: b }]),
    ]);
    assert.equal((await store.findMessageId(a))?.file_id, "f");
    assert.equal((await store.findMessageId(b))?.file_id, "g");
    await store.updateSegments([{ file_id: "f", index: 1, message_id: b }, {
      file_id: "f",
      index: 0,
      message_id: null,
    }]);
    assert.equal(await store.findMessageId(a), undefined);
    assert.equal((await store.findMessageId(b))?.file_id, "f");
    assert.deepEqual((await store.verify()).problems, []);
  }
});
const EQUAL_HASHES = [["part31932@x", "part653080@x"], ["part31933@x", "part653081@x"]];

testBackends("pending segments come in pages that leave out and repeat nothing", async ({ store }) => {
  const records = Array.from({ length: 45 }, (_, i) => {
    const open = Array.from({ length: 140 }, (_, j) => j).filter((j) => i % 4 !== 0 && (i * 7 + j) % 23 === 0);
    return postedRecord(`file ${i}`, 140, {}, open);
  });
  await store.putFiles(records);
  await store.updateSegments([
    { file_id: "file 1", index: 3, status: "uploading" },
    { file_id: "file 1", index: 4, status: "failed" },
    { file_id: "file 1", index: 5, status: "cancelled" },
  ]);
  const all = await store.pending({ limit: 10_000 });
  const expected: SegmentPlace[] = (await allOf(store)).flatMap(({ file_id, segments }) =>
    segments.filter(({ status }) => ["pending", "uploading", "failed"].includes(status))
      .map(({ redundancy, index }) => ({ file_id, redundancy, index }))
  );
  assert.ok(expected.length > 150);
  const placeOf = ({ file_id, redundancy, index }: SegmentPlace) => ({ file_id, redundancy, index });
  assert.deepEqual(all.map(placeOf), expected);
  assert.equal((await store.pending()).length, 100);
  for (const limit of [1, 3, 50, 101, 1000]) {
    const found: SegmentPlace[] = [];
    let after: SegmentPlace | undefined;
    while (true) {
      const page = await store.pending({ limit, after });
      found.push(...page.map(placeOf));
      if (page.length < limit) break;
      after = page.at(-1);
    }
    assert.deepEqual(found, expected, `in pages of ${limit}`);
  }
  assert.deepEqual(
    (await store.pending({ limit: 5, after: { file_id: "file 20", redundancy: 0, index: 1e6 } }))[0].file_id,
    "file 21",
  );
  assert.deepEqual(await store.pending({ after: { file_id: "zzz", redundancy: 0, index: 0 } }), []);
});

testBackends("files of a folder come in pages, whatever the folder was called at the time", async ({ store }) => {
  const records = Array.from({ length: 60 }, (_, i) => {
    const folder_id = ["d1", "D1", "d2", null][i % 4];
    return recordOf(`f${String(i).padStart(2, "0")}`, {
      folder: folder_id === null
        ? null
        : { folder_id, path: i < 30 ? "old" : "new", name: "n", meta: i < 8 ? { i } : undefined },
    });
  });
  await store.putFiles(records);
  const summaries = new Map((await store.files()).map((file) => [file.file_id, file]));
  for (const folder of ["d1", "D1", "d2"]) {
    const expected = records.filter((record) => record.folder?.folder_id === folder).map(({ file_id }) =>
      summaries.get(file_id)
    );
    assert.deepEqual(await store.files({ folder }), expected);
    const first = await store.files({ folder, limit: 7 });
    const rest = await store.files({ folder, after: first[6].file_id });
    assert.deepEqual([...first, ...rest], expected);
  }
  assert.deepEqual(await store.files({ folder: "d3" }), []);
  assert.deepEqual(await store.files({ folder: "" }), []);
});

testBackends("a limit is a whole number from 1", async ({ store }) => {
  await store.putFiles([postedRecord("a", 3, {}, [0, 1]), postedRecord("b", 3, {}, [0, 1])]);
  for (const limit of [0, -1, 1.5, NaN, Infinity, "3" as unknown as number, null as unknown as number]) {
    for (
      const ask of [() => store.files({ limit }), () => store.pending({ limit }), () => store.search("a", { limit })]
    ) {
      await assert.rejects(ask, (error) => error instanceof InputError && /^limit: /.test(error.message), `${limit}`);
    }
  }
  assert.equal((await store.files({ limit: 1 })).length, 1);
  assert.equal((await store.files({ limit: Number.MAX_SAFE_INTEGER })).length, 2);
  assert.equal((await store.pending({ limit: Number.MAX_SAFE_INTEGER })).length, 4);
  assert.equal((await store.search("a", { limit: Number.MAX_SAFE_INTEGER })).files.length, 1);
});
