import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { openStore } from "../support/folder_store.ts";
import { runs } from "../support/effort.ts";
import { runCli, spawnCli } from "../support/run_cli.ts";
import { testPostgres } from "../support/test_postgres.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { assertStore, digestOf, fill } from "./test_store.ts";

/** Kills in all; USYNC_TEST_RUNS=100 makes it the full number. */
const KILLS = runs(3, 12);
const POSTGRES_URL = await testPostgres();
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

Deno.test("killed at random moments of every kind of migration, the next run completes it", () =>
  inTempFolder(async (folder) => {
    const data = join(folder, "data");
    let digest = "";
    {
      await using store = await openStore(data);
      await fill(store, 40_000);
      digest = await digestOf(store);
    }
    const postgres = ["--to", "postgres", "--url", POSTGRES_URL];
    const kinds = [["--shards", "3"], postgres, ["--shards", "10"], ["--shards", "4"], ["--to", "sqlite"], postgres];
    const shards = [3, 1, 10, 4, 1, 1];
    let took = 1500, kills = 0, ended = 0;
    for (let kind = 0; kills < KILLS; kind = (kind + 1) % kinds.length) {
      const args = ["--data", data, "migrate", ...kinds[kind]];
      for (let i = 0; i < 3; i++, kills++) {
        const child = spawnCli(args);
        await new Promise((resolve) => setTimeout(resolve, took * (0.2 + Math.random())));
        try {
          child.kill("SIGKILL");
        } catch {
          ended++; // it was quicker
        }
        await child.output();
      }
      const started = performance.now();
      const { code, stderr } = await runCli(args);
      assert.equal(code, 0, stderr);
      took = Math.max(500, performance.now() - started);
      assert.equal((await runCli(["--data", data, "migrate", "--discard-old"])).code, 0);
      await assertStore(data, digest, shards[kind]);
    }
    assert.ok(ended < kills, "every migration ended before its kill");
    assert.equal((await runCli(["--data", data, "migrate", "--to", "sqlite"])).code, 0);
    assert.equal((await runCli(["--data", data, "migrate", "--discard-old"])).code, 0);
  }));

/** Segments of a store whose migration is still on its way when every shard of the target has stored something. */
const CUT_SEGMENTS = 50_000;

/** Runs a migration to 3 shards in a process that kills itself when each shard of the target has stored something. */
async function cutOff(data: string): Promise<void> {
  const code = `import { join } from "node:path";
    import { DatabaseSync } from "node:sqlite";
    import { migrate, openStore } from ${JSON.stringify(new URL("../support/folder_store.ts", import.meta.url).href)};
    const store = await openStore(${JSON.stringify(data)});
    const isFilled = (shard) => {
      try {
        using db = new DatabaseSync(join(store.dataFolder, store.manifest.move.folder, shard), { readOnly: true });
        return db.prepare("SELECT count(*) > 1 AS filled FROM blocks").get().filled === 1;
      } catch {
        return false; // not there yet
      }
    };
    const shards = ["shard-00.sqlite", "shard-01.sqlite", "shard-02.sqlite"];
    setInterval(() => shards.every(isFilled) && Deno.kill(Deno.pid, "SIGKILL"), 2);
    await migrate(store, { shards: 3 });
    console.log("ended");`;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", "--config", CONFIG, code] }).output();
  assert.equal(new TextDecoder().decode(stdout), "");
}

Deno.test("a migration that was cut off goes on where it was, with what was written in between", () =>
  inTempFolder(async (folder) => {
    const data = join(folder, "data");
    let digest = "";
    {
      await using store = await openStore(data);
      await fill(store, CUT_SEGMENTS);
    }
    await cutOff(data);
    {
      await using store = await openStore(data);
      assert.deepEqual(store.manifest.move?.shards, 3);
      const files = await store.files({ limit: 1000 });
      for (const { file_id } of [files[0], files[500]]) assert.ok(await store.deleteFile(file_id));
      const record = (await store.record(files[1].file_id))!;
      await store.putFiles([{ ...record, file_id: "\u0001first" }, { ...record, name: "other name" }]);
      digest = await digestOf(store);
    }
    const { code, stdout } = await runCli(["--data", data, "--json", "status"]);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout).unfinished, { tier: "sharded", shards: 3 });
    assert.equal((await runCli(["--data", data, "--migrate"])).code, 0);
    await assertStore(data, digest, 3);
  }));

/** What makes a sound block of a target wrong; `other` is the next block. */
const DAMAGES = {
  "a flipped byte in a block": (block: Uint8Array) => block.with(block.length >> 1, block[block.length >> 1] ^ 4),
  "a block of another content that is sound": (_: Uint8Array, other: Uint8Array) => other,
};

/** Damages the first block of a shard; gives the id of its file. */
function damageBlock(path: string, damage: (block: Uint8Array, other: Uint8Array) => Uint8Array): string {
  using db = new DatabaseSync(path);
  const [one, other] = db.prepare(
    "SELECT b.id, b.data, f.file_id FROM blocks b JOIN files f ON f.id = b.file ORDER BY b.id LIMIT 2",
  ).all() as unknown as { id: number; data: Uint8Array; file_id: string }[];
  db.prepare("UPDATE blocks SET data = ? WHERE id = ?").run(damage(one.data, other.data), one.id);
  return one.file_id;
}

Deno.test("what the target holds wrong is found and named; the source stays in charge", (t) =>
  inTempFolder(async (folder) => {
    const data = join(folder, "data");
    let digest = "";
    {
      await using store = await openStore(data);
      await fill(store, CUT_SEGMENTS);
      digest = await digestOf(store);
    }
    const cut = join(folder, "cut");
    await cp(data, cut, { recursive: true });
    await cutOff(cut);
    for (const [name, damage] of Object.entries(DAMAGES)) {
      await t.step(name, async () => {
        await rm(data, { recursive: true });
        await cp(cut, data, { recursive: true });
        let target: string;
        {
          await using store = await openStore(data);
          target = join(data, store.manifest.move!.folder, "shard-01.sqlite");
        }
        const damaged = damageBlock(target, damage);
        const { code, stderr } = await runCli(["--data", data, "migrate"]);
        assert.equal(code, 1);
        assert.ok(stderr.includes(`in the files ${damaged}`), stderr);
        await assertStore(data, digest, 1);
      });
    }
    assert.equal((await runCli(["--data", data, "migrate", "--shards", "3"])).code, 0);
    await assertStore(data, digest, 3);
  }));
