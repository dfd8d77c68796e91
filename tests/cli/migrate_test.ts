import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FileRecord } from "../../src/mod.ts";
import { HAS_SCRIPT, onTerminal } from "../support/on_terminal.ts";
import { runCli, SOURCE } from "../support/run_cli.ts";
import { inDataFolder } from "../support/temp_folder.ts";

const SAMPLES = [
  fileURLToPath(new URL("../testdata", import.meta.url)),
  ...["nzb", "usenetsync/usenetsync.db"].map((name) =>
    fileURLToPath(new URL(`../../../shared/${name}`, import.meta.url))
  )
    .filter(existsSync),
];

/** What every command that does not name the tier prints. */
async function outputs(data: string): Promise<string[]> {
  const { stdout } = await runCli(["--data", data, "export", "--all", "--format", "ndjson"]);
  const records: FileRecord[] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const { file_id, segments } = records.find(({ segments }) => segments.some(({ message_id }) => message_id))!;
  const message_id = segments.find(({ message_id }) => message_id)!.message_id!;
  const commands = [
    ["files"],
    ["segments", file_id],
    ["find", message_id],
    ["search", "part*"],
    ["search", "holiday"],
    ["pending"],
    ["verify"],
    ["config", "get"],
    ["export", "--all", "--format", "ndjson"],
    ["export", "--all", "--format", "csv"],
  ];
  const results: string[] = [];
  for (const command of commands) {
    const { code, stdout, stderr } = await runCli([
      ...["--data", data, ...(command[0] === "export" ? [] : ["--json"]), ...command],
    ]);
    assert.equal(code, 0, stderr);
    results.push(stdout);
  }
  return results;
}

Deno.test("an import that passes a limit moves the store to shards by itself, and every command says the same", () =>
  inDataFolder(async (data) => {
    await runCli(["--data", data, "import", ...SAMPLES]);
    const before = await outputs(data);
    for (const limit of ["sqlite.max-segments", "sharded.max-segments"]) {
      assert.equal((await runCli(["--data", data, "config", "set", limit, "5"])).code, 0);
    }
    const config = before.indexOf(before.find((text) => text.includes("max-segments"))!);
    const { stderr } = await runCli(["--data", data, "import", SAMPLES[0]]);
    assert.match(stderr, /The store has grown to 10 shards: [\d,]+ files with [\d,]+ segments moved/);
    assert.deepEqual((await outputs(data)).toSpliced(config, 1), before.toSpliced(config, 1));
    const { stdout } = await runCli(["--data", data, "--json", "status"]);
    const { tier, due, old } = JSON.parse(stdout);
    assert.deepEqual([tier, due, old], ["sharded", "postgres", [{
      tier: "sqlite",
      shards: 1,
      outdated: false,
      bytes: old[0].bytes,
    }]]);
    assert.ok(old[0].bytes > 100_000);
  }));

Deno.test("migrate tells what it did, does nothing twice, goes back and removes what is left", () =>
  inDataFolder(async (data) => {
    await runCli(["--data", data, "import", SAMPLES[0]]);
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCli(["--data", data, "--json", ...args]);
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout);
    };
    assert.deepEqual(await run("migrate"), { moved: false });
    const moved = { moved: true, from: { tier: "sqlite", shards: 1 }, to: { tier: "sharded", shards: 3 } };
    assert.deepEqual(await run("--migrate", "--shards", "3"), { ...moved, files: 4, segments: 7 });
    assert.deepEqual(await run("migrate", "--to", "sharded"), { moved: false });
    assert.deepEqual(await run("migrate", "--back"), { tier: "sqlite", shards: 1 });
    await run("migrate", "--to", "sharded");
    assert.deepEqual(await run("migrate", "--discard-old"), { discarded: 1, left: [] });
    const { code, stderr } = await runCli(["--data", data, "migrate", "--back"]);
    assert.equal(code, 1);
    assert.match(stderr, /no migration has left an old store/);
    assert.equal((await runCli(["--data", data, "migrate", "--shards", "1"])).code, 2);
    assert.equal((await runCli(["--data", data, "migrate", "--shards", "x"])).code, 2);
    assert.equal((await runCli(["--data", data, "migrate", "--back", "--to", "sqlite"])).code, 2);
  }));

Deno.test("what is unfinished and what is old is named with its shards, and several are counted", () =>
  inDataFolder(async (data) => {
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCli(["--data", data, ...args]);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    await run("import", SAMPLES[0]);
    const path = join(data, "store.json"), manifest = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...manifest, move: { tier: "sharded", folder: "sharded-9", shards: 7 } }));
    assert.match(await run("status"), /^Unfinished: +a move to the tier sharded \(7 shards\): usync-db migrate$/m);
    for (const shards of ["3", "2"]) await run("migrate", "--shards", shards);
    assert.match(await run("status"), /^Old store: +sharded \(3 shards\): usync-db migrate --discard-old$/m);
    assert.equal(await run("migrate", "--discard-old"), "Removed 2 old stores.\n");
    await run("migrate", "--to", "sqlite");
    assert.equal(await run("migrate", "--discard-old"), "Removed 1 old store.\n");
  }));

Deno.test({
  name: `discarding old stores says what it frees and asks, on a terminal${HAS_SCRIPT ? "" : " (needs script)"}`,
  ignore: !HAS_SCRIPT,
  fn: () =>
    inDataFolder(async (data) => {
      await runCli(["--data", data, "import", SAMPLES[0]]);
      await runCli(["--data", data, "migrate", "--shards", "2"]);
      const command = [...SOURCE, "--data", data, "migrate", "--discard-old"];
      const question = /Remove 1 old store \(sqlite\)\? It frees [\d.]+ [kM]B\. \[y\/N\] /g;
      const ask = (answer: string) =>
        onTerminal(command, { question, answered: /Removed (nothing|1 old store)\./g, answer });
      assert.match(await ask("n"), /Removed nothing\.[^]*exit status 0$/);
      assert.equal((await statusOf(data)).old.length, 1);
      assert.match(await ask("y"), /Removed 1 old store\.[^]*exit status 0$/);
      assert.equal((await statusOf(data)).old.length, 0);
    }),
});

async function statusOf(data: string): Promise<{ old: unknown[] }> {
  return JSON.parse((await runCli(["--data", data, "--json", "status"])).stdout);
}
