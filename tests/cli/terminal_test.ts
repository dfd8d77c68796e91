// deno-lint-ignore-file no-control-regex -- what a terminal is told
import assert from "node:assert/strict";
import { join } from "node:path";
import { displayWidth } from "../../src/cli/display_width.ts";
import { IS_THOROUGH } from "../support/effort.ts";
import { HAS_SCRIPT, onWideTerminal } from "../support/on_terminal.ts";
import { runCli, SOURCE } from "../support/run_cli.ts";
import { inDataFolder } from "../support/temp_folder.ts";

/** Files with long names, in an input with one. */
async function makeInput(folder: string): Promise<string> {
  const file = join(folder, `${"long name ".repeat(12)}日本語.ndjson`);
  const lines = Array.from({ length: 2000 }, (_, i) => {
    const name = i % 2 ? `${"file ".repeat(30)}${i}` : `名前${i}`.repeat(20);
    const segments = Array.from({ length: 30 }, (_, index) => ({ index, size: 700_000 }));
    return JSON.stringify({ file_id: `${i}-${"x".repeat(50)}`, path: name, name, size: 21_000_000, segments });
  });
  await Deno.writeTextFile(file, lines.join("\n"));
  return file;
}

const WIDTHS = IS_THOROUGH ? [40, 80, 200] : [40];

Deno.test({
  name: `progress takes one line and tables fit, on terminals of 40, 80 and 200 columns${
    HAS_SCRIPT ? "" : " (no script)"
  }`,
  ignore: !HAS_SCRIPT,
  fn: () =>
    inDataFolder(async (data, folder) => {
      const input = await makeInput(folder);
      for (const columns of WIDTHS) {
        const program = [...SOURCE, "--data", `${data}${columns}`];
        const output = await onWideTerminal(columns, [
          [...program, "import", input],
          [...program, "migrate", "--shards", "2"],
          [...program, "files", "--limit", "20"],
          [...program, "config", "get"],
          [...program, "imports"],
        ]);
        const lines = output.split("\n"), drawn = lines.flatMap((line) => line.split("\r\x1b[K"));
        const shown = drawn.filter((line) => /^(Reading|Copying|Verifying): /.test(line));
        assert.ok(shown.length >= 3, output);
        for (const line of shown) assert.ok(displayWidth(line) < columns, line);
        // However often it is drawn, progress is one line, which is cleared before what comes after.
        assert.equal(lines.filter((line) => line.includes("Reading: ")).length, 1, output);
        assert.ok(lines.some((line) => /\r\x1b\[KImported 1 input: 2,000 files added/.test(line)));
        const table = lines.slice(lines.findIndex((line) => /^(\r\x1b\[K)?FILE_ID/.test(line))).slice(0, 21);
        assert.equal(table.length, 21, output);
        for (const row of table) assert.ok(displayWidth(row) <= columns, row);
        assert.match(table[1], /21\.0 MB/);
        const rest = lines.slice(lines.findIndex((line) => line.startsWith("SETTING")));
        assert.match(rest.join("\n"), /^sharded\.max-database-bytes {2}100 GB/m);
        assert.match(rest.join("\n"), /^20\d\d-\d\d-\d\dT\d\d:\d\dZ .* long/m);
        for (const row of rest) assert.ok(displayWidth(row.trimEnd()) <= columns, row);
      }
      const { stdout } = await runCli(["--data", `${data}40`, "files", "--limit", "1"]);
      assert.match(stdout, /^FILE_ID\tSEGMENTS\tPENDING\tBYTES\tNAME\n0-x{50}\t30\t30\t21000000\t(名前0){20}\n$/);
    }),
});
