import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { type FolderStore, migrate, openStore, type Tier } from "../support/folder_store.ts";
import { shardPaths } from "../../src/data_folder/manifest.ts";
import { UsyncError } from "../../src/domain/errors.ts";
import { IS_THOROUGH } from "../support/effort.ts";
import { withDatabase } from "../sqlite/shards.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { testPostgres } from "../support/test_postgres.ts";

const POSTGRES_URL = await testPostgres();

/** Damage by its SQL: on SQLite, on PostgreSQL, and the file that the error must name; undefined where nobody can know. */
const DAMAGES: { what: string; sqlite: string; postgres: string; file: string | undefined }[] = [
  {
    what: "a file's name changed",
    sqlite: "UPDATE files SET name = 'other' WHERE file_id = 'f03'",
    postgres: "UPDATE files SET head = replace(head, 'name 3', 'name 4') WHERE file_id = 'f03'",
    file: "f03",
  },
  {
    what: "a file's size changed",
    sqlite: "UPDATE files SET size = 7 WHERE file_id = 'f03'",
    postgres: "UPDATE files SET head = replace(head, ',1,', ',7,') WHERE file_id = 'f03'",
    file: "f03",
  },
  {
    what: "a sound block of another file in the place of one",
    sqlite:
      `UPDATE blocks SET data = (SELECT data FROM blocks WHERE file = (SELECT id FROM files WHERE file_id = 'f04'))
      WHERE file = (SELECT id FROM files WHERE file_id = 'f03')`,
    postgres: `UPDATE blocks SET data = (SELECT data FROM blocks WHERE file_id = 'f04') WHERE file_id = 'f03'`,
    file: "f03",
  },
  {
    what: "a file's counts changed",
    sqlite: "UPDATE files SET posted = 0 WHERE file_id = 'f03'",
    postgres: "UPDATE files SET posted = 0 WHERE file_id = 'f03'",
    file: "f03",
  },
  {
    what: "a file's row deleted",
    sqlite: "DELETE FROM files WHERE file_id = 'f03'",
    postgres: "DELETE FROM files WHERE file_id = 'f03'",
    file: undefined,
  },
];

/** Those that every run of the tests tries: two kinds on each tier, each of which takes two migrations. */
const ALWAYS = { sqlite: [2, 4], postgres: [0, 4] };

async function filled(data: string, tier: Tier): Promise<FolderStore> {
  const store = await openStore(data);
  await store.putFiles(
    Array.from({ length: 12 }, (_, i) => postedRecord(`f${`${i}`.padStart(2, "0")}`, 20, { name: `name ${i}` })),
  );
  if (tier === "postgres") {
    await migrate(store, { tier, url: POSTGRES_URL });
    await store.discardOld();
  }
  return store;
}

/** Runs SQL on the store, past it. */
async function damage(store: FolderStore, statement: string): Promise<void> {
  const { manifest, dataFolder } = store;
  if (manifest.tier === "sqlite") return withDatabase(shardPaths(dataFolder, manifest)[0], (db) => db.exec(statement));
  const sql = postgres(POSTGRES_URL, { max: 1, connection: { search_path: manifest.folder } });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

for (const tier of ["sqlite", "postgres"] as const) {
  Deno.test(`a migration of a damaged store on the tier ${tier} is refused and names the file; --salvage moves the rest`, () =>
    inTempFolder(async (folder) => {
      for (const [i, { what, file, ...statements }] of DAMAGES.entries()) {
        if (!IS_THOROUGH && !ALWAYS[tier].includes(i)) continue;
        const data = join(folder, `${i}`);
        await using store = await filled(data, tier);
        await damage(store, statements[tier]);
        await assert.rejects(migrate(store, { shards: 2 }), (error) => {
          assert.ok(error instanceof UsyncError, `${what}: ${error}`);
          assert.match(error.message, /^Cannot migrate: the store is damaged: /, what);
          if (file) assert.ok(error.message.includes(`the file ${file}: `), `${what}: ${error.message}`);
          assert.match(error.hint!, /--salvage/);
          return true;
        });
        assert.deepEqual([store.tier, store.manifest.move], [tier, null]);

        const report = await migrate(store, { shards: 2, salvage: true });
        assert.deepEqual([store.tier, report?.files], ["sharded", 11], what);
        const list = join(data, "left-behind.ndjson");
        assert.deepEqual(report?.left_behind?.list, list);
        const listed = readFileSync(list, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
        assert.equal(listed.length, report.left_behind!.problems);
        if (file) assert.ok(listed.every(({ file_id }) => file_id === undefined || file_id === file), what);
        assert.deepEqual((await store.verify()).problems, []);
        assert.equal(await store.file("f03"), undefined);
        await store.discardOld();
      }
    }));
}

Deno.test("a migration of a sound store leaves no list of what stays behind, with --salvage as without", () =>
  inTempFolder(async (data) => {
    await using store = await filled(data, "sqlite");
    const report = await migrate(store, { shards: 2, salvage: true });
    assert.deepEqual([report?.files, report?.left_behind], [12, undefined]);
    assert.equal(existsSync(join(data, "left-behind.ndjson")), false);
  }));
