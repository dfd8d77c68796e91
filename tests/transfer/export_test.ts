import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FileRecord } from "../../src/domain/records.ts";
import { createShard } from "../../src/sqlite/schema.ts";
import { SqliteStore } from "../../src/sqlite/sqlite_store.ts";
import { outputNamed } from "../../src/formats/formats.ts";
import { exportTexts, newExportReport } from "../../src/transfer/export_files.ts";
import { exportFolders } from "../../src/transfer/export_folders.ts";
import { commonHeadOf, type ExportedFiles, recordsOf } from "../../src/transfer/export_source.ts";
import { FileNames, safeFileName } from "../../src/transfer/safe_file_name.ts";
import { nzb, written } from "../formats/collect.ts";
import { recordOf } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** A posted file of a folder, with a head. */
function file(id: string, folder: string | null, head: Record<string, string> | null, posted = true): FileRecord {
  return recordOf(id, {
    name: `${id}.bin`,
    groups: ["g"],
    folder: folder === null ? null : { folder_id: folder, path: folder, name: `${folder}: "one"` },
    meta: head && { nzb_head: head },
  }, [{ index: 0, message_id: posted ? `${id}@x` : null }]);
}

const A = { title: "A", password: "for a", category: "tv" }, B = { title: "B", password: "for b", category: "tv" };
const FILES = [
  ...Array.from({ length: 120 }, (_, i) => file(`a${i}`, "F", A)),
  ...[file("b1", "G", B), file("b2", "G", B), file("pending", "G", null, false), file("open", "H", null, false)],
  ...[file("loose", null, { password: "own" }), file("other", null, null)],
];

function inStore(run: (store: SqliteStore, folder: string) => Promise<void>): Promise<void> {
  return inTempFolder(async (folder) => {
    const path = join(folder, "shard.sqlite");
    createShard(path);
    const store = await SqliteStore.open([path]);
    try {
      await store.putFiles(FILES);
      await run(store, folder);
    } finally {
      await store.close();
    }
  });
}

async function nzbOf(store: SqliteStore, files: ExportedFiles): Promise<string> {
  const head = await commonHeadOf(store, files);
  return await written(exportTexts(recordsOf(store, files), "nzb", newExportReport(), head));
}

Deno.test("an NZB's head has what all its files share, and each file comes back with its own", () =>
  inStore(async (store) => {
    const metas = (document: string) => [...document.matchAll(/<meta type="(.*?)">(.*?)</g)].map(([, ...meta]) => meta);
    const cases: [ExportedFiles, string[][], number][] = [
      [{ folder: "F" }, Object.entries(A), 120],
      [{ folder: "G" }, Object.entries(B), 2],
      [{ ids: ["a0", "b1"] }, [["category", "tv"]], 2],
      [{ ids: ["a0", "b1", "other"] }, [], 3],
      ["all", [], 124],
    ];
    for (const [files, head, count] of cases) {
      const document = await nzbOf(store, files);
      assert.deepEqual(metas(document), head, JSON.stringify(files));
      const { files: read, error } = await nzb(document);
      assert.deepEqual([error, read.length], [undefined, count]);
      for (const { name, meta } of read) {
        const stored = FILES.find((file) => file.name === name);
        assert.deepEqual(meta?.nzb_head, stored!.meta?.nzb_head, name);
      }
    }
    await assert.rejects(nzbOf(store, { folder: "none" }), /There is no file in the folder none/);
    await assert.rejects(nzbOf(store, { ids: ["none"] }), /There is no file none/);
  }));

Deno.test("a file that has lost an entry of the head is not written under it", () =>
  inStore(async (store) => {
    const texts = exportTexts(recordsOf(store, { ids: ["a0", "other"] }), "nzb", newExportReport(), A);
    await assert.rejects(written(texts), /the head of other\.bin was changed meanwhile/);
  }));

Deno.test("a folder of the disk gets an NZB for each folder, and one for each file without", () =>
  inStore(async (store, folder) => {
    const directory = join(folder, "out"), report = newExportReport();
    const to = { store, directory, report, overwrite: false, through: (records: AsyncIterable<FileRecord>) => records };
    assert.equal(await exportFolders("all", to), 4);
    const names = ["F_ _one_.nzb", "G_ _one_.nzb", "loose.bin.nzb", "other.bin.nzb"];
    assert.deepEqual(readdirSync(directory).sort(), names);
    assert.deepEqual([report.files, report.segments], [124, 124]);
    assert.deepEqual(report.notes.map(({ what, names }) => [what, names]), [
      ["files_not_posted", ["pending.bin", "open.bin"]],
    ]);
    const { files } = await nzb(readFileSync(join(directory, names[1])));
    assert.deepEqual(files.map(({ meta }) => meta), [{ nzb_head: B }, { nzb_head: B }]);
    writeFileSync(join(directory, names[0]), "mine");
    await assert.rejects(exportFolders({ folder: "F" }, to), /there is such a file already/);
    assert.equal(readFileSync(join(directory, names[0]), "utf8"), "mine");
    assert.equal(await exportFolders({ folder: "F" }, { ...to, overwrite: true }), 1);
  }));

Deno.test("names of files are such that Windows takes them, and all different", () => {
  const expected: [string, string][] = [
    ['a<b>:"c"/d\\e|f?g*', "a_b___c__d_e_f_g_"],
    ["line\nbreak\u202etxt", "line_break_txt"],
    ["CON", "_CON"],
    ["nul.tar", "_nul.tar"],
    ["com1", "_com1"],
    ["console", "console"],
    [" end. . ", "end"],
    ["...", "unnamed"],
    ["", "unnamed"],
    ["ü".repeat(300), "ü".repeat(100)],
    ["日本語", "日本語"],
  ];
  for (const [text, name] of expected) assert.equal(safeFileName(text), name, text);
  const names = new FileNames();
  assert.deepEqual(["a", "A", "a ", "b", "a (2)"].map((text) => names.nameFor(text, ".nzb")), [
    ...["a.nzb", "A (2).nzb", "a (3).nzb", "b.nzb", "a (2) (2).nzb"],
  ]);
});

Deno.test("the ending of a name says the format", () => {
  const expected = {
    "a.nzb": "nzb",
    "a.NZB.gz": "nzb",
    "a.ndjson": "ndjson",
    "a.jsonl.gz": "ndjson",
    "b/a.csv": "csv",
  };
  for (const [name, format] of Object.entries(expected)) assert.equal(outputNamed(name), format, name);
  for (const name of ["a", "nzb", "a.gz", "a.nzb/b", "a.txt"]) assert.equal(outputNamed(name), undefined, name);
});
