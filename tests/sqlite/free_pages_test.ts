import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { createShard } from "../../src/sqlite/schema.ts";
import { SqliteStore } from "../../src/sqlite/sqlite_store.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** Pages of a shard that are free, and all of them. */
function pagesOf(path: string): { free: number; all: number } {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const pragma = (name: string) => Number(Object.values(db.prepare(`PRAGMA ${name}`).get()!)[0]);
    return { free: pragma("freelist_count"), all: pragma("page_count") };
  } finally {
    db.close();
  }
}

Deno.test("a load leaves few pages free, and optimize gives back what deleted files have left", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "shard.sqlite");
    createShard(path);
    const store = await SqliteStore.open([path]);
    const files = [...generateFiles({ segments: 60_000, seed: 3, kind: "usenetsync" })];
    await store.putFiles(files);
    const loaded = pagesOf(path);
    assert.ok(loaded.free <= loaded.all / 32, JSON.stringify(loaded));
    for (const { file_id } of files.slice(0, files.length / 2)) await store.deleteFile(file_id);
    assert.ok(pagesOf(path).free > loaded.all / 8, "deleting frees pages");
    await store.optimize();
    assert.equal(pagesOf(path).free, 0);
    assert.deepEqual((await store.verify()).problems, []);
    await store.close();
  }));
