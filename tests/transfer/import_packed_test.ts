import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { openStore } from "../../src/mod.ts";
import { UnpackBudget } from "../../src/packings/unpack_budget.ts";
import { findInputs, namedInput } from "../../src/transfer/find_inputs.ts";
import { InputImport } from "../../src/transfer/import_inputs.ts";
import type { ImportReport } from "../../src/transfer/import_report.ts";
import { writeUsenetSyncDatabase } from "../../tasks/generator/usenetsync_database.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const golden = (name: string) => fileURLToPath(new URL(`testdata/${name}`, import.meta.url));
const sample = (name: string) => readFileSync(new URL(`../testdata/${name}`, import.meta.url));

/** Imports paths, or standard input, into a new store; nothing that was put aside may be left. */
async function imported(folder: string, paths: string[], stdin?: Uint8Array): Promise<ImportReport> {
  const data = join(folder, crypto.randomUUID());
  {
    await using store = await openStore(data);
    const load = store.bulkLoad(), options = stdin && { stdin: ReadableStream.from([stdin]) };
    const run = new InputImport(load, data, options);
    await run.run(stdin ? [namedInput("-")] : findInputs(paths, run));
    await load.finish();
    assert.deepEqual(readdirSync(data).filter((name) => name.startsWith("held-")), []);
    return run.report;
  }
}

const countsOf = ({ inputs, refused, added, segments }: ImportReport) => [inputs, refused, added, segments];

/** What was not stored, without the folder in front. */
const refusals = ({ notes }: ImportReport) =>
  notes.filter(({ bad }) => bad).map(({ path, message }) => `${path.split(/[\\/]testdata[\\/]/).at(-1)}: ${message}`);

Deno.test("a packed NZB is imported whatever its name says", () =>
  inTempFolder(async (folder) => {
    const nzb = sample("holiday.nzb"),
      files = [golden("holiday.nzb.bz2"), golden("holiday.nzb.xz")].map((path) => readFileSync(path));
    const all = [nzb, gzipSync(nzb), ...files].flatMap((bytes, i) =>
      ["nzb", "nzb.gz", "ndjson", "db", "odd"].map((ending) => {
        const path = join(folder, `${i}.${ending}`);
        writeFileSync(path, bytes);
        return path;
      })
    );
    assert.deepEqual(countsOf(await imported(folder, all)), [20, 0, 2, 4]);
    assert.deepEqual(countsOf(await imported(folder, [], files[0])), [1, 0, 2, 4]);
  }));

Deno.test("of a zip every NZB and NDJSON is an input, those in a zip in it too, and what is refused is named", () =>
  inTempFolder(async (folder) => {
    const report = await imported(folder, [golden("all.zip")]);
    assert.deepEqual(countsOf(report), [3, 1, 4, 7]);
    assert.match(refusals(report).join("\n"), /^all\.zip\/bad\.nzb: not well-formed XML/);
    assert.equal(report.passed_over.files, 1);
    assert.match(report.passed_over.names[0], /all\.zip\/readme\.txt$/);
    assert.deepEqual(countsOf(await imported(folder, [], readFileSync(golden("all.zip")))), [3, 1, 4, 7]);
  }));

Deno.test("a zip that is cut off is refused, and nothing is read past damage in it", () =>
  inTempFolder(async (folder) => {
    const bytes = readFileSync(golden("all.zip")), cut = join(folder, "cut.zip"), damaged = join(folder, "damaged.zip");
    writeFileSync(cut, bytes.subarray(0, bytes.length - 30));
    const [report] = [await imported(folder, [cut])];
    assert.deepEqual(countsOf(report), [0, 1, 0, 0]);
    assert.match(refusals(report)[0], /the zip archive is cut off or damaged/);
    bytes[100] ^= 1; // in the first entry
    writeFileSync(damaged, bytes);
    const rest = await imported(folder, [damaged]);
    assert.equal(rest.inputs, 2);
    assert.match(refusals(rest).join("\n"), /damaged\.zip\/sub\/holiday\.nzb: it is cut off or damaged/);
  }));

Deno.test("a packed database is imported, as a whole or not at all", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a.db"), packed = join(folder, "a.db.gz"), cut = join(folder, "cut.db.gz");
    writeUsenetSyncDatabase(path, [postedRecord("f", 70, { folder: { folder_id: "d", path: "/d", name: "d" } })]);
    const bytes = gzipSync(readFileSync(path));
    writeFileSync(packed, bytes);
    writeFileSync(cut, bytes.subarray(0, bytes.length >> 1));
    assert.deepEqual(countsOf(await imported(folder, [packed])), [1, 0, 1, 70]);
    assert.deepEqual(countsOf(await imported(folder, [], readFileSync(path))), [1, 0, 1, 70]);
    const report = await imported(folder, [cut]);
    assert.deepEqual([countsOf(report), refusals(report)[0].split(": ").at(-1)], [
      [0, 1, 0, 0],
      "the gzip data is cut off",
    ]);
  }));

Deno.test("in folders, what calls itself an input is one or refused, NZBs under longer names too; the rest is passed over", () =>
  inTempFolder(async (folder) => {
    const inbox = join(folder, "inbox"), nzb = sample("holiday.nzb");
    mkdirSync(inbox);
    const put = (name: string, bytes: Uint8Array | string) => writeFileSync(join(inbox, name), bytes);
    put("a.nzb.queued", nzb);
    put("b.nzb.gz.bak", gzipSync(nzb));
    put("c.rar", "Rar!\x1a\x07\0");
    put("d.nzb", "<!DOCTYPE html><html>");
    put("e.zip", Buffer.from("PK\x05\x06" + "\0".repeat(18), "latin1"));
    put("f.ndjson.bak", sample("uploads.ndjson"));
    put("g.tar.gz", gzipSync("x".repeat(600)));
    for (const name of ["Thumbs.db", ".DS_Store", "x.db-wal"]) put(name, "x");
    const report = await imported(folder, [inbox]);
    assert.deepEqual(countsOf(report), [2, 1, 2, 4]);
    assert.match(refusals(report)[0], /d\.nzb: this is an HTML page: download the NZB again/);
    const names = report.passed_over.names.map((path) => path.split(/[\\/]/).at(-1)).sort();
    assert.deepEqual([report.passed_over.files, names], [4, ["c.rar", "e.zip", "f.ndjson.bak", "g.tar.gz"]]);
    assert.match(refusals(await imported(folder, [join(inbox, "c.rar")]))[0], /this is a RAR archive: unpack it/);
  }));

Deno.test("NDJSON is read in UTF-16 by its byte order mark; half a pair refuses its own line", () =>
  inTempFolder(async (folder) => {
    const line = (id: string) => JSON.stringify(postedRecord("x", 1)).replace('"x"', `"${id}"`);
    const text = `\ufeff${line("ä")}\r\n${line("\ud800")}\n${line("😀")}`;
    for (const isBigEndian of [false, true]) {
      const bytes = Buffer.from(text, "utf16le"), path = join(folder, `${isBigEndian}.ndjson`);
      writeFileSync(path, isBigEndian ? bytes.swap16() : bytes);
      const report = await imported(folder, [path]);
      assert.deepEqual([report.added, report.notes.map(({ line, bad }) => [line, bad])], [2, [[2, true]]]);
    }
  }));

Deno.test("what unpacks to far more than its size, or is packed too often, is refused", () =>
  inTempFolder(async (folder) => {
    const count = async (packed: number, unpacked: number) => {
      const pieces = ReadableStream.from([new Uint8Array(unpacked)]);
      for await (const _ of new UnpackBudget(packed, 1000).count(pieces)) { /* to its end */ }
    };
    await count(1, 1000);
    await assert.rejects(count(1, 1001), /unpacks to more than 200 times its size/);
    await count(10, 2000);
    await assert.rejects(count(10, 2001), /zip bomb/);
    let bytes: Uint8Array = sample("holiday.nzb");
    for (let i = 0; i < 5; i++) {
      bytes = gzipSync(bytes);
      const path = join(folder, `${i}.nzb.gz`);
      writeFileSync(path, bytes);
      const report = await imported(folder, [path]);
      assert.equal(report.refused, i < 4 ? 0 : 1);
      if (i === 4) assert.match(refusals(report)[0], /packed more than 4 times over/);
    }
  }));
