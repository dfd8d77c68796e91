import assert from "node:assert/strict";
import { join } from "node:path";
import { repairStore } from "../../src/backup/repair_store.ts";
import { restoreBackup } from "../../src/backup/restore_backup.ts";
import { shardPaths } from "../../src/data_folder/manifest.ts";
import { withDatabase } from "../sqlite/shards.ts";
import { verifyBackup } from "../../src/backup/verify_backup.ts";
import { makeBackup } from "../../src/backup/make_backup.ts";
import { freeBytes } from "../../src/files/full_disk.ts";
import { openStore } from "../support/folder_store.ts";
import { runs } from "../support/effort.ts";
import { postedRecord } from "../support/records_of.ts";
import { runCli, spawnCli } from "../support/run_cli.ts";
import { CAN_MOUNT, onSmallDisk } from "../support/small_disk.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { momentText, ndjsonOf } from "./backups.ts";

/** Kills of a backup, and as many of a restore; USYNC_TEST_RUNS=100 is the full proof. */
const KILLS = runs(1, 8);
/** Kills of a repair; USYNC_TEST_RUNS=50 is the full proof. */
const REPAIR_KILLS = runs(0, 5);

function manyFiles(count: number, segments: number) {
  return Array.from({ length: count }, (_, i) => postedRecord(`file ${i}`, segments, { hash: crypto.randomUUID() }));
}

/** Runs a command that is killed after some time. */
async function killed(args: string[], ms: number): Promise<void> {
  const child = spawnCli(args), isEnded = child.output(), timer = setTimeout(() => child.kill("SIGKILL"), ms);
  await isEnded;
  clearTimeout(timer);
}

Deno.test("a backup that is killed leaves those before it, and a restore that is killed goes on", () =>
  inTempFolder(async (folder) => {
    const data = join(folder, "data"), backup = join(folder, "backup"), texts: string[] = [];
    let took = 600;
    for (let i = 0; i < KILLS; i++) {
      {
        await using store = await openStore(data, { grow: false });
        await store.putFiles(manyFiles(500, 10));
        await makeBackup(store, backup);
        texts.push(await ndjsonOf(store));
        await store.putFiles(manyFiles(500, 9));
        texts.push(await ndjsonOf(store));
      }
      await killed(["--data", data, "backup", backup], took * Math.random());
      const { problems, moments } = await verifyBackup(backup);
      assert.deepEqual(problems, []);
      assert.equal(await momentText(backup), texts[moments.length === 2 * i + 1 ? 2 * i : 2 * i + 1]);
      const started = performance.now();
      assert.equal((await runCli(["--data", data, "backup", backup])).code, 0);
      took = performance.now() - started;
      assert.equal(await momentText(backup), texts[2 * i + 1]);
      const restored = join(folder, `restored ${i}`), restore = ["--data", restored, "restore", backup];
      await killed(restore, took * (0.3 + Math.random()));
      const { code, stderr } = await runCli(restore);
      assert.ok(code === 0 || /there is a store already/.test(stderr), stderr); // it may have been quicker
      await using store = await openStore(restored, { create: false, grow: false });
      assert.equal(await ndjsonOf(store), texts[2 * i + 1]);
      while (moments.length > 0 && texts.length > 2 * i + 2) texts.pop();
    }
  }));

Deno.test({
  name: "a repair that is killed loses nothing that is sound or in the backup, and ends when it is run again",
  ignore: REPAIR_KILLS === 0,
  fn: () =>
    inTempFolder(async (folder) => {
      const data = join(folder, "data"), backup = join(folder, "backup");
      let text = "", took = 1500;
      {
        await using store = await openStore(data, { grow: false });
        await store.putFiles(manyFiles(300, 20));
        await makeBackup(store, backup);
        text = await ndjsonOf(store);
      }
      for (let kill = 0; kill < REPAIR_KILLS; kill++) {
        {
          await using store = await openStore(data, { grow: false });
          await store.discardOld();
          const [path] = shardPaths(data, store.manifest);
          withDatabase(path, (db) => db.exec(`UPDATE files SET name = 'x' WHERE file_id LIKE 'file %${kill % 10}'`));
        }
        const repair = ["--data", data, "verify", "--repair", "--from", backup];
        await killed(repair, took * (0.3 + Math.random()));
        const started = performance.now(), { code, stderr } = await runCli(repair);
        took = performance.now() - started;
        assert.equal(code, 0, stderr);
        await using store = await openStore(data, { grow: false });
        assert.equal(await ndjsonOf(store), text);
        assert.deepEqual((await store.verify()).problems, []);
      }
    }),
});

Deno.test({
  name: "a disk that fills up during a repair leaves the damaged store as it was (needs root on Linux)",
  ignore: !CAN_MOUNT,
  fn: () =>
    inTempFolder((folder) =>
      onSmallDisk(40e6, async (disk) => {
        const backup = join(folder, "backup");
        await using store = await openStore(join(disk, "data"), { grow: false });
        await store.putFiles(manyFiles(1500, 10));
        await makeBackup(store, backup);
        const text = await ndjsonOf(store), [path] = shardPaths(store.dataFolder, store.manifest);
        withDatabase(path, (db) => db.exec("UPDATE files SET name = 'x' WHERE file_id = 'file 7'"));
        let isFull = false;
        const fillUp = ({ step }: { step: string }) => {
          if (step !== "Repairing" || isFull) return;
          isFull = true;
          Deno.writeFileSync(join(disk, "filler"), new Uint8Array(freeBytes(disk)));
        };
        await assert.rejects(repairStore(store, { from: backup, onProgress: fillUp }), /disk is full/);
        assert.equal((await store.record("file 8"))?.segments?.length, 10);
        await Deno.remove(join(disk, "filler"));
        assert.deepEqual((await repairStore(store, { from: backup })).put_back.map(({ file_id }) => file_id), [
          "file 7",
        ]);
        assert.equal(await ndjsonOf(store), text);
      })
    ),
});

Deno.test({
  name: "a disk that fills up during a restore is told, and it goes on when there is room (needs root on Linux)",
  ignore: !CAN_MOUNT,
  fn: () =>
    inTempFolder((folder) =>
      onSmallDisk(8e6, async (disk) => {
        const backup = join(folder, "backup"), restored = join(disk, "restored"), filler = join(disk, "filler");
        await using store = await openStore(join(folder, "data"), { grow: false });
        await store.putFiles(manyFiles(1500, 10));
        await makeBackup(store, backup);
        await Deno.writeFile(filler, new Uint8Array(freeBytes(disk) - 400_000));
        await assert.rejects(restoreBackup(backup, restored), /disk|space/i);
        await Deno.remove(filler);
        assert.equal((await restoreBackup(backup, restored)).files, 1500);
        await using copy = await openStore(restored, { create: false, grow: false });
        assert.equal(await ndjsonOf(copy), await ndjsonOf(store));
      })
    ),
});

Deno.test({
  name: "a backup on a disk that is full is told, and leaves those before it (needs root on Linux)",
  ignore: !CAN_MOUNT,
  fn: () =>
    inTempFolder((folder) =>
      onSmallDisk(4e6, async (disk) => {
        const backup = join(disk, "backup");
        await using store = await openStore(join(folder, "data"), { grow: false });
        await store.putFiles(manyFiles(10, 3));
        await makeBackup(store, backup);
        const before = await momentText(backup);
        await Deno.writeFile(join(disk, "filler"), new Uint8Array(freeBytes(disk) - 5000));
        await store.putFiles(manyFiles(2000, 3));
        await assert.rejects(makeBackup(store, backup), /Cannot back up: .* cannot be written: .*No space left/i);
        assert.deepEqual((await verifyBackup(backup)).problems, []);
        assert.equal(await momentText(backup), before);
        await Deno.remove(join(disk, "filler"));
        assert.equal((await makeBackup(store, backup)).files, 2000);
        assert.equal(await momentText(backup), await ndjsonOf(store));
      })
    ),
});
