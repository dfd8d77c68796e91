import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkRecord } from "../../src/domain/check_record.ts";
import type { FileRecord } from "../../src/domain/records.ts";
import { readNdjson } from "../../src/formats/ndjson_reader.ts";
import { readFile } from "../../src/packings/read_file.ts";
import { readUsenetSync } from "../../src/formats/usenetsync_reader.ts";
import { generateFiles, KINDS } from "../../tasks/generator/generate_files.ts";
import { type Shape, SHAPES } from "../../tasks/generator/shapes.ts";
import { writeUsenetSyncDatabase } from "../../tasks/generator/usenetsync_database.ts";
import { writeNdjsonFile, writeNzbFolder } from "../../tasks/generator/write_inputs.ts";
import { nzbRecords } from "../support/nzb_records.ts";
import { inTempFolder } from "../support/temp_folder.ts";

Deno.test("generated files are the same for a seed, exactly as many segments as asked for, and proper records", () => {
  for (const kind of KINDS) {
    for (const segments of [1, 777, 20_000]) {
      const files = [...generateFiles({ segments, seed: 5, kind })];
      assert.equal(files.reduce((sum, file) => sum + file.segments.length, 0), segments);
      assert.deepEqual([...generateFiles({ segments, seed: 5, kind })], files);
      assert.equal(new Set(files.map(({ file_id }) => file_id)).size, files.length);
      for (const file of files) assert.deepEqual(checkRecord(file), file);
    }
    assert.notDeepEqual([...generateFiles({ segments: 10, seed: 6, kind })], [
      ...generateFiles({ segments: 10, seed: 5, kind }),
    ]);
  }
});

Deno.test("what a seed gives never changes", () => {
  const digests = KINDS.map((kind) => {
    const digest = createHash("sha256");
    for (const file of generateFiles({ segments: 5000, seed: 1, kind })) digest.update(JSON.stringify(file));
    return digest.digest("hex").slice(0, 16);
  });
  assert.deepEqual(digests, ["285d70ccb19bd0c3", "5cffcf86004f3dee", "d0ffdc67877b5467"]);
});

const ofShape = (shape: Shape, segments = 5000) => [...generateFiles({ segments, seed: 3, kind: "usenetsync", shape })];

Deno.test("every shape gives as many segments as asked for, in proper records", () => {
  for (const kind of KINDS) {
    for (const shape of SHAPES) {
      const files = [...generateFiles({ segments: 5000, seed: 3, kind, shape })];
      assert.equal(files.reduce((sum, file) => sum + file.segments.length, 0), 5000);
      for (const file of files) assert.deepEqual(checkRecord(file), file);
    }
  }
});

Deno.test("a shape has what it is named for", () => {
  const segments = (shape: Shape) => ofShape(shape).flatMap((file) => file.segments);
  assert.ok(ofShape("small-files").every((file) => file.segments.length === 1));
  assert.ok(ofShape("no-dates").every(({ created_at }) => created_at === null));
  assert.ok(segments("no-dates").every(({ uploaded_at }) => uploaded_at === null));
  assert.equal(new Set(segments("one-second").flatMap(({ uploaded_at }) => uploaded_at ?? [])).size, 1);
  const copied = ofShape("copies", 50_000).flatMap((file) => file.segments);
  const copies = new Set(copied.map(({ redundancy }) => redundancy));
  assert.deepEqual([...copies].sort(), [0, 1, 2, 3]);
  assert.ok(segments("pending").filter(({ status }) => status === "pending").length > 2500);
});

Deno.test("inputs that are written hold the records they were made of", () =>
  inTempFolder(async (folder) => {
    const byId = (a: FileRecord, b: FileRecord) => a.file_id < b.file_id ? -1 : 1;
    const ignored = () => assert.fail("a note");
    for (const shape of SHAPES) {
      const files = ofShape(shape), ndjson = join(folder, `${shape}.ndjson`), database = join(folder, `${shape}.db`);
      await writeNdjsonFile(ndjson, files);
      assert.deepEqual(await Array.fromAsync(readNdjson(readFile(ndjson), ignored)), files);
      writeUsenetSyncDatabase(database, files);
      const read = [...readUsenetSync(database, ignored)].sort(byId);
      assert.deepEqual(read.map(withoutForeign), files.sort(byId).map(withoutForeign));
    }
    await writeNzbFolder(join(folder, "nzbs"), 3, 1000);
    let segments = 0;
    for (const name of ["0001", "0002", "0003"]) {
      const path = join(folder, "nzbs", `${name}.nzb`);
      assert.match(readFileSync(path, "utf8"), /<head>\n\t\t<meta type="title">[^<]+</);
      const { files, notes } = await nzbRecords(() => readFile(path), path);
      assert.deepEqual(notes, []);
      for (const file of files) segments += file.segments.length;
    }
    assert.equal(segments, 1000);
  }));

/** A record without what a UsenetSync database does not hold, or holds besides. */
function withoutForeign({ subject: _s, poster: _p, groups: _g, meta: _m, folder, segments, ...file }: FileRecord) {
  return { ...file, folder: folder?.folder_id, segments: segments.map(({ meta: _, ...segment }) => segment) };
}
