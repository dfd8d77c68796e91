import assert from "node:assert/strict";
import { join } from "node:path";
import { makeBackup } from "../../src/backup/make_backup.ts";
import { restoreBackup } from "../../src/backup/restore_backup.ts";
import { verifyBackup } from "../../src/backup/verify_backup.ts";
import { openStore } from "../support/folder_store.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { ndjsonOf } from "./backups.ts";

/** A new folder on another drive letter than that of a folder; undefined where there is none that takes it. */
function folderOnOtherDrive(folder: string): string | undefined {
  for (const letter of "ZYXWVUTSRQPONMLKJIHGFEDC") {
    if (folder.startsWith(`${letter}:`)) continue;
    try {
      return Deno.makeTempDirSync({ dir: `${letter}:\\tmp`, prefix: "Sicherung ü 備份 " });
    } catch {
      continue; // no such drive, or not for us
    }
  }
}

Deno.test("a backup on another drive letter, with names that are not ASCII, is made, brought up to date and restored", {
  ignore: Deno.build.os !== "windows",
}, () =>
  inTempFolder(async (folder) => {
    const backup = folderOnOtherDrive(folder);
    if (backup === undefined) return console.warn("NOT CHECKED: there is no other drive");
    try {
      await using store = await openStore(join(folder, "Ablage ä 数据"), { grow: false });
      await store.putFiles(Array.from({ length: 50 }, (_, i) => postedRecord(`Datei ${i} ё`, 5, { name: `名 ${i}` })));
      await makeBackup(store, backup);
      await store.putFile(postedRecord("später", 2));
      assert.equal((await makeBackup(store, backup)).written_files, 1);
      assert.deepEqual((await verifyBackup(backup)).problems, []);
      const restored = join(folder, "zurück");
      await restoreBackup(backup, restored);
      await using copy = await openStore(restored, { create: false, grow: false });
      assert.equal(await ndjsonOf(copy), await ndjsonOf(store));
    } finally {
      Deno.removeSync(backup, { recursive: true });
    }
  }));
