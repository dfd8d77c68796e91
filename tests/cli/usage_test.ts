import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { runCli } from "../support/run_cli.ts";
import { inDataFolder } from "../support/temp_folder.ts";

Deno.test("what is no command is said to be none, with the one that may be meant", () =>
  inDataFolder(async (data) => {
    const near = await runCli(["--data", data, "serach", "word"]);
    assert.deepEqual([near.code, near.stdout], [2, ""]);
    assert.match(near.stderr, /^error: unknown command 'serach'\n\(Did you mean search\?\)/);
    const far = await runCli(["--data", data, "frobnicate"]);
    assert.deepEqual([far.code, far.stdout], [2, ""]);
    assert.match(far.stderr, /^error: unknown command 'frobnicate'\n/);
    assert.ok(!existsSync(data));
  }));
