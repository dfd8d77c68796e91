import assert from "node:assert/strict";
import { compareTexts } from "../../src/domain/compare_texts.ts";
import { searchHash } from "../../src/store/search_cursor.ts";
import { SqliteStore } from "../../src/sqlite/sqlite_store.ts";
import type { Store } from "../../src/store/store.ts";
import { testBackends } from "../support/backends.ts";
import { makeShards } from "../sqlite/shards.ts";
import { recordOf } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** The ids that a search finds, page by page. */
async function pages(store: Store, words: string, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page = await store.search(words, { limit, after });
    assert.ok(page.files.length === limit || page.next === null && page.files.length <= limit);
    for (const { file_id } of page.files) ids.push(file_id);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return ids;
}

function inOrder(ids: string[]): string[] {
  return ids.toSorted((a, b) => searchHash(a) - searchHash(b) || compareTexts(a, b));
}

/** Ids of which each has the same hash as others: groups of two, three and more. */
function idsWithEqualHashes(): string[] {
  const groups = Map.groupBy(Array.from({ length: 120_000 }, (_, i) => `id ${i}`), searchHash);
  return [...groups.values()].filter(({ length }) => length > 1).flat();
}

async function findAllOfOneSecond(store: Store, count: number, limit: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, i) => `file ${i}`);
  await store.putFiles(ids.map((id) => recordOf(id, { name: "many", path: "" })));
  assert.equal((await store.search("many", { limit: 10 })).files.length, 10);
  assert.deepEqual(await pages(store, "many", limit), inOrder(ids));
}

testBackends(
  "a search gives each of many files of one second once, in the same order on every tier",
  ({ store }) => findAllOfOneSecond(store, 3000, 250),
);

Deno.test("a search takes more files of one second than a call can have arguments", () =>
  inTempFolder(async (folder) => {
    const store = await SqliteStore.open(makeShards(folder));
    await findAllOfOneSecond(store, 130_000, 20_000);
    await store.close();
  }));

testBackends("files of one second with one hash are told apart", async ({ store, reopen }) => {
  const ids = idsWithEqualHashes(), [fast, slow] = [ids.slice(0, -40), ids.slice(-40)];
  assert.ok(ids.length > 1000);
  const fileOf = (id: string, word: string) => recordOf(id, { name: `equal ${word}`, path: "" });
  await store.putFiles(fast.toReversed().map((id, i) => fileOf(id, i % 3 === 0 ? "third" : "other")));
  for (const id of slow) await store.putFile(fileOf(id, "slow"));
  for (const limit of [1, 2, 7, 1000]) assert.deepEqual(await pages(store, "slow", limit), inOrder(slow));
  for (const limit of [13, 1000]) assert.deepEqual(await pages(store, "equal", limit), inOrder(ids));
  assert.deepEqual(
    await pages(store, "third", 50),
    inOrder(fast.toReversed().filter((_, i) => i % 3 === 0)),
  );
  for (const id of slow.filter((_, i) => i % 2 === 0)) await store.deleteFile(id);
  for (const id of slow.filter((_, i) => i % 2 === 1)) await store.putFile(fileOf(id, "again"));
  assert.deepEqual(await pages(store, "slow", 10), []);
  assert.deepEqual(await pages(store, "again", 3), inOrder(slow.filter((_, i) => i % 2 === 1)));
  assert.deepEqual((await store.verify()).problems, []);
  store = await reopen();
  assert.deepEqual(await pages(store, "again", 100), inOrder(slow.filter((_, i) => i % 2 === 1)));
});

/** A text that does not compress. */
function noise(length: number): string {
  return Array.from(
    { length },
    () => "abcdefghijklmnopqrstuvwxyz0123456789-_"[crypto.getRandomValues(new Uint8Array(1))[0] % 38],
  )
    .join("");
}

testBackends("the longest ids and names are stored and found", async ({ store }) => {
  const records = Array.from({ length: 3 }, () => {
    const folder = { folder_id: noise(1024), path: noise(5000), name: noise(5000) };
    return recordOf(noise(1024), { folder, name: `long ${noise(200_000)}`, path: noise(10_000) }, [{ index: 0 }]);
  });
  await store.putFiles(records.slice(0, 2));
  await store.putFile(records[2]);
  await store.optimize();
  assert.deepEqual(await pages(store, "long", 1), inOrder(records.map(({ file_id }) => file_id)));
  assert.equal((await store.pending()).length, 3);
  for (const record of records) {
    assert.deepEqual(await store.record(record.file_id), record);
    assert.equal((await store.files({ folder: record.folder!.folder_id })).length, 1);
  }
});
