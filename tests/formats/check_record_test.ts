import assert from "node:assert/strict";
import fc from "fast-check";
import { checkRecord } from "../../src/domain/check_record.ts";
import { InputError } from "../../src/domain/errors.ts";
import { isTimestamp } from "../../src/domain/is_timestamp.ts";
import { compareSegments } from "../../src/domain/records.ts";
import { looseRecords } from "./records.ts";

const FILE = { file_id: "f", path: "a/b", name: "b", size: 3 };

function refused(value: unknown, message: string) {
  assert.throws(() => checkRecord(value), (error) => {
    assert.ok(error instanceof InputError);
    assert.equal(error.message, message);
    return true;
  });
}

function segmentOf(segment: Record<string, unknown>) {
  return checkRecord({ ...FILE, segments: [{ index: 0, size: 1, ...segment }] }).segments[0];
}

Deno.test("a record gets all keys, in the documented order", () => {
  const record = checkRecord({ ...FILE, segments: [{ size: 1, index: 0 }] });
  assert.equal(
    JSON.stringify(record),
    '{"file_id":"f","folder":null,"path":"a/b","name":"b","size":3,"hash":null,"subject":null,"poster":null,' +
      '"groups":[],"created_at":null,"meta":null,"segments":[{"index":0,"redundancy":0,"size":1,"offset":null,' +
      '"hash":null,"message_id":null,"subject":null,"internal_subject":null,"group":null,"server":null,' +
      '"status":"pending","uploaded_at":null}]}',
  );
});

Deno.test("a segment's status follows from its Message-ID when it is left out", () => {
  assert.equal(segmentOf({}).status, "pending");
  assert.equal(segmentOf({ message_id: "a@b" }).status, "uploaded");
  assert.equal(segmentOf({ message_id: "<>" }).status, "pending");
  assert.equal(segmentOf({ message_id: "a@b", status: "failed" }).status, "failed");
});

Deno.test("a Message-ID loses its brackets, however many", () => {
  assert.equal(segmentOf({ message_id: " <a@b> " }).message_id, "a@b");
  assert.equal(segmentOf({ message_id: "<<a@b>>" }).message_id, "a@b");
  assert.equal(segmentOf({ message_id: "" }).message_id, null);
  assert.equal(segmentOf({ message_id: "<" }).message_id, "<");
});

Deno.test("segments are sorted: first copies from beginning to end, then the second", () => {
  const places = [[2, 1], [0, 0], [0, 1], [7, 0], [1, 0]];
  const { segments } = checkRecord({
    ...FILE,
    segments: places.map(([index, redundancy]) => ({ index, redundancy, size: 1 })),
  });
  assert.deepEqual(segments.map((s) => [s.index, s.redundancy]), [[0, 0], [1, 0], [7, 0], [0, 1], [2, 1]]);
});

Deno.test("what cannot be kept is refused, with its place", () => {
  refused(3, "not a record: 3");
  refused([], "not a record: []");
  refused({}, "file_id: missing");
  refused({ ...FILE, file_id: "" }, "file_id: empty");
  refused({ ...FILE, name: 5 }, "name: not a text: 5");
  refused({ ...FILE, size: 1.5 }, "size: not a whole number of bytes: 1.5");
  refused({ ...FILE, size: 2 ** 53 }, "size: not a whole number of bytes: 9007199254740992");
  refused({ ...FILE, size: "1" }, 'size: not a whole number of bytes: "1"');
  refused({ ...FILE, folder: "x" }, 'folder: not an object: "x"');
  refused({ ...FILE, folder: { folder_id: "", path: "", name: "" } }, "folder.folder_id: empty");
  refused({ ...FILE, folder: { folder_id: "x", path: "" } }, "folder.name: missing");
  refused({ ...FILE, groups: ["a", null] }, "groups[1]: missing");
  refused({ ...FILE, groups: "a" }, 'groups: not a list: "a"');
  refused({ ...FILE, created_at: "yesterday" }, 'created_at: not an RFC 3339 time: "yesterday"');
  refused({ ...FILE, meta: [] }, "meta: not an object: []");
  refused({ ...FILE, segments: {} }, "segments: not a list: {}");
  refused({ ...FILE, segments: [{ index: 0, size: 1 }, null] }, "segments[1]: not an object: null");
  const segment = { index: 0, size: 1 };
  refused({ ...FILE, segments: [{ ...segment, size: -1 }] }, "segments[0].size: not a whole number of bytes: -1");
  refused(
    { ...FILE, segments: [{ ...segment, index: 2 ** 31 }] },
    "segments[0].index: not a whole number from 0 to 2147483647: 2147483648",
  );
  refused(
    { ...FILE, segments: [{ ...segment, redundancy: 0.5 }] },
    "segments[0].redundancy: not a whole number from 0 to 2147483647: 0.5",
  );
  refused({ ...FILE, segments: [{ ...segment, status: "done" }] }, 'segments[0].status: unknown: "done"');
  refused({ ...FILE, segments: [segment, segment] }, "segments: index 0 is there twice with redundancy 0");
  refused({ ...FILE, segments: [{ ...segment, group: false }] }, "segments[0].group: not a text: false");
});

Deno.test("texts that SQLite or UTF-8 cannot keep are refused wherever they are", () => {
  const nul = "holds a NUL character", half = "holds half of a surrogate pair, so it is not valid Unicode";
  refused({ ...FILE, name: "a\0b" }, `name: ${nul}`);
  refused({ ...FILE, name: "a\ud800" }, `name: ${half}`);
  refused({ ...FILE, segments: [{ index: 0, size: 1, message_id: "\udc00" }] }, `segments[0].message_id: ${half}`);
  refused({ ...FILE, meta: { a: [{ b: "\0" }] } }, `meta.a[0].b: ${nul}`);
  refused({ ...FILE, meta: { "a\0": 1 } }, `meta: a key ${nul}`);
  refused({ ...FILE, "\ud800": 1 }, `a key: ${half}`);
});

Deno.test("what is longer than it may be is refused, by its bytes", () => {
  const id = "é".repeat(512), text = "é".repeat(500_000), folder = { folder_id: id, path: "", name: "" };
  const longest = { ...FILE, file_id: id, folder, name: text, meta: { a: text } };
  assert.deepEqual(checkRecord(longest).name, text);
  refused({ ...FILE, file_id: id + "e" }, "file_id: longer than 1,024 bytes");
  refused({ ...FILE, folder: { ...folder, folder_id: id + "e" } }, "folder.folder_id: longer than 1,024 bytes");
  refused({ ...FILE, name: text + "e" }, "name: longer than 1,000,000 bytes");
  refused({ ...FILE, meta: { a: [text + "e"] } }, "meta.a[0]: longer than 1,000,000 bytes");
  refused({ ...FILE, [text + "e"]: 1 }, "a key: longer than 1,000,000 bytes");
  refused(
    { ...FILE, created_at: `2020-01-01T00:00:00.${"0".repeat(1e6)}Z` },
    "created_at: longer than 1,000,000 bytes",
  );
  const segment = { index: 0, size: 1, message_id: text + "e" };
  refused({ ...FILE, segments: [segment] }, "segments[0].message_id: longer than 1,000,000 bytes");
  refused({ ...FILE, segments: Array(4_000_001) }, "segments: more than 4,000,000");
});

Deno.test("what is no JSON is refused in meta", () => {
  refused({ ...FILE, meta: { a: NaN } }, "meta.a: not a JSON number: NaN");
  refused({ ...FILE, meta: { a: 1n } }, "meta.a: not a JSON value: 1n");
  refused({ ...FILE, meta: { a: new Map() } }, "meta.a: not a JSON value: {}");
  refused({ ...FILE, meta: { a: 2 ** 60 } }, `meta.a: too large to be kept exactly, write it as text: ${2 ** 60}`);
  let deep: unknown = 1;
  for (let i = 0; i < 101; i++) deep = [deep];
  assert.throws(() => checkRecord({ ...FILE, meta: { deep } }), /nested more than 100 levels deep/);
  assert.deepEqual(checkRecord({ ...FILE, meta: { a: undefined, b: -0, c: 1e300 } }).meta, { b: 0, c: 1e300 });
});

Deno.test("unknown keys survive in the meta of what they are in", () => {
  const record = checkRecord({
    ...FILE,
    colour: "red",
    meta: { shape: 1 },
    folder: { folder_id: "d", path: "p", name: "n", owner: "me" },
    segments: [{ index: 0, size: 1, part: 7 }, { index: 1, size: 1, meta: { part: 8 } }, {
      index: 2,
      size: 1,
      meta: {},
    }],
  });
  assert.deepEqual(record.meta, { shape: 1, colour: "red" });
  assert.deepEqual(record.folder, { folder_id: "d", path: "p", name: "n", meta: { owner: "me" } });
  assert.deepEqual(record.segments.map((segment) => segment.meta), [{ part: 7 }, { part: 8 }, undefined]);
  assert.ok(!Object.hasOwn(record.segments[2], "meta"));
});

Deno.test("an unknown key that meta has already gets underscores in front", () => {
  const record = checkRecord({ ...FILE, a: 1, b: 2, meta: { a: 3, _a: 4 } });
  assert.deepEqual(record.meta, { a: 3, _a: 4, __a: 1, b: 2 });
  assert.deepEqual(checkRecord(record), record);
});

Deno.test("a key named __proto__ is a key like others", () => {
  const record = checkRecord(JSON.parse('{"file_id":"f","path":"","name":"","size":0,"__proto__":{"x":1}}'));
  assert.equal(JSON.stringify(record.meta), '{"__proto__":{"x":1}}');
  assert.equal((record.meta as { x?: number }).x, undefined);
});

Deno.test("checking changes neither its argument nor, a second time, its result", () => {
  fc.assert(fc.property(looseRecords, (loose) => {
    const before = JSON.stringify(loose);
    const record = checkRecord(loose);
    assert.equal(JSON.stringify(loose), before);
    assert.deepEqual(checkRecord(record), record);
    assert.deepEqual(record.segments, record.segments.toSorted(compareSegments));
    assert.equal(record.segments.length, loose.segments?.length ?? 0);
  }));
});

Deno.test("changing what was passed later changes nothing", () => {
  const loose = { ...FILE, meta: { list: [1] }, groups: ["a"], segments: [{ index: 0, size: 1, x: { y: 1 } }] };
  const record = checkRecord(loose);
  const copy = structuredClone(record);
  loose.meta.list.push(2);
  loose.groups.push("b");
  loose.segments[0].x.y = 2;
  assert.deepEqual(record, copy);
});

Deno.test("times are RFC 3339, as a regular expression and the calendar have it", () => {
  const two = fc.integer({ min: 0, max: 63 }).map((n) => String(n).padStart(2, "0"));
  const year = fc.constantFrom("2000", "1900", "2023", "2024", "0000", "9999");
  const fraction = fc.constantFrom("", ".", ".5", ".123456789012", ".x");
  const zone = fc.constantFrom("Z", "z", "", "+00:00", "-23:59", "+24:00", "+00:60", "+0000", "Z ");
  const t = fc.constantFrom("T", "t", " ", "");
  const time = fc.tuple(year, two, two, t, two, two, two, fraction, zone).map(
    ([year, month, day, t, hour, minute, second, fraction, zone]) =>
      `${year}-${month}-${day}${t}${hour}:${minute}:${second}${fraction}${zone}`,
  );
  const likely = fc.constantFrom("2024-02-29T23:59:60Z", "2023-02-28T00:00:00.5+05:30", "2000-02-29T01:02:03Z");
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof(time, likely, fc.string()), (text) => {
      const parts = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[-+](\d\d):(\d\d))$/.exec(text);
      const [year, month, day, hour, minute, second] = (parts ?? []).slice(1, 7).map(Number);
      const date = new Date(0);
      date.setUTCFullYear(year, month - 1, day);
      const expected = parts !== null && date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 &&
        minute < 60 && second <= 60 && Number(parts[9] ?? 0) < 24 && Number(parts[10] ?? 0) < 60;
      assert.equal(isTimestamp(text), expected, text);
      if (expected) accepted++;
    }),
    { numRuns: 5000 },
  );
  assert.ok(accepted > 100);
});
