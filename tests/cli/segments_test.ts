import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatTable } from "../../src/cli/text_table.ts";
import { runCli } from "../support/run_cli.ts";
import { inDataFolder } from "../support/temp_folder.ts";

Deno.test("segments of a file are printed page after page, as one table and as one JSON", () =>
  inDataFolder(async (data, folder) => {
    const counts = { none: 0, few: 3, page: 10_000, more: 20_001 }, input = join(folder, "in.ndjson");
    const lines = Object.entries(counts).map(([file_id, count]) => {
      const segments = Array.from(
        { length: count },
        (_, index) => ({ index, size: 1, message_id: `${index}@${file_id}` }),
      );
      return JSON.stringify({ file_id, path: "", name: "", size: 1, segments });
    });
    writeFileSync(input, lines.join("\n"));
    assert.equal((await runCli(["--data", data, "import", input])).code, 0);
    for (const [fileId, count] of Object.entries(counts)) {
      const text = await runCli(["--data", data, "segments", fileId]), rows = text.stdout.trimEnd().split("\n");
      assert.equal(rows.length, 1 + count, fileId);
      assert.match(rows[0], /^FILE_ID\tINDEX\tCOPY\tBYTES\tSTATUS/);
      for (let i = 0; i < count; i++) assert.ok(rows[i + 1].endsWith(`\t${i}@${fileId}`), rows[i + 1]);
      const { file_id, segments } = JSON.parse((await runCli(["--data", data, "--json", "segments", fileId])).stdout);
      assert.equal(file_id, fileId);
      assert.deepEqual(
        segments.map(({ index }: { index: number }) => index),
        Array.from({ length: count }, (_, i) => i),
      );
    }
    const missing = await runCli(["--data", data, "--json", "segments", "nowhere"]);
    assert.deepEqual([missing.code, missing.stdout], [1, ""]);
  }));

Deno.test("a table has any number of rows", () => {
  assert.equal(
    formatTable([{ name: "NAME", kind: "text" }], Array.from({ length: 200_000 }, () => ["x"]), 80).split("\n").length,
    200_001,
  );
});
