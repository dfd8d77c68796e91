import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type { FileRecord } from "../../src/domain/records.ts";
import { nameOfSubject } from "../../src/formats/name_of_subject.ts";
import { writeNzb } from "../../src/formats/nzb_writer.ts";
import { written } from "../formats/collect.ts";
import { type Imported, withImports } from "../support/imports.ts";

/** Inputs as other programs made them, which lie beside the project where it is developed. */
const FIELD = fileURLToPath(new URL("../../../shared/field", import.meta.url));

/** What an input must become; what is left out is as in a good input: no notes, nothing passed over. */
interface Expected {
  /** Files by name: their size and what else counts. */
  files: Record<string, number>;
  /** How each note begins, behind the path; those of what is not stored have a ! in front. */
  notes?: string[];
  /** Of the first file. */
  first?: Partial<Omit<FileRecord, "segments">>;
  folder?: string;
  /** Redundancy, index and Message-ID of each segment. */
  segments?: string[];
}

const GOOD = { "good.part1.rar": 1000 };
const SCRIPTS = [
  ...["S01E03-NameWithCamelCase_v2", "東京物語1953", "한국영화모음", "[字幕組] 進撃の巨人 第01話", "Кинотеатр.ё"],
  ...["ภาพยนตร์ไทย", "Straße", "ＦＵＬＬ　ＷＩＤＴＨ", "Œuvre Łódź Ægir Ðorđe"],
].map((name) => `${name}.mkv`);
const SCRIPT_FILES = Object.fromEntries([...SCRIPTS, "3,5mm & C++ #1.pdf"].map((name) => [name, 10]));
const names = () => Object.values<string>(JSON.parse(readFileSync(join(FIELD, "names.json"), "utf8")));
const head = (nzb_head: Record<string, string>) => ({ meta: { nzb_head } });

const INPUTS: Record<string, Expected> = {
  "empty_segments_block.nzb": { files: GOOD, notes: ["!left out zero.nfo: it has no segments"] },
  "no_groups.nzb": { files: GOOD, first: { groups: [] } },
  "one_of_two_without_groups.nzb": { files: { ...GOOD, "good.part2.rar": 1000 } },
  "one_file_without_message_id.nzb": { files: GOOD, notes: ["!left out set.par2: it has no usable segments"] },
  "gzip_named_nzb.nzb": { files: GOOD },
  "plain_named_gz.nzb.gz": { files: GOOD },
  "bz2_named_nzb.nzb": { files: GOOD },
  "zip_named_nzb.nzb": { files: GOOD },
  "Great.Documentary.2021.1080p{{hunter2}}.nzb": {
    ...{ files: { ac0ffee1234567890abcdef: 10 }, folder: "Great.Documentary.2021.1080p" },
    first: head({ password: "hunter2" }),
  },
  "encoding_windows-1251.nzb": { files: { "Кино.rar": 10 } },
  "encoding_iso-8859-15.nzb": { files: { "10€.rar": 10 } },
  "encoding_iso-8859-2_ascii_only.nzb": { files: { "c.rar": 1 } },
  "bytes_missing.nzb": {
    files: { "nobytes.rar": 0 },
    notes: ["segments of nobytes.rar that count 0 bytes, since their size is not usable: 2"],
  },
  "negative_bytes.nzb": {
    files: { "neg.part01.rar": 0 },
    notes: ["segments of neg.part01.rar that count 0 bytes, since their size is not usable: 2"],
  },
  "numbers_from_zero.nzb": { files: { "zero.rar": 30 }, segments: ["0:0 z0@x", "0:1 z1@x", "0:2 z2@x"] },
  "head_after_files.nzb": { files: { "hl.part1.rar": 1000 }, first: head({ password: "late" }) },
  "no_subject.nzb": { files: { "s1@x": 10, "s2@x": 11 } },
  "date_milliseconds.nzb": { files: { "date_ms.rar": 10 }, first: { created_at: "2023-11-14T22:13:20Z" } },
  "date_rfc822.nzb": { files: { "date_text.rar": 10 }, first: { created_at: "2018-01-07T10:00:00Z" } },
  "html_entity.nzb": { files: { "Mädchen.rar": 10 } },
  "search_scripts.nzb": { files: SCRIPT_FILES },
  "ps_utf16.ndjson": { files: SCRIPT_FILES },
  "ps_utf16_decl_utf8.nzb": { files: SCRIPT_FILES },
  "nul_in_sqlite_text.db": {
    ...{ files: { "good.bin": 100, "s.bin": 100 }, segments: ["0:0 g@x"] },
    notes: [
      "!2 files that cannot be kept: nulmeta (meta.metadata: holds a NUL character), nulname (name: holds a NUL character)",
      "!2 segments that cannot be kept: segment 1 of nulseg (segments[1].message_id: holds a NUL character), segment 2",
    ],
  },
  "nul_in_file_id.db": {
    files: { "wanted.bin": 10 },
    notes: ['!1 file that cannot be kept: "set\\u0000copy" (file_id: holds'],
  },
  "posted_without_group.db": { files: { "posted.bin": 100, "other.bin": 100 } },
  "bad_utf8_in_sqlite_text.db": {
    files: { "good.bin": 100 },
    notes: ["!2 files that cannot be kept: bad (path: holds bytes"],
  },
  "nul_and_bad_utf8_ids.db": {
    files: { "a.bin": 10, "b.bin": 10 },
    notes: [
      "!4 files that cannot be kept: ",
      "!2 segments that cannot be kept: segment 0 of x'61fe' (file_id: holds bytes",
    ],
  },
  "without_rowid.db": { files: { "w.bin": 10 } },
  "segments_is_a_view.db": { files: { "v.bin": 100 } },
  "ids_text_and_integer.db": {
    files: { "n1.bin": 10, "n10.bin": 10, "n2.bin": 10 },
    notes: ["3 files whose folder is not in the table folders: 1, 10, 2"],
  },
  "pg_one_good.nzb": { files: { "one.rar": 10 } },
  "pg_two_good.nzb": { files: { "two.rar": 10 } },
};

/** Checks what came of an input among many. */
function check(name: string, expected: Expected, { records, notes }: Imported): void {
  const { files, first = {}, folder, segments } = expected, [main] = Object.keys(files);
  for (const [file, size] of Object.entries(files)) {
    assert.ok(records.some((record) => record.name === file && record.size === size), `${name}: ${file}`);
  }
  const some = records.filter((record) => record.name === main).map((record) => ({
    ...Object.fromEntries(Object.keys(first).map((key) => [key, record[key as keyof typeof first]])),
    ...(folder !== undefined && { folder: record.folder?.name }),
    ...(segments && {
      segments: record.segments.map(({ redundancy, index, message_id }) => `${redundancy}:${index} ${message_id}`),
    }),
  }));
  const wanted = { ...first, ...(folder !== undefined && { folder }), ...(segments && { segments }) };
  assert.ok(some.some((one) => isDeepStrictEqual(one, wanted)), `${name}: ${JSON.stringify(some)}`);
  const told = notes.filter(({ path }) => path === join(FIELD, name)).map(({ message, bad }) =>
    (bad ? "!" : "") + message
  );
  assert.deepEqual(told.map((text, i) => text.slice(0, expected.notes?.[i]?.length)), expected.notes ?? [], name);
}

const fieldTest = (name: string, test: Parameters<typeof withImports>[0]) =>
  Deno.test({ name, ignore: !existsSync(FIELD), fn: () => withImports(test) });

fieldTest("inputs as other programs make them become what they should", async (imported) => {
  const inputs = Object.entries(INPUTS), all = await imported(inputs.map(([name]) => join(FIELD, name)));
  for (const [name, expected] of inputs) check(name, expected, all);
  const sizes = inputs.flatMap(([, { files }]) => Object.entries(files).map(([name, size]) => `${name} ${size}`));
  assert.deepEqual(new Set(all.records.map(({ name, size }) => `${name} ${size}`)), new Set(sizes));
  // A zip holds two, each of the others is one.
  assert.deepEqual([all.inputs, all.refused, all.passed_over.files], [inputs.length + 1, 0, 0]);
});

fieldTest("the names of files come out of their subjects as downloaders find them", async (imported) => {
  for (const [subject, name] of Object.entries(JSON.parse(readFileSync(join(FIELD, "names.json"), "utf8")))) {
    assert.equal(nameOfSubject(subject), name);
  }
  const { records } = await imported([join(FIELD, "subject_names.nzb")]);
  assert.deepEqual(records.map(({ name }) => name).sort(), names().sort());
});

fieldTest("articles that share a number are copies, one article in three NZBs is in three files", async (imported) => {
  const { records: [{ segments }] } = await imported([join(FIELD, "two_articles_a_number.nzb")]);
  assert.deepEqual(segments.map(({ redundancy, index }) => `${redundancy}:${index}`), [
    ...["0:0", "0:1", "0:2", "1:0", "1:1", "1:2"],
  ]);
  const { records } = await imported([join(FIELD, "same_article_three_nzbs")]);
  assert.equal(records.length, 3);
  assert.equal(new Set(records.map(({ segments: [{ message_id }] }) => message_id)).size, 1);
});

fieldTest("in folders everything usable is read, packed or not, and nothing twice", async (imported) => {
  const { inputs, records, replaced, unchanged, passed_over } = await imported([join(FIELD, "skipped_folder")]);
  assert.deepEqual([inputs, records.length, replaced, unchanged, passed_over.files], [6, 3, 0, 3, 0]);
});

fieldTest("nothing is exported under the password of another NZB", async (imported) => {
  const paths = ["password_a.nzb", "password_b.nzb", "password_none.nzb"].map((name) => join(FIELD, name));
  const { records } = await imported(paths);
  assert.deepEqual(records.map(({ name, meta }) => [name, meta?.nzb_head]).sort(), [
    ["open.part1.rar", undefined],
    ["secretA.part1.rar", { password: [`j@C&HQ<x>"'$^%`, "second"], title: "A" }],
    ["secretB.part1.rar", { password: "other" }],
  ]);
  assert.doesNotMatch(await written(writeNzb(records)), /<meta type="password"/);
  assert.match(await written(writeNzb(records.filter(({ name }) => name.startsWith("secretA")))), /"password">second</);
});
