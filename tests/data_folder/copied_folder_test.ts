import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Place } from "../../src/data_folder/manifest.ts";
import { unlikeShards } from "../../src/data_folder/shard_commits.ts";
import type { FileRecord } from "../../src/domain/records.ts";
import { shardOf } from "../../src/store/placement.ts";
import { migrate, openStore } from "../support/folder_store.ts";
import { allOf, postedRecord } from "../support/records_of.ts";
import { inDataFolder } from "../support/temp_folder.ts";

Deno.test("a copy of a folder whose store was in use is known as one, until it is verified", () =>
  inDataFolder(async (data, folder) => {
    const copy = join(folder, "copy"), closedCopy = join(folder, "closed copy");
    {
      await using store = await openStore(data);
      await store.putFile(postedRecord("a", 3));
      cpSync(data, copy, { recursive: true });
    }
    cpSync(data, closedCopy, { recursive: true });
    {
      await using store = await openStore(copy);
      assert.ok(store.manifest.copied);
    }
    {
      await using store = await openStore(copy);
      assert.ok(store.manifest.copied, "it is still not verified");
      assert.deepEqual((await store.verify()).problems, []);
      assert.equal(store.manifest.copied, undefined);
    }
    await using again = await openStore(copy), ofClosed = await openStore(closedCopy);
    assert.deepEqual([again.manifest.copied, ofClosed.manifest.copied], [undefined, undefined]);
  }));

Deno.test("a shard of another time among the others is known, told by name, and not moved as good", () =>
  inDataFolder(async (data, folder) => {
    const early = Array.from({ length: 20 }, (_, i) => postedRecord(`early ${i}`, 3));
    const late = Array.from({ length: 20 }, (_, i) => postedRecord(`late ${i}`, 3));
    {
      await using store = await openStore(data);
      await migrate(store, { tier: "sharded", shards: 3 });
      await store.putFiles(early);
    }
    const shard = join("sqlite-2", "shard-01.sqlite"), old = join(folder, "old.sqlite");
    cpSync(join(data, shard), old);
    {
      await using store = await openStore(data);
      assert.equal(store.manifest.copied, undefined);
      await store.putFiles(late);
    }
    cpSync(old, join(data, shard));
    const isThere = ({ file_id }: FileRecord) => file_id.startsWith("early") || shardOf(file_id, 3) !== 1;
    for (let again = 0; again < 2; again++) {
      await using store = await openStore(data);
      assert.ok(store.manifest.copied);
      const { problems } = await store.verify();
      assert.deepEqual(problems.map(({ where }) => where), [shard]);
      assert.match(problems[0].what, /^it is a copy of another time: it has had \d+ transactions, .* it had \d+$/);
      assert.deepEqual((await allOf(store)).length, [...early, ...late].filter(isThere).length);
      await assert.rejects(migrate(store, { tier: "sqlite" }), /the store is damaged: .*shard-01.sqlite: it is a copy/);
    }
    await using store = await openStore(data);
    const report = await migrate(store, { tier: "sqlite", salvage: true });
    assert.equal(report?.left_behind?.problems, 1);
    assert.deepEqual((await store.verify()).problems, []);
    assert.equal(store.manifest.copied, undefined);
  }));

Deno.test("after a kill shards may be newer than the last that is known of them, and not older", () => {
  const place: Place = { tier: "sharded", folder: "sqlite-2", shards: 3 },
    before = { folder: "sqlite-2", commits: [5, 5, null] };
  const unlike = (commits: (number | null)[], isExact: boolean) =>
    unlikeShards(place, before, commits, isExact).map(({ file }) => basename(file));
  assert.deepEqual(unlike([5, 6, 7], false), []);
  assert.deepEqual(unlike([5, 6, 7], true), ["shard-01.sqlite"]);
  assert.deepEqual(unlike([4, 6, 7], false), ["shard-00.sqlite"]);
  assert.deepEqual(unlike([null, 5, 7], true), []);
  assert.deepEqual(unlikeShards({ ...place, folder: "sqlite-3" }, before, [1, 1, 1], true), []);
});

Deno.test("a folder whose program was killed is no copy", () =>
  inDataFolder(async (data) => {
    await (await openStore(data)).close();
    const path = join(data, "owner.json"), owner = JSON.parse(readFileSync(path, "utf8"));
    assert.equal(owner.is_released, true);
    writeFileSync(path, JSON.stringify({ ...owner, is_released: false }));
    await using store = await openStore(data);
    assert.equal(store.manifest.copied, undefined);
  }));
