import assert from "node:assert/strict";
import { indexLevel } from "../../src/sqlite/index_levels.ts";
import { SqliteStore } from "../../src/sqlite/sqlite_store.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { makeShards, withDatabase } from "./shards.ts";

function levelOf(path: string): { index_level: number; indexes: string[] } {
  return withDatabase(path, (db) => ({
    index_level: db.prepare("SELECT index_level FROM totals").get()!.index_level as number,
    indexes: db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'files' AND sql IS NOT NULL")
      .all().map(({ sql }) => sql as string).sort(),
  }));
}

const FOLDER = "CREATE INDEX files_of_folder ON files (folder, file_id)";
const FIRST = [FOLDER, "CREATE INDEX files_with_pending ON files (file_id) WHERE pending > 0"];
const SECOND = [
  FOLDER,
  "CREATE INDEX files_with_pending ON files (file_id, first_block, blocks, pending) WHERE pending > 0",
];

/** Makes a shard believe that it has so many segments. */
function pretendSegments(path: string, segments: number): void {
  withDatabase(path, (db) => db.prepare("UPDATE totals SET segments = ?").run(segments));
}

Deno.test("a shard gets the indexes of its size, also when files are put one by one", () =>
  inTempFolder(async (folder) => {
    const [path] = makeShards(folder);
    assert.deepEqual(levelOf(path), { index_level: 0, indexes: FIRST });
    let store = await SqliteStore.open([path]);
    await store.putFile(postedRecord("a", 600, { folder: { folder_id: "d", path: "", name: "" } }, [5]));
    assert.deepEqual(levelOf(path), { index_level: 0, indexes: FIRST });
    await store.close();
    pretendSegments(path, 999_600);
    store = await SqliteStore.open([path]);
    await store.putFile(postedRecord("b", 600, { folder: { folder_id: "d", path: "", name: "" } }, [5]));
    assert.deepEqual(levelOf(path), { index_level: 1, indexes: SECOND });
    assert.equal((await store.files({ folder: "d" })).length, 2);
    assert.equal((await store.pending()).length, 2);
    await store.deleteFile("a");
    assert.equal(levelOf(path).index_level, 1); // writes raise it only
    await store.close();
    pretendSegments(path, 600);
    store = await SqliteStore.open([path]);
    await store.optimize();
    assert.deepEqual(levelOf(path), { index_level: 0, indexes: FIRST });
    assert.deepEqual((await store.verify()).problems, []);
    await store.close();
  }));

Deno.test("levels begin at their numbers of segments", () => {
  const numbers = [0, 999_999, 1_000_000, 30_000_000];
  assert.deepEqual(numbers.map(indexLevel), [0, 0, 1, 1]);
});
