import assert from "node:assert/strict";
import type { DatabaseSync } from "node:sqlite";
import { isIndexLevel, setIndexLevel } from "../../src/sqlite/index_levels.ts";
import { QUERIES } from "../../src/sqlite/queries.ts";
import { SqliteStore } from "../../src/sqlite/sqlite_store.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { makeShards, withDatabase } from "./shards.ts";

const UNIQUE = "sqlite_autoindex_files_1", FOLDER = / d USING INTEGER PRIMARY KEY \(rowid=\?\) LEFT-JOIN$/;

/** How each query finds its rows: what its steps must be, in their order. */
const PLANS: Record<keyof typeof QUERIES, RegExp[]> = {
  file: [/^SEARCH f USING INDEX sqlite_autoindex_files_1 \(file_id=\?\)$/, FOLDER],
  filesByNumber: [/^SEARCH f USING INTEGER PRIMARY KEY \(rowid>\?\)$/, FOLDER],
  filesOfNumbers: [/^SCAN j VIRTUAL TABLE INDEX 1:$/, /^SEARCH f USING INTEGER PRIMARY KEY \(rowid=\?\)$/, FOLDER],
  files: [/^SEARCH f USING INDEX sqlite_autoindex_files_1 \(file_id>\?\)$/, FOLDER],
  folders: [/^SEARCH folders USING COVERING INDEX folders_by_folder_id \(folder_id=\?\)$/],
  filesOfFolder: [/^SEARCH f USING INDEX files_of_folder \(folder=\? AND file_id>\?\)$/, FOLDER],
  storedBlocks: [/^SEARCH blocks USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)$/],
  // The ranges are gone through in their order.
  storedBlocksOfFiles: [
    /^SCAN j VIRTUAL TABLE INDEX 1:$/,
    /^SEARCH b USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)$/,
  ],
  filesWithPending: [/^SEARCH files USING (COVERING )?INDEX files_with_pending \(file_id>\?\)$/],
  blocks: [/^SEARCH blocks USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)$/],
  pendingBlocks: [/^SEARCH blocks USING INDEX blocks_with_pending \(id>\? AND id<\?\)$/],
  firstPlace: [/^SEARCH blocks USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)$/],
  // There are few runs.
  blocksOfHash: [
    /^COMPOUND QUERY$/,
    /^LEFT-MOST SUBQUERY$/,
    /^SEARCH message_ids USING PRIMARY KEY \(hash=\?\)$/,
    /^UNION ALL$/,
    /^SCAN r$/,
    /^CORRELATED SCALAR SUBQUERY/,
    /^SEARCH message_id_pages USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)$/,
  ],
  blockOfFile: [
    /^SEARCH b USING INTEGER PRIMARY KEY \(rowid=\?\)$/,
    /^SEARCH f USING INTEGER PRIMARY KEY \(rowid=\?\)$/,
  ],
  blocksWithFile: [
    /^SEARCH b USING INTEGER PRIMARY KEY \(rowid>\?\)$/,
    /^SEARCH f USING INTEGER PRIMARY KEY \(rowid=\?\) LEFT-JOIN$/,
  ],
  // FTS5 names what it is given: M, a MATCH; < and >, bounds of the rowid. 64: ordered by rowid.
  search: [
    /^SCAN search VIRTUAL TABLE INDEX 64:M\d+><$/,
    /^SEARCH r USING INTEGER PRIMARY KEY \(rowid=\?\)$/,
  ],
  newest: [/^SEARCH search_rows USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)$/],
  foldersAfter: [/^SEARCH folders USING INDEX folders_by_folder_id \(folder_id>\?\)$/],
  folderSums: [/^SEARCH files USING INDEX files_of_folder \(folder=\?\)$/],
  searchGroupSize: [/^SEARCH search_rows USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)$/],
  // One row, and one row for each part of a migration.
  checkpoints: [/^SCAN checkpoints$/],
  commits: [/^SCAN totals$/],
  totals: [/^SCAN totals$/],
};

function assertPlans(db: DatabaseSync, level: number, when: string): void {
  for (const [name, sql] of Object.entries(QUERIES) as [keyof typeof QUERIES, string][]) {
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map(({ detail }) => detail as string);
    const expected = PLANS[name];
    const told = `${name} at level ${level}, ${when}: ${steps.join(" | ")}`;
    assert.equal(steps.length, expected.length, told);
    steps.forEach((step, i) => assert.match(step, expected[i], told));
  }
}

/** Statistics as a shard of millions of segments has them: `rows` a table, and how many of them an index entry leads to. */
function pretendStatistics(db: DatabaseSync): void {
  db.exec("ANALYZE; DELETE FROM sqlite_stat1");
  const insert = db.prepare("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)");
  const level = db.prepare("SELECT index_level FROM totals").get()?.index_level;
  insert.run("files", UNIQUE, "50000 1");
  insert.run("files", "files_of_folder", "50000 100 1");
  insert.run("files", "files_with_pending", level === 1 ? "200 1 1 1 1" : "200 1");
  insert.run("folders", "folders_by_folder_id", "500 1");
  insert.run("blocks", "blocks_with_pending", "2000 1");
  insert.run("search_rows", null, "50000");
  insert.run("message_ids", "message_ids", "50000 1 1");
  insert.run("message_id_runs", null, "20");
  insert.run("message_id_pages", null, "5000");
  insert.run("totals", null, "1");
}

Deno.test("every query finds its rows through an index, at every level, with statistics and without", () =>
  inTempFolder(async (folder) => {
    const [path] = makeShards(folder);
    const store = await SqliteStore.open([path]);
    await store.putFiles(generateFiles({ segments: 20_000, seed: 2, kind: "usenetsync" }));
    await store.close();
    let level = 0;
    for (; isIndexLevel(level); level++) {
      withDatabase(path, (db) => {
        if (level > 0) setIndexLevel(db, level - 1, level);
        db.exec("DROP TABLE IF EXISTS sqlite_stat1");
      });
      withDatabase(path, (db) => {
        assertPlans(db, level, "without statistics");
        db.exec("ANALYZE");
      });
      withDatabase(path, (db) => {
        assertPlans(db, level, "with its own statistics");
        pretendStatistics(db);
      });
      withDatabase(path, (db) => assertPlans(db, level, "with the statistics of a large shard"));
    }
    assert.equal(level, 2);
  }));
