import assert from "node:assert/strict";
import { join } from "node:path";
import { postedRecord } from "../support/records_of.ts";
import { ServedStore } from "../support/served_store.ts";
import { inTempFolder } from "../support/temp_folder.ts";
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
