import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { fileURLToPath } from "node:url";
import { GZIP } from "../../src/packings/gzip.ts";
import { readFile } from "../../src/packings/read_file.ts";
import { readNzb } from "../../src/formats/nzb_reader.ts";
import { writeNzb } from "../../src/formats/nzb_writer.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { collect, nzb, written } from "./collect.ts";
import { documents } from "./nzb_documents.ts";

const SAMPLES = ["../testdata", "../../../shared/nzb"]
  .map((folder) => fileURLToPath(new URL(folder, import.meta.url)))
  .filter(existsSync)
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => /\.nzb(\.gz)?$/.test(path));

for (const path of SAMPLES) {
  Deno.test(`${path.split(/[\\/]/).at(-1)} is written as it was read`, async () => {
    const bytes = path.endsWith(".gz") ? GZIP.unpack(readFile(path)) : readFile(path);
    const { files } = await collect((report) => readNzb(bytes, report));
    if (!files.some(({ segments }) => segments.length > 0)) return;
    const again = await nzb(await written(writeNzb(files)));
    assert.equal(again.error, undefined);
    assert.deepEqual(again.files, files.filter(({ segments }) => segments.length > 0));
  });
}

Deno.test("what was read from any proper NZB is written and read as it was, in pieces of any size", () =>
  fc.assert(
    fc.asyncProperty(documents(false), fc.integer({ min: 1, max: 50 }), async (document, size) => {
      const { files } = await nzb(document);
      const whole = files.filter(({ segments, groups }) => segments.length > 0 && groups.length > 0);
      if (whole.length === 0) return;
      const text = await written(writeNzb(whole));
      const again = await nzb(text, size);
      assert.equal(again.error, undefined, text);
      assert.deepEqual(again.files, whole);
    }),
    { numRuns: 300 },
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
