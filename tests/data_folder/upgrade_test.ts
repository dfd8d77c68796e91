import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { checkRecord } from "../../src/domain/check_record.ts";
import { UsyncError } from "../../src/domain/errors.ts";
import { upgradeShard } from "../../src/sqlite/upgrade_shard.ts";
import { openStore } from "../support/folder_store.ts";
import { CAN_MOUNT, makeReadOnly, onSmallDisk } from "../support/small_disk.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const STORES = new URL("testdata/stores/", import.meta.url);
const NEWEST = 5;

/** Lays a stored data folder of an older version down; gives its shards and what it exports. */
function layDown(name: string, data: string): { shards: string[]; ndjson: string } {
  const from = new URL(`${name}/`, STORES), manifest = readFileSync(new URL("store.json", from), "utf8");
  const folder = join(data, JSON.parse(manifest).folder);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(data, "store.json"), manifest);
  const shards = readdirSync(from).filter((file) => file.endsWith(".sqlite.gz")).sort().map((file) => {
    const path = join(folder, file.slice(0, -3));
    writeFileSync(path, gunzipSync(readFileSync(new URL(file, from))));
    return path;
  });
  return { shards, ndjson: gunzipSync(readFileSync(new URL("files.ndjson.gz", from))).toString() };
}

function versionOf(path: string): number {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return (db.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
  } finally {
    db.close();
  }
}

/** Opens a store, compares what it exports, and verifies all of it. */
async function checkStore(data: string, ndjson: string): Promise<void> {
  await using store = await openStore(data);
  assert.deepEqual((await store.verify()).problems, []);
  const expected = ndjson.trim().split("\n").map((line) => checkRecord(JSON.parse(line)));
  assert.deepEqual(await Array.fromAsync(store.stream()), expected);
  await store.updateSegments([{ file_id: "large", index: 200, status: "failed" }]);
  assert.equal((await store.segments("large"))![200].status, "failed");
}

for (const { name } of Deno.readDirSync(STORES)) {
  Deno.test(`a store of ${name} is upgraded when it is opened, and has all that it had`, () =>
    inTempFolder(async (data) => {
      const { shards, ndjson } = layDown(name, data);
      await checkStore(data, ndjson);
      for (const shard of shards) assert.equal(versionOf(shard), NEWEST);
    }));
}

Deno.test("an upgrade that was cut off between two shards goes on when the store is opened again", () =>
  inTempFolder(async (data) => {
    const { shards, ndjson } = layDown("version-4-sharded", data);
    const db = new DatabaseSync(shards[0]);
    db.exec("BEGIN; ALTER TABLE blocks RENAME COLUMN first_place TO first_key; PRAGMA user_version = 5; COMMIT;");
    db.close();
    assert.deepEqual(shards.map(versionOf), [5, 4]);
    await checkStore(data, ndjson);
    assert.deepEqual(shards.map(versionOf), [5, 5]);
  }));

Deno.test("an upgrade that is cut off inside a shard leaves it as it was", () =>
  inTempFolder(async (data) => {
    const { shards: [shard], ndjson } = layDown("version-4-sqlite", data);
    const killed = `const { DatabaseSync } = await import("node:sqlite"); const db = new DatabaseSync(${
      JSON.stringify(shard)
    });
      db.exec("BEGIN; ALTER TABLE blocks RENAME COLUMN first_place TO first_key; PRAGMA user_version = 5;");
      Deno.kill(Deno.pid, "SIGKILL");`;
    const { success } = await new Deno.Command(Deno.execPath(), { args: ["eval", killed] }).output();
    assert.equal(success, false);
    assert.equal(versionOf(shard), 4);
    await checkStore(data, ndjson);
  }));

for (const [version, message] of [[3, /from an older version \(3, /], [6, /from a newer version \(6, /]] as const) {
  Deno.test(`a shard of version ${version} is refused, and not changed`, () =>
    inTempFolder(async (data) => {
      const { shards: [shard] } = layDown("version-4-sqlite", data);
      const db = new DatabaseSync(shard);
      db.exec(`PRAGMA user_version = ${version}`);
      db.close();
      const before = readFileSync(shard);
      await assert.rejects(openStore(data), (error) => error instanceof UsyncError && message.test(error.message));
      assert.deepEqual(readFileSync(shard), before);
    }));
}

Deno.test({
  name: "an older store on a disk that can only be read says that it could not be upgraded",
  ignore: !CAN_MOUNT,
  fn: () =>
    onSmallDisk(4e6, async (disk) => {
      layDown("version-4-sqlite", disk);
      await makeReadOnly(disk);
      await assert.rejects(openStore(disk), (error: UsyncError) => {
        assert.match(error.message, /from an older version and could not be upgraded$/);
        assert.match(error.hint!, /may write there/);
        return true;
      });
    }),
});

Deno.test({
  name: "an older store on a full disk stays as it was, and is upgraded when there is room",
  ignore: !CAN_MOUNT,
  fn: () =>
    onSmallDisk(2e6, async (disk) => {
      const { shards: [shard], ndjson } = layDown("version-4-sqlite", disk);
      try {
        for (let i = 0;; i++) writeFileSync(join(disk, `filler-${i}`), new Uint8Array(4096));
      } catch {
        // it is full
      }
      assert.throws(() => upgradeShard(shard), /the disk is full/);
      for (const { name } of [...Deno.readDirSync(disk)]) {
        if (name.startsWith("filler")) Deno.removeSync(join(disk, name));
      }
      assert.equal(versionOf(shard), 4);
      await checkStore(disk, ndjson);
    }),
});
