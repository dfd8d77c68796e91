import assert from "node:assert/strict";
import { join } from "node:path";
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
