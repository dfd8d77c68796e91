import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { BackupFolder } from "../../src/backup/backup_folder.ts";
import { makeBackup } from "../../src/backup/make_backup.ts";
import { restoreBackup } from "../../src/backup/restore_backup.ts";
import { verifyBackup } from "../../src/backup/verify_backup.ts";
import { openStore } from "../support/folder_store.ts";
import { runs } from "../support/effort.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { momentText, ndjsonOf } from "./backups.ts";

/** Flipped bytes; USYNC_TEST_RUNS=1000 is the full proof. */
const FLIPS = runs(30, 300);

/** All files of a backup that say something. */
function filesOf(backup: string): string[] {
  const below = (folder: string) =>
    Array.from(Deno.readDirSync(join(backup, folder)), ({ name }) => join(folder, name));
  return ["backup.json", ...below("moments"), ...below("parts")];
}

function flip(path: string): () => void {
  const good = Deno.readFileSync(path), at = Math.floor(Math.random() * good.length);
  Deno.writeFileSync(path, good.with(at, good[at] ^ (1 << Math.floor(Math.random() * 8))));
  return () => Deno.writeFileSync(path, good);
}

Deno.test("every flipped byte of a backup is found and named, and the next backup mends it", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "backup");
    await using store = await openStore(join(folder, "data"));
    await store.putFiles(Array.from({ length: 30 }, (_, i) => postedRecord(`file ${i}`, 20)));
    await makeBackup(store, path);
    await store.putFile(postedRecord("later", 3));
    await makeBackup(store, path);
    using _ = new BackupFolder(path);
    assert.deepEqual((await verifyBackup(path)).problems, []);
    const files = filesOf(path);
    for (let i = 0; i < FLIPS; i++) {
      const name = files[i % files.length], mend = flip(join(path, name)), { problems } = await verifyBackup(path);
      assert.equal(problems.length, 1, `${name}: ${JSON.stringify(problems)}`);
      assert.ok(problems[0].what.includes(join(path, name)), `${name}: ${problems[0].what}`);
      mend();
    }
    const [last] = files.filter((name) => name.startsWith("moments")).sort().toReversed();
    Deno.removeSync(join(path, files.at(-1)!));
    for (const name of files.slice(0, -1)) if (name !== last) flip(join(path, name));
    const { problems, files: backedUp } = await makeBackup(store, path);
    assert.ok(problems.length > 0);
    assert.equal(backedUp, 31);
    assert.equal(await momentText(path), await ndjsonOf(store));
  }));

Deno.test("a restore of a damaged backup names what is damaged, and restores the rest when asked to", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "backup"), data = join(folder, "restored");
    await using store = await openStore(join(folder, "data"));
    await store.putFile(postedRecord("first", 3));
    await makeBackup(store, path);
    const [part] = filesOf(path).filter((name) => name.endsWith(".zst"));
    await store.putFile(postedRecord("second", 3));
    await makeBackup(store, path);
    flip(join(path, part));
    await assert.rejects(restoreBackup(path, data), (error: Error) => error.message.includes(part));
    await assert.rejects(openStore(data), /it is not wholly restored/);
    const { files, left_behind } = await restoreBackup(path, data, { salvage: true });
    assert.deepEqual([files, left_behind?.problems], [1, 1]);
    assert.ok(Deno.readTextFileSync(left_behind!.list).includes(part.split(/[\\/]/)[1]));
    await using restored = await openStore(data, { create: false });
    assert.ok(await restored.file("second"));
    assert.ok(!existsSync(join(data, "restore.json")));
  }));
