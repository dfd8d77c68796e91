import assert from "node:assert/strict";
import { BatchPacker } from "../../src/store/batch_packer.ts";
import { searchPosition } from "../../src/store/search_cursor.ts";
import { searchGroup } from "../../src/sqlite/search_index.ts";
import { SqliteStore } from "../../src/sqlite/sqlite_store.ts";
import { ShardWriter } from "../../src/sqlite/shard_writer.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { makeShards, verifyShard, withDatabase } from "./shards.ts";

/** The pieces that a search has to look into. */
function piecesOf(path: string): number {
  return withDatabase(path, (db) => db.prepare("SELECT count(DISTINCT segid) AS n FROM search_idx").get()!.n as number);
}

/** Puts files of different days in loads of many transactions, as they come: not in the order of search. */
function load(writer: ShardWriter, first: number, count: number): void {
  for (let i = first; i < first + count; i += 10) {
    const packer = new BatchPacker();
    for (let j = i; j < i + 10; j++) {
      const created_at = new Date(Date.UTC(2020, 0, 1 + (j * 7919) % 2000)).toISOString();
      packer.add(postedRecord(`f${j}`, 1, { name: `name ${j} of ${j % 100}`, created_at }));
    }
    writer.transaction(false, () => writer.put(packer.take(), true));
  }
  writer.makeReady();
}

Deno.test("a file for which search has no row left is refused, and changes nothing", () =>
  inTempFolder(async (folder) => {
    const [path] = makeShards(folder), { age, hash } = searchGroup(searchPosition("full", null));
    let store = await SqliteStore.open([path]);
    await store.putFile(postedRecord("other", 1));
    await store.close();
    const fill = `WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 255)
      INSERT INTO search_rows SELECT (${age} << 30) | (${hash} << 8) | i, 99 FROM n`;
    withDatabase(path, (db) => db.exec(fill));
    store = await SqliteStore.open([path]);
    await assert.rejects(store.putFile(postedRecord("full", 1)), /Cannot store more than 256 files of one second/);
    assert.equal(await store.file("full"), undefined);
    await store.putFile(postedRecord("full", 1, { created_at: "2024-01-01T00:00:00Z" }));
    assert.equal((await store.search("full")).files.length, 1);
    await store.close();
  }));

Deno.test("a large load leaves the index of words in one piece, a small one does not rewrite it", () =>
  inTempFolder((folder) => {
    const [path] = makeShards(folder), writer = new ShardWriter(path, 2 ** 20);
    load(writer, 0, 500);
    assert.equal(piecesOf(path), 1);
    load(writer, 500, 10);
    assert.equal(piecesOf(path), 2);
    load(writer, 510, 200);
    assert.equal(piecesOf(path), 1);
    writer.close();
    assert.deepEqual(verifyShard(path, 0, 1).problems, []);
    return Promise.resolve();
  }));
