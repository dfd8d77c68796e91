import assert from "node:assert/strict";
import { join } from "node:path";
import { openStore } from "../support/folder_store.ts";
import { postedRecord } from "../support/records_of.ts";
import { runCli } from "../support/run_cli.ts";
import { inDataFolder } from "../support/temp_folder.ts";

Deno.test("backup and restore print what they did, and what they did not", () =>
  inDataFolder(async (data, folder) => {
    {
      await using store = await openStore(data);
      await store.putFiles([postedRecord("a", 2), postedRecord("b", 1)]);
    }
    const backup = join(folder, "backup"), restored = join(folder, "restored");
    const made = await runCli(["--data", data, "backup", backup]);
    assert.equal(made.code, 0, made.stderr);
    assert.match(
      made.stdout,
      /^Backed up 2 files with 3 segments as of 2\S+Z: wrote 2 files, [\d.]+ k?B\. The backup in .* has 1 moment;/,
    );
    const listed = JSON.parse((await runCli(["--data", data, "--json", "backup", backup, "--verify"])).stdout);
    const [{ at, files, segments, is_sound }] = listed.moments;
    assert.deepEqual([files, segments, is_sound, listed.problems], [2, 3, true, []]);
    const { code, stdout, stderr } = await runCli(["--data", restored, "restore", backup, "--at", at, "--shards", "2"]);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^Restored 2 files with 3 segments as of .* into .*restored, on the tier sharded \(2 shards\); every/,
    );
    const over = await runCli(["--data", restored, "--json", "restore", backup]);
    assert.deepEqual([over.code, over.stdout], [1, ""]);
    assert.match(JSON.parse(over.stderr).error, /there is a store already/);
  }));
