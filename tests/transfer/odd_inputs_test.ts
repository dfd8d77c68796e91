import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { countsOf, type Imported, refusals, withImports } from "../support/imports.ts";

/** An NZB of one file, without a title. */
const nzb = (name: string) =>
  Buffer.from(
    `<nzb><file subject="&quot;${name}.rar&quot;"><segments><segment bytes="1" number="1">${name}@x</segment></segments>` +
      `</file></nzb>`,
  );

type Options = Parameters<ZipWriter<unknown>["add"]>[2];

/** A zip archive of entries in their order. */
async function zipOf(entries: [name: string, bytes: Uint8Array, options?: Options][]): Promise<Uint8Array> {
  const zip = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  for (const [name, bytes, options] of entries) await zip.add(name, new Uint8ArrayReader(bytes), options);
  return await zip.close();
}

/** Folders of the stored files by the files' names. */
const foldersOf = ({ records }: Imported) =>
  Object.fromEntries(records.map(({ name, folder }) => [name.replace(".rar", ""), folder?.name]));

Deno.test("whatever the entries of a zip are named, each is read, and named by the end of its path", () =>
  withImports(async (imported, folder) => {
    const path = join(folder, "a.zip");
    const bytes = await zipOf([
      ["one/two/Below.nzb", nzb("below")],
      ["../../up/Parent.nzb", nzb("parent")],
      ["/abs/Root.nzb", nzb("root")],
      ["C:\\Downloads\\Drive.nzb", nzb("drive")],
      ["back\\Slash{{secret}}.nzb", nzb("slash")],
      ["nul\0 and \u202e.nzb", nzb("nul")],
      [`${"n".repeat(3000)}.nzb`, nzb("long")],
      ["Ä東.nzb", nzb("utf8")],
      ["deep.zip", await zipOf([["in/inner.zip", await zipOf([["Innermost.nzb", nzb("innermost")]])]])],
      ["large/Zip64.nzb", nzb("zip64"), { zip64: true }],
      ["locked/Aes.nzb", nzb("aes"), { password: "p" }],
      ["locked/Old.nzb", nzb("old"), { password: "p", zipCrypto: true }],
      ["folder/", new Uint8Array(0), { directory: true }],
      ["__MACOSX/._Below.nzb", Buffer.from("\0\x05\x16\x07")],
      ["readme.txt", Buffer.from("x")],
    ]);
    // A name of no encoding that is known.
    const odd = Buffer.from(await zipOf([["XXXX.nzb", nzb("bytes")]])).toString("latin1");
    writeFileSync(path, bytes);
    writeFileSync(join(folder, "b.zip"), Buffer.from(odd.replaceAll("XXXX", "\xfe\xfd\x82\xe9"), "latin1"));
    const report = await imported([path, join(folder, "b.zip")]);
    const { bytes: named, long, ...folders } = foldersOf(report);
    assert.deepEqual(folders, {
      ...{ below: "Below", parent: "Parent", root: "Root", drive: "Drive", slash: "Slash", nul: "nul and \u202e" },
      ...{ utf8: "Ä東", innermost: "Innermost", zip64: "Zip64" },
    });
    assert.deepEqual([named?.length, long?.length], [4, 3000]);
    assert.deepEqual(report.records.find(({ name }) => name === "slash.rar")?.meta, {
      nzb_head: { password: "secret" },
    });
    assert.deepEqual(countsOf(report), [11, 2, 11, 11]);
    const why = "it is encrypted: unpack it and import what is in it";
    assert.deepEqual(refusals(report).map((text) => text.slice(text.indexOf("locked"))), [
      `locked/Aes.nzb: ${why}`,
      `locked/Old.nzb: ${why}`,
    ]);
    assert.equal(report.passed_over.files, 1);
  }));

/** Whether links lead where they should, and are known as links: of those of Wine not all do. */
function leadThere(links: [at: string, to: string, type: "file" | "dir"][]): boolean {
  return links.every(([at, to]) =>
    lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() &&
    (!existsSync(to) || realpathSync(at) === realpathSync(to))
  );
}

Deno.test("links in folders are followed once, one that leads nowhere is named", () =>
  withImports(async (imported, folder) => {
    const inbox = join(folder, "inbox"), other = join(folder, "other");
    for (const path of [inbox, join(inbox, "sub"), other]) mkdirSync(path);
    writeFileSync(join(inbox, "sub", "a.nzb"), nzb("a"));
    writeFileSync(join(other, "b.nzb"), nzb("b"));
    const links: [at: string, to: string, type: "file" | "dir"][] = [
      ...[["again.nzb", join(inbox, "sub", "a.nzb"), "file"], [
        "nowhere.nzb",
        join(folder, "nowhere"),
        "file",
      ]] as const,
      ...[["nowhere.txt", join(folder, "nowhere"), "file"], ["loop", inbox, "dir"]] as const,
      ...[["sub/up", folder, "dir"], ["sub/over", join(inbox, "sub"), "dir"]] as const,
      ...[["first", other, "dir"], ["second", other, "dir"], ["../other/back", inbox, "dir"]] as const,
    ].map(([at, to, type]) => [join(inbox, at), to, type]);
    try {
      for (const [at, to, type] of links) symlinkSync(to, at, type);
    } catch (error) {
      if (Deno.build.os !== "windows") throw error;
      return console.warn("NOT CHECKED: links need a right on Windows that this account has not");
    }
    if (Deno.build.os === "windows" && !leadThere(links)) {
      return console.warn("NOT CHECKED: links under Wine lead nowhere");
    }
    const report = await imported([inbox]);
    assert.deepEqual([report.inputs, report.added, report.unchanged], [3, 2, 1]);
    assert.deepEqual(report.notes.map(({ path, message }) => [path, message]), [
      [join(inbox, "nowhere.nzb"), "a link that leads nowhere"],
    ]);
    assert.deepEqual(report.passed_over, { files: 1, names: [join(inbox, "nowhere.txt")] });
  }));

Deno.test({
  name: "a pipe is read once, whatever comes out of it; in a folder it is passed over",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withImports(async (imported, folder) => {
      const inbox = join(folder, "inbox");
      mkdirSync(inbox);
      const lines = readFileSync(new URL("../testdata/uploads.ndjson", import.meta.url));
      const contents: [name: string, bytes: Uint8Array, counts: number[]][] = [
        ["pipe.nzb", nzb("a"), [1, 0, 1, 1]],
        ["pipe.ndjson", lines, [1, 0, 2, 3]],
        ["pipe", await zipOf([["l.ndjson", lines], ["a.nzb", nzb("a")]]), [2, 0, 3, 4]],
        ["other", Buffer.from("hello"), [0, 1, 0, 0]],
      ];
      const paths = contents.map(([name]) => join(inbox, name));
      await new Deno.Command("mkfifo", { args: paths }).output();
      for (const [i, [name, bytes, counts]] of contents.entries()) {
        const written = Deno.writeFile(paths[i], bytes);
        const report = await imported([paths[i]]);
        await written;
        assert.deepEqual(countsOf(report), counts, name);
      }
      const report = await imported([inbox]);
      assert.deepEqual(report.passed_over, { files: 4, names: paths.sort() });
      assert.match(refusals(report)[0], /there is nothing to import in it: none of its files calls itself an input/);
    }),
});

Deno.test("an NZB that is imported again under another name changes nothing, its first name stays; another title is another NZB", () =>
  withImports(async (imported, folder) => {
    const write = (name: string, bytes: Uint8Array) => {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      return path;
    };
    const paths = ["First.nzb", "Second (1).nzb", "Third{{p}}.nzb"].map((name) => write(name, nzb("a")));
    const titled = Buffer.from(`${nzb("a")}`.replace("<file", '<head><meta type="title">T</meta></head><file'));
    const report = await imported([...paths, write("Fourth.nzb", titled)]);
    assert.deepEqual([report.added, report.replaced, report.unchanged], [3, 0, 1]);
    assert.deepEqual(report.records.map(({ folder }) => folder?.name).sort(), ["First", "T", "Third"]);
  }));
