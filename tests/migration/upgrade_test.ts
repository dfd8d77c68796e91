import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { upgradeServer } from "../../src/migration/upgrade_server.ts";
import { type FolderStore, migrate, migrateBack, openStore } from "../support/folder_store.ts";
import { type BinariesSource, PostgresServer, SERVER_FOLDERS, withConnection } from "../../src/postgres_server/mod.ts";
import { olderBin, testBin, testTarGz } from "../postgres_server/test_archives.ts";
import { testFolder } from "../postgres_server/test_folder.ts";
import { IS_THOROUGH, runs } from "../support/effort.ts";
import { postedRecord } from "../support/records_of.ts";
import { spawnCli } from "../support/run_cli.ts";
import { digestOf } from "./test_store.ts";

/** Older versions of PostgreSQL are there for Linux; to set two servers up takes too long for every run. */
const IS_RUN = Deno.build.os === "linux" && IS_THOROUGH;
/** Kills of upgrades; USYNC_TEST_RUNS=50 is the full proof. */
const KILLS = runs(0, 10);

/** Runs a test with a data folder whose store is in a PostgreSQL of its own, of these programs. */
async function withOwnServer(source: BinariesSource, run: (data: string) => Promise<void>): Promise<void> {
  await using folder = await testFolder();
  const data = join(folder.path, "data");
  try {
    await new PostgresServer(data).install(source);
    {
      await using store = await openStore(data, { grow: false });
      await store.putFiles(Array.from({ length: 300 }, (_, i) => postedRecord(`file ${i}`, 40)));
      await migrate(store, { tier: "postgres" });
      await store.discardOld();
    }
    await run(data);
  } finally {
    for (const folder of SERVER_FOLDERS) await new PostgresServer(data, { folder }).stop();
  }
}

const installed = (data: string) => SERVER_FOLDERS.filter((folder) => existsSync(join(data, folder)));

async function versionOf(store: FolderStore): Promise<string | null> {
  const { server: folder } = store.manifest;
  return (await new PostgresServer(store.dataFolder, { folder }).status()).version;
}

Deno.test({
  name: "an upgrade to another major version moves the store into a server beside, and back until that is discarded",
  ignore: !IS_RUN,
  fn: async () =>
    withOwnServer({ kind: "folder", folder: await olderBin(14) }, async (data) => {
      const newer: BinariesSource = { kind: "folder", folder: await testBin() };
      await using store = await openStore(data, { grow: false });
      const digest = await digestOf(store);
      const messages: string[] = [];
      const report = { message: (text: string) => void messages.push(text), progress() {} };
      const moved = await upgradeServer(store, { source: newer, report });
      assert.deepEqual([moved?.files, moved?.segments], [300, 12_000]);
      assert.match(await versionOf(store) ?? "", /^18\./);
      assert.equal(store.manifest.old[0].server, "postgres");
      assert.ok(store.manifest.old[0].bytes! > 1e6);
      assert.equal(await digestOf(store), digest);
      await assert.rejects(upgradeServer(store, { source: newer }), /the one before the last upgrade is still kept/);

      assert.deepEqual(await migrateBack(store), { tier: "postgres", shards: 1 });
      assert.match(await versionOf(store) ?? "", /^14\./);
      assert.deepEqual([await digestOf(store), installed(data)], [digest, ["postgres"]]);

      await upgradeServer(store, { source: newer });
      await store.putFile(postedRecord("after the upgrade", 2));
      await store.discardOld();
      assert.deepEqual([installed(data), [...store.cleanUpFailures]], [["postgres-2"], []]);
      assert.deepEqual((await store.verify()).problems, []);
      await assert.rejects(
        upgradeServer(store, { source: { kind: "folder", folder: await olderBin(14) } }),
        /Nothing to upgrade: PostgreSQL 18\.\d+ is here, and 14\.\d+ is not newer/,
      );
      assert.deepEqual(installed(data), ["postgres-2"]);
    }),
});

Deno.test({
  name: "a minor upgrade replaces the programs alone, and one that was cut off goes on",
  ignore: !IS_THOROUGH,
  fn: async () =>
    await withOwnServer({ kind: "archive", file: (await testTarGz()).file }, async (data) => {
      const source: BinariesSource = { kind: "archive", file: (await testTarGz()).file };
      const stateFile = join(data, "postgres", "server.json");
      const makeOlder = () => {
        const state = JSON.parse(Deno.readTextFileSync(stateFile));
        state.binaries.version = "18.1";
        state.binaries.sha256 = "0".repeat(64);
        Deno.writeTextFileSync(stateFile, JSON.stringify(state));
      };
      makeOlder();
      await using store = await openStore(data, { grow: false });
      const digest = await digestOf(store);
      assert.equal(await upgradeServer(store, { source }), undefined);
      assert.notEqual(await versionOf(store), "18.1");
      assert.deepEqual([await digestOf(store), store.manifest.old, installed(data)], [digest, [], ["postgres"]]);
      assert.ok(!readdirSync(join(data, "postgres")).includes("binaries.old"));

      // A kill between its two renames: the programs are beside, and a start takes them back.
      makeOlder();
      const server = new PostgresServer(data);
      await server.stop();
      const root = join(data, "postgres");
      await Deno.rename(join(root, "binaries"), join(root, "binaries.old"));
      assert.equal(await digestOf(store), digest);
      assert.equal(await upgradeServer(store, { source }), undefined);
      assert.equal(await digestOf(store), digest);
    }),
});

Deno.test({
  name: "what else is in a PostgreSQL keeps it from being removed after an upgrade",
  ignore: !IS_RUN,
  fn: async () =>
    withOwnServer({ kind: "folder", folder: await olderBin(17) }, async (data) => {
      await using store = await openStore(data, { grow: false });
      await using old = new PostgresServer(data);
      await withConnection(await old.start(), (sql) => sql`CREATE SCHEMA mine`);
      await upgradeServer(store, { source: { kind: "folder", folder: await testBin() } });
      await store.discardOld();
      assert.match([...store.cleanUpFailures.values()].join(), /is kept: it also has the schema mine, not usync-db's/);
      await withConnection(await old.start(), (sql) => sql`DROP SCHEMA mine`);
      await store.removeLeftovers({ servers: true });
      assert.deepEqual([[...store.cleanUpFailures], installed(data)], [[], ["postgres-2"]]);
    }),
});

Deno.test({
  name: "an upgrade that is killed goes on when it is run again, and the store is there in between",
  ignore: KILLS === 0,
  fn: async () =>
    withOwnServer({ kind: "folder", folder: await olderBin(14) }, async (data) => {
      const bin = await testBin();
      let digest: string, took = 6000;
      {
        await using store = await openStore(data, { grow: false });
        digest = await digestOf(store);
      }
      const args = ["--data", data, "postgres", "upgrade", "--bin", bin];
      for (let kill = 0; kill < KILLS; kill++) {
        const child = spawnCli(args), ended = child.output();
        const timer = setTimeout(() => child.kill("SIGKILL"), took * Math.random());
        await ended;
        clearTimeout(timer);
        await using store = await openStore(data, { grow: false });
        assert.equal(await digestOf(store), digest);
        if (store.manifest.server !== "postgres-2" && kill % 3 < 2) continue; // goes on with the next one
        const started = performance.now();
        if (store.manifest.server !== "postgres-2") {
          await upgradeServer(store, { source: { kind: "folder", folder: bin } });
          took = Math.max(2000, performance.now() - started + 1000);
        }
        assert.equal(await digestOf(store), digest);
        assert.deepEqual((await store.verify()).problems, []);
        await migrateBack(store);
        assert.deepEqual([installed(data), store.manifest.old], [["postgres"], []]);
      }
    }),
});
