import assert from "node:assert/strict";
import { closeSync, copyFileSync, openSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type FolderStore, openStore } from "../support/folder_store.ts";
import { runs } from "../support/effort.ts";
import { postedRecord } from "../support/records_of.ts";
import { runCli, spawnCli } from "../support/run_cli.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { exportedLines, heldIn, type Road, ROADS, runJson } from "./import_roads.ts";

/** Kills on each road. */
const KILLS = runs(1, 4);

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

for (const road of ROADS) {
  Deno.test(`${road.name}: all is stored as it came, also where the store grows meanwhile, and after a kill`, () =>
    inTempFolder(async (folder) => {
      const input = await road.write(folder), plain = join(folder, "plain"), started = performance.now();
      const report = await runJson(plain, "import", input), took = performance.now() - started;
      assert.equal(report.segments, road.segments);
      const all = await exportedLines(plain);
      assert.deepEqual([all.size, report.notes], [report.added, []]);
      if (road.records) {
        const expected = road.records().map((record) => [record.file_id, JSON.stringify(record)] as const);
        assert.deepEqual(all, new Map(expected.sort(([a], [b]) => a < b ? -1 : 1)));
      }
      const tookGrown = await checkGrown(road, folder, input, all);
      const again = await runJson(plain, "import", input);
      assert.deepEqual([again.added, again.replaced, again.unchanged], [0, 0, report.added]);
      await checkKills(road, folder, input, all, [took, tookGrown]);
    }));
}

/** A new store that grows on the way of an import. */
async function makeGrowing(data: string, { segments }: Road): Promise<void> {
  await runJson(data, "config", "set", "sqlite.max-segments", `${Math.floor(segments / 3)}`);
}

/** Gives the milliseconds that the import took. */
async function checkGrown(road: Road, folder: string, input: string, all: Map<string, string>): Promise<number> {
  const data = join(folder, "grown");
  await makeGrowing(data, road);
  const started = performance.now();
  await runJson(data, "import", input);
  const took = performance.now() - started;
  await using store = await openStore(data);
  assert.equal(store.tier, "sharded");
  assert.equal(await countWhole(store, all), all.size);
  return took;
}

/**
 * Kills imports at any moment, every second one of them into a store that grows meanwhile: every file is whole or not there, and
 * the same command completes it. `took`: the milliseconds of an import into one that does not grow, and one that does.
 */
async function checkKills(
  road: Road,
  folder: string,
  input: string,
  all: Map<string, string>,
  took: [number, number],
): Promise<void> {
  const seen = { none: 0, some: 0, all: 0 };
  for (let i = 0; i < KILLS; i++) {
    const data = join(folder, `killed ${i}`), isGrowing = i % 2;
    if (isGrowing) await makeGrowing(data, road);
    const child = spawnCli(["--data", data, "import", input]), end = child.output();
    await sleep(took[isGrowing] * (0.5 + 0.6 * Math.random()));
    try {
      child.kill("SIGKILL");
    } catch {
      // it was quicker
    }
    await end;
    let stored: number;
    {
      await using store = await openStore(data, { grow: false });
      stored = await countWhole(store, all);
    }
    // The machine may be quicker or slower than it was: towards the moments that leave some.
    took[isGrowing] *= stored === 0 ? 1.1 : stored === all.size ? 0.9 : 1;
    seen[stored === 0 ? "none" : stored < all.size ? "some" : "all"]++;
    const { added, unchanged } = await runJson(data, "import", input);
    assert.deepEqual([added, unchanged], [all.size - stored, stored]);
    assert.deepEqual(heldIn(data), []);
    {
      await using store = await openStore(data);
      assert.equal(await countWhole(store, all), all.size);
    }
    rmSync(data, { recursive: true });
  }
  console.log(`killed ${KILLS} times: ${JSON.stringify(seen)} stored`);
}

/** Counts the files of a store, each of which must be one of these, and the store good. */
async function countWhole(store: FolderStore, all: Map<string, string>): Promise<number> {
  let files = 0;
  for await (const record of store.stream()) {
    assert.equal(JSON.stringify(record), all.get(record.file_id));
    files++;
  }
  assert.deepEqual((await store.verify()).problems, []);
  return files;
}

/** Imports what is refused: it is named, and the store is as it was. */
async function checkRefused(data: string, input: string, before: unknown): Promise<void> {
  const { code, stdout, stderr } = await runCli(["--data", data, "--json", "import", input]);
  assert.equal(code, 1, stderr);
  const { added, replaced, segments, notes } = JSON.parse(stdout);
  assert.deepEqual([added, replaced, segments], [0, 0, 0]);
  assert.ok(notes.some(({ path, bad }: { path: string; bad: boolean }) => bad && path === input), stdout);
  assert.deepEqual(await totalsOf(data), before);
  assert.deepEqual(heldIn(data), []);
}

async function totalsOf(data: string): Promise<unknown> {
  const { files, segments, content_bytes } = await runJson(data, "status");
  return { files, segments, content_bytes };
}

async function storeWithOne(data: string): Promise<unknown> {
  {
    await using store = await openStore(data);
    await store.putFile(postedRecord("kept", 70));
  }
  return await totalsOf(data);
}

Deno.test("an NZB that is cut off, soon or late, leaves nothing behind", () =>
  inTempFolder(async (folder) => {
    const [, large] = ROADS, data = join(folder, "data"), input = await large.write(folder);
    const before = await storeWithOne(data), { size } = statSync(input);
    assert.ok(size > 10_000_000);
    for (const length of [size - 7, 10_000_000, 100_000]) {
      truncateSync(input, length);
      await checkRefused(data, input, before);
    }
  }));

Deno.test("a UsenetSync database that is cut off or damaged leaves nothing behind", () =>
  inTempFolder(async (folder) => {
    const [, , , road] = ROADS, data = join(folder, "data"), input = await road.write(folder);
    const before = await storeWithOne(data), { size } = statSync(input), other = join(folder, "other.db");
    copyFileSync(input, other);
    truncateSync(other, size - 4096);
    await checkRefused(data, other, before);
    for (const at of [0.3, 0.6]) {
      copyFileSync(input, other);
      damagePages(other, Math.floor(size * at / 4096), 3);
      await checkRefused(data, other, before);
    }
  }));

/** Makes nonsense of some pages of a database. */
function damagePages(path: string, first: number, count: number): void {
  const file = openSync(path, "r+");
  writeSync(file, new Uint8Array(4096 * count).fill(0xee), 0, 4096 * count, 4096 * first);
  closeSync(file);
}
