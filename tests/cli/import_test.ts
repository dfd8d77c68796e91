import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCli } from "../support/run_cli.ts";
import { inDataFolder } from "../support/temp_folder.ts";

const SAMPLES = fileURLToPath(new URL("../testdata", import.meta.url));
const KINDS =
  / {2}Known are NZB \(\.nzb\), NDJSON \(\.ndjson, \.jsonl\), UsenetSync database \(\.db\), also packed \(.*\)\.$/m;

Deno.test("an import that stores nothing says why", () =>
  inDataFolder(async (data, folder) => {
    const run = (...paths: string[]) => runCli(["--data", data, "import", ...paths]);
    const empty = join(folder, "empty"), none = join(folder, "none.ndjson");
    mkdirSync(join(empty, "below"), { recursive: true });
    writeFileSync(join(empty, "below", "a.txt"), "text");
    writeFileSync(none, "");

    const refused = await run(join(folder, "nowhere.nzb"));
    assert.deepEqual([refused.code, refused.stdout], [
      1,
      "Nothing was stored: all that was given was refused.\n",
    ]);
    const nothing = await run(empty);
    assert.deepEqual([nothing.code, nothing.stdout], [1, refused.stdout]);
    assert.match(
      nothing.stderr,
      /^ {2}.*empty: there is nothing to import in it: none of its files calls itself an input$/m,
    );
    assert.match(nothing.stderr, KINDS);
    const blank = await run(none);
    assert.deepEqual([blank.code, blank.stdout], [0, "Nothing was stored: there are no files in 1 input.\n"]);
  }));

Deno.test("one is told as one", () =>
  inDataFolder(async (data, folder) => {
    const one = join(folder, "one.ndjson"), empty = join(folder, "empty");
    mkdirSync(empty);
    writeFileSync(
      one,
      JSON.stringify({ file_id: "a", path: "a", name: "a", size: 1, segments: [{ index: 0, size: 1 }] }),
    );
    const run = (...paths: string[]) => runCli(["--data", data, "import", ...paths]);
    const first = await run(one);
    assert.equal(first.stdout, "Imported 1 input: 1 file added, 0 replaced, 0 unchanged; 1 segment stored.\n");
    assert.equal((await run(one)).stdout, "Nothing changed: 1 file of 1 input was there already.\n");
    const mixed = await run(empty, SAMPLES);
    assert.equal(mixed.code, 1);
    assert.match(mixed.stdout, /^Imported 2 inputs: 4 files added/);
    assert.match(mixed.stderr, /^Not imported \(1\):\n {2}.*there is nothing to import in it: it is empty$/m);
  }));
