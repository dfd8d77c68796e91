import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { openStore } from "../support/folder_store.ts";
import { testBin } from "../postgres_server/test_archives.ts";
import { runs } from "../support/effort.ts";
import { resultOf, runCli, spawnCli } from "../support/run_cli.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { digestOf, fill } from "./test_store.ts";

/** Kills of the server; USYNC_TEST_RUNS=50 makes it the full number. */
const KILLS = runs(1, 4);

/** Kills the server of a data folder; false while it is not there. */
function killServer(data: string): boolean {
  try {
    const [pid] = readFileSync(join(data, "postgres", "cluster", "postmaster.pid"), "utf8").split("\n");
    process.kill(Number(pid), "SIGKILL");
    return true;
  } catch {
    return false; // not started yet, or ended
  }
}

/** A server that is killed while it starts a process leaves its port taken under Wine. */
const MISSING = Deno.build.os === "windows";

Deno.test({
  name: `the server is killed at random moments of migrations to it and back: the next run completes them${
    MISSING ? " (not under Wine)" : ""
  }`,
  ignore: MISSING,
  fn: () =>
    inTempFolder(async (folder) => {
      await Deno.chmod(folder, 0o755);
      const data = join(folder, "data");
      let digest = "";
      {
        await using store = await openStore(data);
        await fill(store, 40_000);
        digest = await digestOf(store);
      }
      const run = async (...args: string[]) => {
        const { code, stderr } = await runCli(["--data", data, "--yes", ...args]);
        assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
      };
      await run("postgres", "install", "--bin", await testBin());
      let killed = 0, latest = 3000;
      for (let i = 0; killed < KILLS; i++) {
        assert.ok(i < 10 * KILLS, "migrations end before their kills");
        const to = i % 2 === 0 ? "postgres" : "sqlite";
        const move = resultOf(spawnCli(["--data", data, "migrate", "--to", to]));
        let isOver = false;
        void move.then(() => isOver = true);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * latest));
        while (!isOver && !killServer(data)) await new Promise((resolve) => setTimeout(resolve, 10));
        if (isOver) latest *= 0.7;
        else killed++;
        const { code, stderr } = await move;
        // It starts the server again and goes on, or says what is wrong and leaves the source in charge.
        if (code !== 0) assert.match(stderr, /the server cannot be reached|PostgreSQL/, stderr);
        if (code !== 0) await run("migrate", "--to", to);
        await run("migrate", "--discard-old");
        await using store = await openStore(data, { create: false });
        assert.equal(store.tier, to);
        assert.equal(await digestOf(store), digest);
        assert.deepEqual((await store.verify()).problems, []);
        assert.deepEqual([store.manifest.move, store.manifest.removing], [null, []]);
      }
    }),
});
