import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { makeBackup } from "../../src/backup/make_backup.ts";
import { restoreBackup, type RestoreOptions } from "../../src/backup/restore_backup.ts";
import { shardPaths } from "../../src/data_folder/manifest.ts";
import { type FolderStore, migrate, openStore } from "../support/folder_store.ts";
import { withDatabase } from "../sqlite/shards.ts";
import { postedRecord, recordOf } from "../support/records_of.ts";
import { fileRecords } from "../support/random_record.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { testPostgres } from "../support/test_postgres.ts";
import { IS_THOROUGH } from "../support/effort.ts";
import { bytesIn, momentText, ndjsonOf } from "./backups.ts";

const POSTGRES_URL = await testPostgres();

/** Runs a test with a store, and the folder of a backup that is not there yet. */
function withStore(run: (store: FolderStore, backup: string, folder: string) => Promise<void>): Promise<void> {
  return inTempFolder(async (folder) => {
    await using store = await openStore(join(folder, "data"), { grow: false });
    await run(store, join(folder, "backup"), folder);
  });
}

function manyFiles(count: number, segments = 3) {
  return Array.from({ length: count }, (_, i) => postedRecord(`file ${i}`, segments, { hash: crypto.randomUUID() }));
}

const SHARDED = { shards: 3 }, POSTGRES = { tier: "postgres", url: POSTGRES_URL } as const;
/** Forms of stores, each of which is restored from a backup of the one before; the long list has every pair. */
const FORMS: RestoreOptions[] = IS_THOROUGH
  ? [{}, SHARDED, SHARDED, POSTGRES, POSTGRES, SHARDED, { tier: "sqlite" }, POSTGRES, { tier: "sqlite" }]
  : [SHARDED, POSTGRES, { tier: "sqlite" }];

Deno.test("a backup of any tier restores to any other what was there, byte for byte", () =>
  inTempFolder(async (folder) => {
    let data = join(folder, "data"), text = "";
    for (const [i, form] of FORMS.entries()) {
      const backup = join(folder, `backup ${i}`);
      {
        await using store = await openStore(data, { grow: false });
        if (i === 0) await store.putFiles(fc.sample(fileRecords(), 40));
        text ||= await ndjsonOf(store);
        assert.equal(await ndjsonOf(store), text);
        assert.deepEqual((await makeBackup(store, backup)).problems, []);
        await store.putFile(recordOf("later"));
      }
      assert.equal(await momentText(backup), text);
      data = join(folder, `restored ${i}`);
      await restoreBackup(backup, data, form);
    }
    await using store = await openStore(data, { create: false, grow: false });
    assert.equal(await ndjsonOf(store), text);
    assert.deepEqual((await store.verify()).problems, []);
  }));

Deno.test("a later backup writes only what changed, and every moment stays what it was", () =>
  withStore(async (store, backup) => {
    await store.putFiles(manyFiles(1000));
    const first = await makeBackup(store, backup), texts = [await ndjsonOf(store)];
    assert.equal(first.written_files, 1000);
    const bytes = bytesIn(backup);
    await store.putFiles(Array.from({ length: 10 }, (_, i) => postedRecord(`file ${i * 90}`, 4)));
    texts.push(await ndjsonOf(store));
    assert.equal((await makeBackup(store, backup)).written_files, 10);
    assert.ok(bytesIn(backup) - bytes < bytes * 0.05, `${bytesIn(backup) - bytes} bytes more than ${bytes}`);
    assert.ok(await store.deleteFile("file 7"));
    await store.updateSegments([{ file_id: "file 8", index: 1, message_id: "other@test" }]);
    texts.push(await ndjsonOf(store));
    const third = await makeBackup(store, backup);
    assert.deepEqual([third.files, third.written_files, third.moments], [999, 1, 3]);
    assert.equal((await makeBackup(store, backup)).written_files, 0);
    for (const [back, text] of texts.toReversed().entries()) assert.equal(await momentText(backup, back + 1), text);
  }));

Deno.test("a backup is one moment while others write and the store moves", () =>
  withStore(async (store, backup) => {
    await store.putFiles(manyFiles(600));
    await store.updateSegments([{ file_id: "file 8", index: 1, message_id: "x".repeat(500) }]);
    let isEnd = false, written = 0;
    const write = async () => {
      // Each file is written when the one before it was confirmed: no moment may have one without those before.
      for (; !isEnd; written++) await store.putFile(recordOf(`later ${written}`));
    };
    const writing = write(), moving = migrate(store, { shards: 4 });
    for (let i = 0; i < 2; i++) {
      const atLeast = written, { problems } = await makeBackup(store, backup), atMost = written;
      assert.deepEqual(problems, []);
      const found = (await momentText(backup)).matchAll(/^\{"file_id":"later (\d+)"/gm);
      const numbers = Array.from(found, ([, number]) => Number(number)).sort((a, b) => a - b);
      assert.deepEqual(numbers, Array.from(numbers, (_, i) => i));
      assert.ok(numbers.length >= atLeast && numbers.length <= atMost + 1);
    }
    await moving;
    isEnd = true;
    await writing;
    assert.ok(written > 10);
    const { written_files } = await makeBackup(store, backup);
    assert.ok(written_files <= written, "after the migration what it has moved was written anew");
    assert.equal(await momentText(backup), await ndjsonOf(store));
  }));

Deno.test("a file that is damaged in the store is told, and stays in the backup as it was", () =>
  withStore(async (store, backup) => {
    await store.putFiles(manyFiles(20));
    await makeBackup(store, backup);
    const before = await momentText(backup), [path] = shardPaths(store.dataFolder, store.manifest);
    await store.putFile(recordOf("never backed up"));
    withDatabase(path, (db) => db.exec("UPDATE files SET name = 'x' WHERE file_id IN ('file 3', 'never backed up')"));
    const { problems, files } = await makeBackup(store, backup);
    assert.deepEqual(problems.map(({ file_id }) => file_id).sort(), ["file 3", "never backed up"]);
    assert.match(problems.find(({ file_id }) => file_id === "file 3")!.what, /checksum; the backup has it as it was/);
    assert.equal(files, 20);
    assert.equal(await momentText(backup), before);
    assert.equal((await makeBackup(store, backup)).problems.length, 2);
  }));

Deno.test("a backup refuses a folder that holds something else, and that of another store", () =>
  withStore(async (store, backup, folder) => {
    Deno.mkdirSync(backup);
    Deno.writeTextFileSync(join(backup, "mine.txt"), "");
    await assert.rejects(makeBackup(store, backup), /Cannot back up into .*: it holds something else/);
    Deno.removeSync(join(backup, "mine.txt"));
    await makeBackup(store, backup);
    await using other = await openStore(join(folder, "other"));
    await assert.rejects(makeBackup(other, backup), /it is the backup of another store/);
    await assert.rejects(makeBackup(store, join(store.dataFolder, "store.json")), /Cannot use the backup folder/);
  }));

Deno.test("a restore writes over no store, and gives one that can be backed up to the same folder", () =>
  withStore(async (store, backup, folder) => {
    await store.putFiles(manyFiles(5));
    store.settings = { "sqlite.max-segments": 12345 };
    const { at } = await makeBackup(store, backup), data = join(folder, "restored");
    await assert.rejects(restoreBackup(backup, store.dataFolder), /there is a store already/);
    await assert.rejects(restoreBackup(folder, data), /There is no backup in/);
    await assert.rejects(
      restoreBackup(backup, data, { at: new Date(Date.parse(at) - 1) }),
      /The first one is of|no moment of/,
    );
    assert.ok(!existsSync(data));
    await restoreBackup(backup, data);
    await using again = await openStore(data, { create: false });
    assert.deepEqual(again.settings, store.settings);
    assert.equal((await makeBackup(again, backup)).written_files, 0);
  }));
