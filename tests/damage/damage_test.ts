import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { shardPaths } from "../../src/data_folder/manifest.ts";
import { UsyncError } from "../../src/domain/errors.ts";
import { searchWords } from "../../src/domain/search_words.ts";
import { type FolderStore, migrate, openStore, type Tier } from "../support/folder_store.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { Random } from "../../tasks/generator/random.ts";
import { runs } from "../support/effort.ts";
import { allOf, postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { testPostgres } from "../support/test_postgres.ts";
import { type Answers, ask, checkDamaged, questionsAbout } from "./check_damaged.ts";
import type { Damage } from "./damage.ts";
import { damageTables, keepTables } from "./damage_postgres.ts";
import { damageShards } from "./damage_sqlite.ts";

const POSTGRES_URL = await testPostgres();

/** A tier to damage, and one to move to. */
const TIERS: { tier: Tier; shards: number; to: { tier: Tier; shards: number } }[] = [
  { tier: "sqlite", shards: 1, to: { tier: "sharded", shards: 3 } },
  { tier: "sharded", shards: 3, to: { tier: "sqlite", shards: 1 } },
  { tier: "postgres", shards: 1, to: { tier: "sqlite", shards: 1 } },
];

/** How often, and each how manieth of them is moved as well. */
const RUNS = runs(4, 300), MOVED = 4;

/** Files that come after older copies were made, in every shard. */
const LATE = Array.from({ length: 20 }, (_, i) => postedRecord(`late ${i}`, 100));

async function fill(store: FolderStore): Promise<void> {
  await store.putFiles(generateFiles({ segments: 1200, seed: 5, kind: "usenetsync" }));
  await store.putFiles(
    Array.from({ length: 10 }, (_, i) => postedRecord(`posted ${i}`, 100, { name: `name ${i}` }, [3])),
  );
  await store.putFiles(Array.from({ length: 5 }, (_, i) => postedRecord(`gone ${i}`, 80)));
  for (let i = 0; i < 5; i++) await store.deleteFile(`gone ${i}`);
}

for (const { tier, shards, to } of TIERS) {
  Deno.test(`damage of any kind is told, never answered with and never moved (${tier})`, () =>
    inTempFolder(async (folder) => {
      const sound = join(folder, "sound"), older = join(folder, "older"), data = join(folder, "data");
      let store = await openStore(sound);
      await fill(store);
      const url = tier === "postgres" ? POSTGRES_URL : undefined;
      if (tier !== "sqlite") await migrate(store, { tier, shards, url });
      await store.discardOld();
      await store.close();
      cpSync(sound, older, { recursive: true });
      store = await openStore(sound);
      await store.putFiles(LATE);
      const records = await allOf(store), { manifest } = store;
      const words = [...new Set(records.flatMap(({ name }) => searchWords(name)))].filter((_, i) => i % 4 === 0);
      const questions = questionsAbout(records, words.slice(0, 40)), expected: Answers = new Map();
      for (const [name, question] of questions) expected.set(name, await ask(store, question) as string);
      assert.deepEqual((await store.verify()).problems, []);
      await store.close();

      await using damager = await damagerOf(tier, manifest.folder);
      const seed = Date.now() % 2 ** 31, random = new Random(seed);
      let told = 0;
      for (let run = 0; run < RUNS; run++) {
        rmSync(data, { recursive: true, force: true });
        cpSync(sound, data, { recursive: true });
        const damage = await damager.damage(shardPaths(data, manifest), shardPaths(older, manifest), random);
        damage.what += ` (seed ${seed}, run ${run})`;
        if (await isTold(data, damage, (store) => checkDamaged(store, damage, questions, expected))) told++;
        if (run % MOVED === 0) await checkMove(data, damage, to, records.map((record) => JSON.stringify(record)));
        await damager.putBack();
      }
      console.log(`${told} of ${RUNS} damages were told, the others do no harm`);
    }));
}

interface Damager extends AsyncDisposable {
  damage(paths: string[], older: string[], random: Random): Promise<Damage>;
  putBack(): Promise<void>;
}

async function damagerOf(tier: Tier, schema: string): Promise<Damager> {
  if (tier !== "postgres") {
    return {
      damage: (paths, older, random) => Promise.resolve(damageShards(paths, older, random)),
      putBack: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const sql = postgres(POSTGRES_URL, { max: 1, connection: { search_path: schema }, onnotice: () => {} });
  const putBack = await keepTables(sql);
  return {
    damage: (_paths, _older, random) => damageTables(sql, random),
    putBack,
    [Symbol.asyncDispose]: () => sql.end(),
  };
}

/** Opens a damaged store and checks it: whether anything said that it is damaged. */
async function isTold(
  data: string,
  { what }: Damage,
  check: (store: FolderStore) => Promise<{ problems: unknown[] }>,
): Promise<boolean> {
  let store: FolderStore;
  try {
    store = await openStore(data, { grow: false });
  } catch (error) {
    assert.ok(error instanceof UsyncError, `${what}: opening throws ${(error as Error).stack}`);
    return true;
  }
  try {
    return (await check(store)).problems.length > 0;
  } finally {
    await store.close();
  }
}

/** A damaged store is not moved, or all of it arrives. */
async function checkMove(
  data: string,
  { what }: Damage,
  to: { tier: Tier; shards: number },
  expected: string[],
): Promise<void> {
  let store: FolderStore | undefined;
  try {
    store = await openStore(data, { grow: false });
    await migrate(store, to);
    const moved = (await allOf(store)).map((record) => JSON.stringify(record));
    assert.ok(moved.join("\n") === expected.join("\n"), `${what}: it was moved as good`);
  } catch (error) {
    assert.ok(error instanceof UsyncError, `${what}: moving throws ${(error as Error).stack}`);
    assert.doesNotMatch(error.message, /internal/, what);
  } finally {
    await store?.close();
  }
}
