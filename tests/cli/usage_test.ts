import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

Deno.test("what makes no sense whatever the store is like is wrong usage, before anything is opened", () =>
  inDataFolder(async (data) => {
    for (
      const [args, why] of [
        [["config", "get", "nonsense"], /Unknown setting: nonsense\n {2}There are: /],
        [["config", "set", "nonsense", "5"], /Unknown setting: nonsense/],
        [["config", "set", "sqlite.max-segments", "abc"], /not a whole number from 0: abc\n {2}Numbers are /],
        [["config", "set", "backup.every", "1y"], /it does not look so: 1y\n {2}Write it like 30m, 12h, 1d or 1w/],
        [["migrate", "--url", "notaurl"], /it has another shape\n {2}It is postgres:/],
        [["migrate", "--to", "sqlite", "--shards", "3"], /the tier sqlite has none/],
        [["migrate", "--shards", "101"], /from 2 to 100 are possible/],
        [["migrate", "--to", "sqlite", "--url", "postgres://h/d"], /--url goes with the tier postgres/],
        [["migrate", "--back", "--url", "postgres://h/d"], /cannot be used with/],
        [["search", "word", "--after", "garbage"], /not the continuation of a search: garbage/],
      ] as [string[], RegExp][]
    ) {
      const { code, stdout, stderr } = await runCli(["--data", data, ...args]);
      assert.deepEqual([code, stdout], [2, ""], `${args}: ${stderr}`);
      assert.match(stderr, why);
    }
    assert.ok(!existsSync(data));
  }));

Deno.test("a data folder that is a file is said to be one, by every command", () =>
  inDataFolder(async (_data, folder) => {
    const file = join(folder, "file");
    writeFileSync(file, "text");
    const commands = [["status"], ["import", file], ["serve", "--no-open"], ["postgres", "status"]];
    for (const [data, args] of [...commands.map((args) => [file, args]), [join(file, "below"), ["import", file]]]) {
      const { code, stdout, stderr } = await runCli(["--data", data as string, ...args]);
      assert.deepEqual([code, stdout], [1, ""], stderr);
      assert.equal(
        stderr,
        `usync-db: Cannot use the data folder ${data}: ${file} is a file\n` +
          "  Name a folder (--data DIR), or move that file away.\n",
      );
    }
  }));
