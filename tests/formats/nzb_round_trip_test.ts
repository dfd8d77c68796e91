import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { fileURLToPath } from "node:url";
import { GZIP } from "../../src/packings/gzip.ts";
import { readFile } from "../../src/packings/read_file.ts";
import { writeNzb } from "../../src/formats/nzb_writer.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { runs } from "../support/effort.ts";
import { nzb, written } from "./collect.ts";
import { documents } from "./nzb_documents.ts";

const SAMPLES = ["../testdata", "../../../shared/nzb"]
  .map((folder) => fileURLToPath(new URL(folder, import.meta.url)))
  .filter(existsSync)
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => /\.nzb(\.gz)?$/.test(path));

for (const path of SAMPLES) {
  Deno.test(`${path.split(/[\\/]/).at(-1)} is written as it was read`, async () => {
    let text = "";
    const packed = readFile(path), unpacked = path.endsWith(".gz") ? GZIP.unpack(packed) : packed;
    for await (const bytes of unpacked) text += Buffer.from(bytes).toString("latin1");
    const { files, error } = await nzb(Buffer.from(text, "latin1"), undefined, path);
    if (error) return assert.match(error.message, /^an NZB without a file$/);
    const again = await nzb(await written(writeNzb(files)), undefined, "another name.nzb");
    assert.equal(again.error, undefined);
    assert.deepEqual(again.files, files);
  });
}

Deno.test("what was read from any proper NZB is written and read as it was, in pieces of any size", () =>
  fc.assert(
    fc.asyncProperty(documents(false), fc.integer({ min: 1, max: 50 }), async (document, size) => {
      const { files } = await nzb(document, undefined, "its own {{name}}.nzb");
      const text = await written(writeNzb(files.toReversed())); // a store has an order of its own
      const again = await nzb(text, size, "another name.nzb");
      assert.equal(again.error, undefined, text);
      assert.deepEqual(again.files.toReversed(), files);
    }),
    { numRuns: runs(200, 5000) },
  ));

Deno.test("what was read from several NZBs is written as one, and read as it was", () =>
  fc.assert(
    fc.asyncProperty(fc.array(documents(false), { minLength: 2, maxLength: 3 }), async (all) => {
      const read = await Promise.all(all.map((document, i) => nzb(document, undefined, `${i}.nzb`)));
      const files = read.flatMap(({ files }) => files);
      const again = await nzb(await written(writeNzb(files)));
      assert.equal(again.error, undefined);
      assert.deepEqual(again.files, files);
    }),
    { numRuns: runs(50, 1000) },
  ));

Deno.test("posts of the generator come back with all that an NZB can hold", async () => {
  const files = [...generateFiles({ segments: 5000, seed: 5 })];
  const { files: first } = await nzb(await written(writeNzb(files)));
  const posted = files.flatMap(({ segments }) => segments.map(({ message_id }) => message_id)).filter((id) =>
    id !== null
  );
  assert.deepEqual(
    first.flatMap(({ segments }) => segments.map(({ message_id }) => message_id)).sort(),
    [...new Set(posted)].sort(),
  );
  const second = await nzb(await written(writeNzb(first)));
  assert.deepEqual(second.files, first);
});
