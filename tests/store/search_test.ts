import assert from "node:assert/strict";
import { InputError } from "../../src/domain/errors.ts";
import type { FileRecord } from "../../src/domain/records.ts";
import { searchHash } from "../../src/store/search_cursor.ts";
import type { Store } from "../../src/store/store.ts";
import { testBackends } from "../support/backends.ts";
import { recordOf } from "../support/records_of.ts";

async function found(store: Store, words: string): Promise<string[]> {
  return (await store.search(words, { limit: 1000 })).files.map(({ file_id }) => file_id).sort();
}

/** Files by what is to be found in them. */
const FILES: FileRecord[] = [
  recordOf("dots", { name: "The.Big-Movie_2024.part01.rar", path: "D:\\Uploads\\big\\x.rar" }),
  recordOf("accents", { name: "Über Ångström naïve ÉTÉ", path: "" }),
  recordOf("combining", { name: "U\u0308ber e\u0301te\u0301", path: "" }),
  recordOf("greek", { name: "ΟΔΥΣΣΕΥΣ ὀδυσσεύς", path: "" }),
  recordOf("turkish", { name: "İstanbul", path: "" }),
  recordOf("cjk", { name: "日本語テスト.rar", path: "" }),
  recordOf("titan", { name: "[字幕]進撃の巨人第25話mp4", path: "" }),
  recordOf("korean", { name: "한국어영화", path: "" }),
  recordOf("thai", { name: "หนังภาษาไทย.mkv", path: "" }),
  recordOf("lao khmer burmese", { name: "ພາສາລາວ ភាសាខ្មែរ မြန်မာဘာသာ", path: "" }),
  recordOf("letters", { name: "Straße Łódź Ægir Øresund Þór ısı Đakovo smørrebrød cœur", path: "" }),
  recordOf("foldered", { name: "x", path: "", folder: { folder_id: "F-1", path: "/a/b", name: "Große Reise" } }),
  recordOf("6f0c1f7e-55b0-4a63-9d1c-0a4f6f0d2b11", { name: "kept", path: "" }),
  recordOf("an id with spaces", { name: "spaced", path: "" }),
  recordOf("***", { name: "starred", path: "" }),
  recordOf("hebrew", { name: "שָׁלוֹם", path: "" }),
  recordOf("compatible", { name: "ﬁle №５ 𝐀𝛀 ℡ ㎏", path: "" }),
  recordOf("path", { name: "x", path: "holidays/2019/beach" }),
  recordOf("subject", { name: "x", path: "", subject: '[1/3] - "sunset.jpg" yEnc (1/9)' }),
  recordOf("segments", { name: "x", path: "", subject: "shared" }, [
    { index: 0, subject: "shared" },
    { index: 1, subject: "lonely (2/3)" },
    { index: 2, subject: "final", internal_subject: "hidden" },
  ]),
  recordOf("nothing", { name: "...", path: "///" }),
  recordOf("emoji", { name: "party🎉time", path: "" }),
];

testBackends("words are found whatever their case, accents and what is between them", async ({ store }) => {
  await store.putFiles(FILES);
  const expected: [string, string[]][] = [
    ["big movie", ["dots"]],
    ["MOVIE.part01", ["dots"]],
    ["The.Big-Movie_2024.part01.rar", ["dots"]],
    ["part", []],
    ["rar", ["cjk", "dots"]],
    ["kept", ["6f0c1f7e-55b0-4a63-9d1c-0a4f6f0d2b11"]],
    [" 6f0c1f7e-55b0-4a63-9d1c-0a4f6f0d2b11 ", ["6f0c1f7e-55b0-4a63-9d1c-0a4f6f0d2b11"]],
    ["kept 6f0c1f7e-55b0-4a63-9d1c-0a4f6f0d2b11", ["6f0c1f7e-55b0-4a63-9d1c-0a4f6f0d2b11"]],
    ["party 6f0c1f7e-55b0-4a63-9d1c-0a4f6f0d2b11", []],
    ["6f0c1f7e-55b0-4a63-9d1c-0a4f6f0d2b1", []],
    ["6f0c1f7e", []],
    ["an id with spaces", ["an id with spaces"]],
    ["id with spaces", []],
    ["***", ["***"]],
    ["uploads", ["dots"]],
    ["uber", ["accents", "combining"]],
    ["ÜBER", ["accents", "combining"]],
    ["u\u0308ber", ["accents", "combining"]],
    ["été", ["accents", "combining"]],
    ["angstrom naive", ["accents"]],
    ["οδυσσευς", ["greek"]],
    ["ΟΔΥΣΣΕΎΣ", ["greek"]],
    ["istanbul", ["turkish"]],
    ["日本語テスト", ["cjk"]],
    ["日本", ["cjk"]],
    ["日本*", ["cjk"]],
    ["語テ", ["cjk"]],
    ["語", ["cjk"]],
    ["ト", ["cjk"]],
    ["本日", []],
    ["巨人", ["titan"]],
    ["進撃の巨人", ["titan"]],
    ["巨人 25 mp4", ["titan"]],
    ["話", ["titan"]],
    ["한국어", ["korean"]],
    ["영화", ["korean"]],
    ["화", ["korean"]],
    ["하", []],
    ["ไทย", ["thai"]],
    ["ภาษา mkv", ["thai"]],
    ["ລາວ", ["lao khmer burmese"]],
    ["ខ្មែរ", ["lao khmer burmese"]],
    ["ဘာသာ", ["lao khmer burmese"]],
    ["strasse STRASSE straße", ["letters"]],
    ["lodz aegir oresund thor isi dakovo smorrebrod coeur", ["letters"]],
    ["ŁÓDŹ ÆGIR", ["letters"]],
    ["grosse reise", ["foldered"]],
    ["f-1", []],
    ["שלום", ["hebrew"]],
    ["file no5", ["compatible"]],
    ["file 5", []],
    ["file", ["compatible"]],
    ["aω", ["compatible"]],
    ["𝐀𝛀", ["compatible"]],
    ["tel kg", ["compatible"]],
    ["beach 2019", ["path"]],
    ["sunset", ["subject"]],
    ["yenc 9", ["subject"]],
    ["shared", ["segments"]],
    ["lonely final shared", ["segments"]],
    ["hidden", ["segments"]],
    [" hidden ", ["segments"]],
    ["final hidden", ["segments"]],
    ["hidden sunset", []],
    ["hidden 6f0c1f7e-55b0-4a63-9d1c-0a4f6f0d2b11", []],
    ["Hidden", []],
    ["hidde", []],
    ["hidden*", []],
    ["party time", ["emoji"]],
    ["partytime", []],
    ["x", ["dots", "foldered", "path", "segments", "subject"]],
    ["x beach", ["path"]],
    ["x beach sunset", []],
  ];
  for (const [words, ids] of expected) assert.deepEqual(await found(store, words), ids, words);
});

testBackends("a word with a star stands for all that begin so", async ({ store }) => {
  await store.putFiles(FILES);
  const expected: [string, string[]][] = [
    ["par*", ["dots", "emoji"]],
    ["PAR* rar", ["dots"]],
    ["Übe*", ["accents", "combining"]],
    ["20*", ["dots", "path"]],
    ["mov* part0*", ["dots"]],
    ["movie.par*", ["dots"]],
    ["movi.part01*", []],
    ["x* sun*", ["subject"]],
    ["*", []],
    ["* *", []],
    ["진 영화*", []],
    ["한국어영*", ["korean"]],
    ["巨人第2*", ["titan"]],
    ["gro*", ["foldered"]],
    ["*movie", ["dots"]],
  ];
  for (const [words, ids] of expected) assert.deepEqual(await found(store, words), ids, words);
});

testBackends("queries without a word find nothing, and no query is an error", async ({ store }) => {
  await store.putFiles(FILES);
  for (const words of ["", " ", "...", "🎉", "\0", "\ud800", "\u0301"]) {
    assert.deepEqual(await store.search(words), { files: [], next: null }, JSON.stringify(words));
  }
  const hostile = [
    '"',
    "movie AND",
    "NOT movie",
    "NEAR(big movie)",
    "words:movie",
    "^movie",
    "movie'--",
    "(movie",
    "{a b}:c",
  ];
  for (const words of hostile) await store.search(words);
  assert.deepEqual(await found(store, '"big" + (movie)'), ["dots"]);
  assert.deepEqual(await found(store, "movie OR sunset"), []);
  assert.deepEqual(await found(store, Array(1500).fill("movie").join(" ")), ["dots"]);
  assert.deepEqual(await found(store, Array.from({ length: 1500 }, (_, i) => `word${i}`).join(" ")), []);
  assert.deepEqual(await found(store, "m".repeat(100_000)), []);
});

testBackends("the newest come first, those of one second by the hash of their id", async ({ store }) => {
  const records = [
    ...[["new", "2025-03-01T00:00:01Z"], ["zone", "2025-03-01T02:00:00.9+02:00"], ["old", "1999-01-01T00:00:00Z"]],
    ...[["leap", "2016-12-31T23:59:60Z"], ["after leap", "2017-01-01T00:00:01Z"], [
      "before leap",
      "2016-12-31T23:59:58Z",
    ]],
  ].map(([id, created_at]) => recordOf(id, { name: "same", path: "", created_at }));
  const ids = ["b", "a", "é", "\uffff", "😀"];
  for (const id of ids) records.push(recordOf(`no time ${id}`, { name: `same ${id}`, path: "" }));
  await store.putFiles(records);
  const { files } = await store.search("same");
  assert.deepEqual(files.map(({ file_id }) => file_id), [
    ...["new", "zone", "after leap", "leap", "before leap", "old"],
    ...ids.map((id) => `no time ${id}`).sort((a, b) => searchHash(a) - searchHash(b)),
  ]);
});

testBackends("a search goes on where its page ended, however many files share a second", async ({ store }) => {
  const records = Array.from({ length: 160 }, (_, i) => {
    const created_at = i % 5 === 0 ? null : `2025-01-01T00:00:0${i % 3}Z`;
    return recordOf(`f${i}`, { name: `page ${(i * 53) % 40}`, path: "", created_at });
  });
  await store.putFiles([...records, recordOf("other")]);
  const whole = await store.search("page", { limit: 1000 });
  assert.equal(whole.files.length, 160);
  assert.equal(whole.next, null);
  for (const limit of [1, 7, 159, 160, 161]) {
    const ids: string[] = [];
    let after: string | undefined;
    while (true) {
      const { files, next } = await store.search("page", { limit, after });
      assert.ok(files.length <= limit);
      ids.push(...files.map(({ file_id }) => file_id));
      if (next === null) break;
      assert.equal(files.length, limit);
      after = next;
    }
    assert.deepEqual(ids, whole.files.map(({ file_id }) => file_id), `in pages of ${limit}`);
  }
  assert.equal((await store.search("page")).files.length, 100);
});

testBackends("what is no continuation of a search is refused", async ({ store }) => {
  await store.putFiles(FILES);
  for (
    const after of [
      "",
      "x",
      "e30",
      btoa("[]"),
      btoa('["a","b"]'),
      "é",
      btoa('[1e999,"a"]'),
      btoa('[-1,"a"]'),
      btoa('[1,"a","b"]'),
    ]
  ) {
    await assert.rejects(
      store.search("x", { after }),
      (error) => error instanceof InputError && /^after: /.test(error.message),
    );
  }
});

testBackends("search follows what is replaced and deleted", async ({ store, reopen }) => {
  for (let i = 0; i < 30; i++) {
    await store.putFile(
      recordOf("f", { name: `version${i} common`, path: "", created_at: `20${10 + i % 10}-01-01T00:00:00Z` }),
    );
    await store.putFile(recordOf("g", { name: `other${i} common`, path: "" }));
    if (i % 3 === 0) await store.deleteFile("g");
  }
  await store.optimize();
  store = await reopen();
  assert.deepEqual(await found(store, "common"), ["f", "g"]);
  assert.deepEqual(await found(store, "version29"), ["f"]);
  assert.deepEqual(await found(store, "version2*"), ["f"]);
  for (let i = 0; i < 29; i++) assert.deepEqual(await found(store, `version${i}`), []);
  assert.deepEqual((await store.verify()).problems, []);
});

testBackends("an internal subject finds its files as it is, through every change", async ({ store, reopen }) => {
  const hex = (i: number) => `${i.toString(16).padStart(8, "0")}`.repeat(8);
  const file = (id: string, first: number) =>
    recordOf(
      id,
      { name: id, path: "" },
      Array.from({ length: 300 }, (_, index) => ({
        ...{ index, size: 1, internal_subject: hex(first + index), message_id: index % 2 ? `${id}-${index}@x` : null },
      })),
    );
  // A Message-ID, an internal subject and a file_id that are the same text.
  const odd = recordOf("odd", { name: "odd", path: "" }, [
    { index: 0, message_id: "same@text", internal_subject: "same@text" },
    { index: 1, message_id: "other@text", internal_subject: "[7/9] with spaces" },
    { index: 2, internal_subject: "odd" },
  ]);
  await store.putFiles([file("a", 0), file("b", 299), odd]);
  const expected = async (text: string, ids: string[]) => assert.deepEqual(await found(store, text), ids, text);
  const expectAll = async () => {
    await expected(hex(0), ["a"]);
    await expected(hex(299), ["a", "b"]);
    await expected(`b ${hex(299)}`, ["b"]);
    await expected(`${hex(299)} ${hex(1)}`, ["a"]);
    await expected(hex(598), ["b"]);
    await expected(hex(599), []);
    await expected("same@text", ["odd"]);
    await expected("[7/9] with spaces", ["odd"]);
    await expected("odd", ["odd"]);
    assert.deepEqual((await store.verify()).problems, []);
  };
  await expectAll();
  await store.updateSegments([
    { file_id: "odd", index: 0, message_id: null },
    { file_id: "a", index: 0, message_id: hex(5), status: "uploaded" },
    { file_id: "a", index: 6, message_id: "new@x" },
  ]);
  await expectAll();
  assert.equal(await store.findMessageId("same@text"), undefined);
  assert.equal((await store.findMessageId(hex(5)))?.index, 0);
  await store.updateSegments([{ file_id: "a", index: 0, message_id: null }]);
  await expected(hex(5), ["a"]);
  store = await reopen();
  await expectAll();
  await store.putFile(file("b", 1000));
  await store.deleteFile("odd");
  await expected(hex(299), ["a"]);
  await expected(hex(1299), ["b"]);
  await expected("same@text", []);
  assert.equal((await store.totals()).posted, 300 + 1);
  assert.deepEqual((await store.verify()).problems, []);
});
