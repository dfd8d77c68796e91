import assert from "node:assert/strict";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SqliteStore } from "../../src/sqlite/sqlite_store.ts";
import { postedRecord, recordOf } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { makeShards, verifyShard, withDatabase } from "./shards.ts";

const A = "(SELECT id FROM files WHERE file_id = 'a')";

/** Damage by its SQL, what verify says of it, and whether it names the file. */
const DAMAGES: [sql: string, what: RegExp, file: string | undefined][] = [
  ["UPDATE files SET name = 'other' WHERE file_id = 'a'", /its row does not match its checksum/, "a"],
  ["UPDATE files SET row_check = row_check + 1 WHERE file_id = 'a'", /its row does not match its checksum/, "a"],
  ["UPDATE folders SET name = 'other'", /its row does not match its checksum/, "b"],
  ["DELETE FROM folders", /its row does not match its checksum/, "b"],
  ["UPDATE files SET groups = '[' WHERE file_id = 'a'", /its row does not match its checksum/, "a"],
  [`DELETE FROM blocks WHERE file = ${A} AND id % 2 = 0`, /1 of its blocks are missing/, "a"],
  [`UPDATE blocks SET file = 99 WHERE file = ${A}`, /says it belongs to another file/, "a"],
  [`UPDATE blocks SET data = zeroblob(50) WHERE file = ${A}`, /is damaged: its checksum does not match/, "a"],
  [`UPDATE blocks SET data = substr(data, 1, 9) WHERE file = ${A}`, /is damaged/, "a"],
  [`UPDATE blocks SET first_key = first_key + 1 WHERE file = ${A}`, /has the wrong place/, "a"],
  [`UPDATE blocks SET pending = 1 WHERE file = ${A}`, /counts its pending segments wrongly/, "a"],
  ["UPDATE files SET segments = 3 WHERE file_id = 'a'", /it has 100 segments \(99 posted, 1 pending\)/, "a"],
  ["UPDATE files SET posted = 3 WHERE file_id = 'a'", /its row says 100 \(3, 1\)/, "a"],
  [
    `UPDATE blocks SET data = (SELECT data FROM blocks WHERE file = ${A} ORDER BY id DESC) WHERE file = ${A}`,
    /its segments are out of order/,
    "a",
  ],
  ["UPDATE totals SET content_bytes = 0", /the totals say 0 for content_bytes, there are 4/, undefined],
  ["UPDATE totals SET files = 9", /the totals say 9 for files/, undefined],
  ["UPDATE totals SET next_block = 1", /the numbers of the next file and block are taken/, undefined],
  ["UPDATE totals SET next_file = 1", /the numbers of the next file and block are taken/, undefined],
  ["UPDATE totals SET indexed_block = 1000", /blocks are indexed that are not there yet/, undefined],
  ["UPDATE totals SET index_level = 7", /its tables or indexes are not those/, undefined],
  ["DROP INDEX files_of_folder", /its tables or indexes are not those/, undefined],
  ["ALTER TABLE files ADD COLUMN more TEXT", /its tables or indexes are not those/, undefined],
  ["INSERT INTO blocks VALUES (900, 900, 0, 0, zeroblob(9))", /there are 6 blocks, the files have 5/, undefined],
  [
    "DELETE FROM message_ids WHERE hash = (SELECT max(hash) FROM message_ids)",
    /Message-IDs has 197 entries, or other/,
    undefined,
  ],
  [
    "UPDATE message_ids SET block = block + 1 WHERE hash > 0",
    /the index of Message-IDs has 198 entries, or/,
    undefined,
  ],
  [
    "UPDATE message_ids SET hash = hash + 1 WHERE hash = (SELECT max(hash) FROM message_ids)",
    /the index of Message-IDs/,
    undefined,
  ],
  ["DELETE FROM search WHERE rowid = (SELECT max(rowid) FROM search)", /search knows 3 files, or other/, undefined],
  ["INSERT INTO search (rowid, words) VALUES (99, 'more')", /search knows 5 files, or other/, undefined],
  [
    `DELETE FROM search WHERE rowid = (SELECT id FROM search_rows WHERE file = ${A});
    INSERT INTO search (rowid, words) SELECT id, 'other' FROM search_rows WHERE file = ${A}`,
    /search has \d+ words of files, or other ones/,
    undefined,
  ],
  [`DELETE FROM search_rows WHERE file = ${A}`, /search has 0 rows for it instead of one/, "a"],
  [`UPDATE search_rows SET file = 99 WHERE file = ${A}`, /search has 0 rows for it instead of one/, "a"],
  [`INSERT INTO search_rows SELECT id + 1, file FROM search_rows WHERE file = ${A}`, /search has 2 rows for it/, "a"],
  [`UPDATE search_rows SET id = id + 1 WHERE file = ${A}`, /search knows 4 files, or other/, undefined],
  ["INSERT INTO search_rows VALUES (77, 99)", /there are 5 rows of search, the files have 4/, undefined],
];

Deno.test("verify names what is wrong, and goes on", () =>
  inTempFolder(async (folder) => {
    const [path] = makeShards(folder), copy = join(folder, "copy.sqlite");
    const store = await SqliteStore.open([path]);
    await store.putFiles([
      postedRecord("a", 100, {}, [3]),
      postedRecord("b", 100, { folder: { folder_id: "d", path: "p", name: "n" } }, [3]),
      recordOf("c", { subject: "empty" }),
      recordOf("d", { created_at: "2025-01-01T00:00:00Z" }, [{ index: 0, subject: "words of a segment" }]),
    ]);
    await store.close();
    for (const [sql, what, file] of DAMAGES) {
      for (const suffix of ["", "-wal", "-shm"]) rmSync(copy + suffix, { force: true });
      copyFileSync(path, copy);
      assert.deepEqual(verifyShard(copy, 0, 1).problems, []);
      withDatabase(copy, (db) => db.exec(sql));
      const { problems, files } = verifyShard(copy, 0, 1);
      assert.equal(files, 4, sql);
      const found = problems.find((problem) => what.test(problem.what));
      assert.ok(found, `${sql}: ${JSON.stringify(problems)}`);
      assert.deepEqual([found.where, found.file_id], [copy, file], sql);
    }
  }));

Deno.test("verify finds a file in the wrong shard, and shards that cannot be read", () =>
  inTempFolder(async (folder) => {
    const paths = makeShards(folder, 3);
    const store = await SqliteStore.open(paths);
    await store.putFiles(Array.from({ length: 30 }, (_, i) => postedRecord(`f${i}`, 2)));
    await store.close();
    const swapped = await SqliteStore.open([paths[1], paths[0], paths[2]]);
    const { problems, files } = await swapped.verify();
    await swapped.close();
    assert.equal(files, 30);
    assert.ok(problems.length > 10);
    for (const { what, where } of problems) {
      assert.match(what, /the file belongs into another shard/);
      assert.notEqual(where, paths[2]);
    }
    rmSync(paths[1]);
    const lacking = await SqliteStore.open(paths), report = await lacking.verify();
    await lacking.close();
    assert.equal(report.problems.length, 1);
    assert.equal(report.problems[0].where, paths[1]);
    assert.match(report.problems[0].what, /the file is not there/);
    assert.ok(report.files > 10 && report.files < 30);
  }));
