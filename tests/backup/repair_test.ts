import assert from "node:assert/strict";
import { join } from "node:path";
import { makeBackup } from "../../src/backup/make_backup.ts";
import { repairStore } from "../../src/backup/repair_store.ts";
import { shardPaths } from "../../src/data_folder/manifest.ts";
import { type FolderStore, migrate, openStore } from "../support/folder_store.ts";
import { withDatabase } from "../sqlite/shards.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { ndjsonOf } from "./backups.ts";

/** Runs a test with a store of 20 files. */
function withStore(run: (store: FolderStore, backup: string) => Promise<void>): Promise<void> {
  return inTempFolder(async (folder) => {
    await using store = await openStore(join(folder, "data"), { grow: false });
    await store.putFiles(Array.from({ length: 20 }, (_, i) => postedRecord(`file ${i}`, 30)));
    await run(store, join(folder, "backup"));
  });
}

function damage(store: FolderStore, sql: string): void {
  for (const path of shardPaths(store.dataFolder, store.manifest)) withDatabase(path, (db) => db.exec(sql));
}

Deno.test("a repair puts damaged files back from a backup, as the newest moment has them", () =>
  withStore(async (store, backup) => {
    await migrate(store, { shards: 2 });
    await store.discardOld();
    await makeBackup(store, backup);
    await store.putFile(postedRecord("file 3", 40));
    const { at } = await makeBackup(store, backup), before = await ndjsonOf(store);
    damage(store, "UPDATE files SET name = 'x' WHERE file_id = 'file 3'; UPDATE totals SET pending = 7");
    damage(store, "UPDATE blocks SET data = x'00' WHERE file = (SELECT id FROM files WHERE file_id = 'file 5')");
    const report = await repairStore(store, { from: backup });
    assert.deepEqual(report.left_behind?.problems, 2); // the totals of both shards, which are right in the new store
    assert.deepEqual(report.put_back.map(({ file_id }) => file_id).sort(), ["file 3", "file 5"]);
    assert.equal(report.put_back[0].at, at);
    assert.deepEqual([store.manifest.shards, store.manifest.old.length], [2, 1]);
    assert.deepEqual((await store.verify()).problems, []);
    assert.equal(await ndjsonOf(store), before);
    assert.deepEqual((await repairStore(store, { from: backup })).found, []);
  }));

Deno.test("a repair that was cut off before it had put files back does so when it is run again", () =>
  withStore(async (store, backup) => {
    await makeBackup(store, backup);
    const before = await ndjsonOf(store);
    damage(store, "UPDATE files SET name = 'x' WHERE file_id IN ('file 3', 'file 4')");
    const moved = await migrate(store, { rebuilds: true, salvage: true }); // all that a repair does until then
    assert.equal(moved?.left_behind?.problems, 2);
    assert.equal(await store.file("file 3"), undefined);
    const { put_back, left_behind } = await repairStore(store, { from: backup });
    assert.deepEqual([put_back.length, left_behind], [2, null]);
    assert.equal(await ndjsonOf(store), before);
    await store.deleteFile("file 3");
    assert.deepEqual((await repairStore(store, { from: backup })).put_back, []); // it was not left behind, but deleted
  }));

Deno.test("a repair without a backup saves what is sound, and lists the rest", () =>
  withStore(async (store) => {
    damage(store, "UPDATE files SET name = 'x' WHERE file_id = 'file 3'; DELETE FROM message_ids");
    const { put_back, left_behind, files } = await repairStore(store, {});
    assert.deepEqual([put_back, files, left_behind?.problems], [[], 19, 1]);
    assert.match(Deno.readTextFileSync(left_behind!.list), /"file_id":"file 3"/);
    assert.deepEqual((await store.verify()).problems, []);
    assert.equal(await store.file("file 3"), undefined);
  }));
