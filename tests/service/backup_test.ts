import assert from "node:assert/strict";
import { join } from "node:path";
import type { Status } from "../../src/session/status.ts";
import { postedRecord } from "../support/records_of.ts";
import { ServedStore } from "../support/served_store.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { inService } from "../support/test_service.ts";
import { momentText, ndjsonOf } from "../backup/backups.ts";

Deno.test("a service makes backups for those who ask, with their progress, and says why it cannot", () =>
  inTempFolder(async (folder) => {
    const store = await ServedStore.open(join(folder, "data")), backup = join(folder, "backup");
    try {
      await store.putFiles([postedRecord("a", 2), postedRecord("b", 1)]);
      const { files, folder: where, problems } = await store.backup(backup, { keep: "1d" });
      assert.deepEqual([files, where, problems], [2, backup, []]);
      assert.equal(await momentText(backup), await ndjsonOf(store));
      await assert.rejects(store.backup("relative"), /folder: not an absolute path: relative/);
      await assert.rejects(store.backup(backup, { keep: "x" }), /keep: Cannot keep x/);
      await assert.rejects(store.backup(join(folder, "data")), /it holds something else/);
    } finally {
      await store.close();
    }
  }));

Deno.test("a service makes backups by itself when the settings say so, and its status says what became of them", () =>
  inService(async ({ json, ask, data }) => {
    const set = (settings: object) => json("/api/settings", { method: "PUT", body: JSON.stringify(settings) });
    const folder = join(data, "..", "backup"), status = async () => (await json<Status>("/api/status"))[1].backup;
    for (const wrong of [{ "backup.folder": "rel" }, { "backup.every": "1y" }, { "backup.keep": "x" }]) {
      assert.equal((await set(wrong))[0], 400);
    }
    assert.deepEqual(await status(), { folder: null, last: null, failed: null, warning: null });
    assert.equal((await set({ "backup.folder": folder }))[0], 200);
    while (!(await status()).last) await new Promise((resolve) => setTimeout(resolve, 20));
    const { last, warning } = await status();
    assert.deepEqual([last?.folder, last?.problems, warning], [folder, 0, null]);
    await set({ "backup.folder": join(data, "store.json") });
    while (!(await status()).failed) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.match((await status()).warning!, /^the backup of .* failed: Cannot use the backup folder .*store\.json/);
    const metrics = await (await ask("/metrics")).text();
    assert.match(metrics, /^usync_backup_failed 1$/m);
    assert.match(metrics, /^usync_backup_time_seconds \d+/m);
  }, { backupLook: 20 }));
