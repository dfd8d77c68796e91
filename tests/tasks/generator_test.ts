import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { checkRecord } from "../../src/domain/check_record.ts";
import { generateFiles, KINDS } from "../../tasks/generator/generate_files.ts";

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
