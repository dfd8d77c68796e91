import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { UnpackBudget } from "../../src/packings/unpack_budget.ts";
import { writeUsenetSyncDatabase } from "../../tasks/generator/usenetsync_database.ts";
import { postedRecord } from "../support/records_of.ts";
import { countsOf, refusals, withImports } from "../support/imports.ts";

const golden = (name: string) => fileURLToPath(new URL(`testdata/${name}`, import.meta.url));
const sample = (name: string) => readFileSync(new URL(`../testdata/${name}`, import.meta.url));

Deno.test("a packed NZB is imported whatever its name says", () =>
  withImports(async (imported, folder) => {
    const nzb = sample("holiday.nzb"),
      files = [golden("holiday.nzb.bz2"), golden("holiday.nzb.xz")].map((path) => readFileSync(path));
    const all = [nzb, gzipSync(nzb), ...files].flatMap((bytes, i) =>
      ["nzb", "nzb.gz", "ndjson", "db", "odd"].map((ending) => {
        const path = join(folder, `${i}.${ending}`);
        writeFileSync(path, bytes);
        return path;
      })
    );
    assert.deepEqual(countsOf(await imported(all)), [20, 0, 2, 4]);
    assert.deepEqual(countsOf(await imported([], files[0])), [1, 0, 2, 4]);
  }));

Deno.test("of a zip every NZB and NDJSON is an input, those in a zip in it too, and what is refused is named", () =>
  withImports(async (imported) => {
    const report = await imported([golden("all.zip")]);
    assert.deepEqual(countsOf(report), [3, 1, 4, 7]);
    assert.match(refusals(report).join("\n"), /^all\.zip\/bad\.nzb: not well-formed XML/);
    assert.equal(report.passed_over.files, 1);
    assert.match(report.passed_over.names[0], /all\.zip\/readme\.txt$/);
    assert.deepEqual(countsOf(await imported([], readFileSync(golden("all.zip")))), [3, 1, 4, 7]);
  }));

Deno.test("a zip that is cut off is refused, and nothing is read past damage in it", () =>
  withImports(async (imported, folder) => {
    const bytes = readFileSync(golden("all.zip")), cut = join(folder, "cut.zip"), damaged = join(folder, "damaged.zip");
    writeFileSync(cut, bytes.subarray(0, bytes.length - 30));
    bytes[100] ^= 1; // in the first entry
    writeFileSync(damaged, bytes);
    const report = await imported([cut, damaged]), refused = refusals(report).join("\n");
    assert.equal(report.inputs, 2);
    assert.match(refused, /cut\.zip: the zip archive is cut off or damaged/);
    assert.match(refused, /damaged\.zip\/sub\/holiday\.nzb: it is cut off or damaged/);
  }));

Deno.test("a packed database is imported, as a whole or not at all", () =>
  withImports(async (imported, folder) => {
    const path = join(folder, "a.db"), packed = join(folder, "a.db.gz"), cut = join(folder, "cut.db.gz");
    writeUsenetSyncDatabase(path, [postedRecord("f", 70, { folder: { folder_id: "d", path: "/d", name: "d" } })]);
    const bytes = gzipSync(readFileSync(path));
    writeFileSync(packed, bytes);
    writeFileSync(cut, bytes.subarray(0, bytes.length >> 1));
    const report = await imported([packed, cut]);
    assert.deepEqual([countsOf(report), refusals(report)[0].split(": ").at(-1)], [
      [1, 1, 1, 70],
      "the gzip data is cut off",
    ]);
    assert.deepEqual(countsOf(await imported([], readFileSync(path))), [1, 0, 1, 70]);
  }));

Deno.test("in folders, what calls itself an input is one or refused, NZBs under longer names too; the rest is passed over", () =>
  withImports(async (imported, folder) => {
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
    const report = await imported([inbox]);
    assert.deepEqual(countsOf(report), [2, 1, 2, 4]);
    assert.match(refusals(report)[0], /d\.nzb: this is an HTML page: download the NZB again/);
    const names = report.passed_over.names.map((path) => path.split(/[\\/]/).at(-1)).sort();
    assert.deepEqual([report.passed_over.files, names], [4, ["c.rar", "e.zip", "f.ndjson.bak", "g.tar.gz"]]);
    assert.match(refusals(await imported([join(inbox, "c.rar")]))[0], /this is a RAR archive: unpack it/);
  }));

Deno.test("NDJSON is read in UTF-16 by its byte order mark; half a pair refuses its own line", () =>
  withImports(async (imported, folder) => {
    const line = (id: string) => JSON.stringify(postedRecord("x", 1)).replace('"x"', `"${id}"`);
    const text = `\ufeff${line("ä")}\r\n${line("\ud800")}\n${line("😀")}`;
    const paths = [false, true].map((isBigEndian) => {
      const bytes = Buffer.from(text, "utf16le"), path = join(folder, `${isBigEndian}.ndjson`);
      writeFileSync(path, isBigEndian ? bytes.swap16() : bytes);
      return path;
    });
    const { added, unchanged, notes } = await imported(paths);
    assert.deepEqual([added, unchanged], [2, 2]);
    assert.deepEqual(notes.map(({ path, line, bad }) => [path, line, bad]), paths.map((path) => [path, 2, true]));
  }));

Deno.test("what unpacks to far more than its size, or is packed too often, is refused", () =>
  withImports(async (imported, folder) => {
    const count = async (packed: number, unpacked: number) => {
      const pieces = ReadableStream.from([new Uint8Array(unpacked)]);
      for await (const _ of new UnpackBudget(packed, 1000).count(pieces)) { /* to its end */ }
    };
    await count(1, 1000);
    await assert.rejects(count(1, 1001), /unpacks to more than 200 times its size/);
    await count(10, 2000);
    await assert.rejects(count(10, 2001), /zip bomb/);
    let bytes: Uint8Array = sample("holiday.nzb");
    const paths = Array.from({ length: 5 }, (_, i) => {
      const path = join(folder, `${i}.nzb.gz`);
      writeFileSync(path, bytes = gzipSync(bytes));
      return path;
    });
    const report = await imported(paths);
    assert.deepEqual([report.inputs, report.notes.map(({ path }) => path)], [4, [paths[4]]]);
    assert.match(refusals(report)[0], /packed more than 4 times over/);
  }));
