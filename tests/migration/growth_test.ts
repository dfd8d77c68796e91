import assert from "node:assert/strict";
import { join } from "node:path";
import { openFolderStore } from "../../src/data_folder/open_store.ts";
import type { FolderStore } from "../../src/data_folder/folder_store.ts";
import type { FileRecord } from "../../src/domain/records.ts";
import { Growth, type GrowthEvent, type GrowthTimes } from "../../src/migration/growth.ts";
import { freeBytes } from "../../src/files/full_disk.ts";
import { migrate, openStore } from "../support/folder_store.ts";
import { allOf, inOrder, postedRecord } from "../support/records_of.ts";
import { CAN_MOUNT, onSmallDisk } from "../support/small_disk.ts";
import { inDataFolder } from "../support/temp_folder.ts";
import { assertNoLeftovers } from "./test_store.ts";

/** Files of ten segments each. */
function tens(count: number, prefix = "f"): FileRecord[] {
  return Array.from({ length: count }, (_, i) => postedRecord(`${prefix}${i}`, 10, { size: 100 }));
}

const LIMITS = { "sqlite.max-segments": 1000 };

/** Opens a store that may take so much, with what becomes of its growth. */
async function limited(data: string, settings: FolderStore["settings"] = LIMITS, times: Partial<GrowthTimes> = {}) {
  const store = await openFolderStore(data), growth = new Growth(store, times);
  store.settings = settings;
  store.observer = growth;
  const events: GrowthEvent[] = [];
  growth.listen((event) => event.kind !== "progress" && events.push(event));
  return { store, growth, kinds: () => events.map(({ kind }) => kind), events };
}

/** Every way to write files into a store. */
const WAYS: Record<string, (store: FolderStore, files: FileRecord[]) => Promise<unknown>> = {
  "putFile": async (store, files) => {
    for (const file of files) await store.putFile(file);
  },
  "putFiles": (store, files) => store.putFiles(files),
  "a load": async (store, files) => {
    const load = store.bulkLoad();
    for (let i = 0; i < files.length; i += 30) await load.put(files.slice(i, i + 30));
    await load.finish();
  },
  "a load of whole sources": async (store, files) => {
    const load = store.bulkLoad();
    for (let i = 0; i < files.length; i += 30) await load.put(files.slice(i, i + 30), { allOrNothing: true });
    await load.finish();
  },
};

for (const [way, write] of Object.entries(WAYS)) {
  Deno.test(`a store grows when ${way} reaches a limit, not just below it`, () =>
    inDataFolder(async (data) => {
      const files = tens(101);
      {
        await using store = await openStore(data);
        store.settings = LIMITS;
        await write(store, files.slice(0, 99));
        await write(store, files.slice(0, 99)); // changes nothing
      }
      {
        await using store = await openStore(data);
        assert.equal(store.tier, "sqlite");
        await write(store, files.slice(99, 100));
      }
      await using store = await openStore(data, { create: false });
      assert.deepEqual([store.tier, store.manifest.shards], ["sharded", 10]);
      await write(store, files.slice(100));
      assert.deepEqual(await allOf(store), inOrder(files));
      assert.deepEqual((await store.verify()).problems, []);
      assert.equal(store.manifest.old.length, 1);
    }));
}

Deno.test("content bytes and database bytes make a store grow, too", () =>
  inDataFolder(async (data, folder) => {
    const limits = { "sqlite.max-content-bytes": 5000, "sqlite.max-database-bytes": 450_000 };
    for (const [name, limit] of Object.entries(limits)) {
      const { store, growth } = await limited(join(folder, name), { [name]: limit });
      await store.putFiles(tens(20));
      await growth.settle();
      assert.equal(store.tier, "sqlite", name);
      await store.putFiles(tens(800));
      await growth.settle();
      assert.equal(store.tier, "sharded", name);
      await store.close();
    }
    assert.ok(data);
  }));

Deno.test("what is known of a whole source has the store grow before any of it is stored; an empty store leaves nothing", () =>
  inDataFolder(async (data) => {
    const { store, events } = await limited(data);
    const files = tens(300), load = store.bulkLoad();
    await load.put(files, { allOrNothing: true });
    await load.finish();
    assert.deepEqual(events.map((event) => event.kind === "grown" ? event.report.files : event.kind), ["begun", 0]);
    assert.deepEqual(await allOf(store), inOrder(files));
    assert.deepEqual((await store.verify()).problems, []);
    await store.close();
    assertNoLeftovers(data, store.manifest);
    assert.equal(store.manifest.old.length, 0);
  }));

Deno.test("a bad source makes no store grow", () =>
  inDataFolder(async (data) => {
    const { store, kinds } = await limited(data);
    const load = store.bulkLoad();
    const bad = function* () {
      yield* tens(300);
      throw new Error("bad");
    };
    await assert.rejects(load.put(bad(), { allOrNothing: true }), /bad/);
    await load.finish();
    assert.deepEqual([kinds(), (await store.totals()).files], [[], 0]);
    await store.close();
  }));

Deno.test("a load whose end is clearly past a limit has the store grow while there is little to move", () =>
  inDataFolder(async (data) => {
    for (const [expected, moved] of [[119_000, 120_000], [1_000_000, 40_000]]) {
      const { store, growth, events } = await limited(join(data, "..", `${expected}`), {
        "sqlite.max-segments": 100_000,
      }, {
        betweenLooks: 0,
      });
      const load = store.bulkLoad({ expectedSegments: () => expected });
      const files = Array.from({ length: 120 }, (_, i) => postedRecord(`f${i}`, 1000));
      for (let i = 0; i < files.length; i += 20) await load.put(files.slice(i, i + 20));
      await load.finish();
      await growth.settle();
      const [begun, grown] = events;
      assert.ok(begun.kind === "begun" && grown.kind === "grown");
      assert.ok(grown.report.segments <= moved, `${grown.report.segments} segments were moved`);
      assert.deepEqual(await allOf(store), inOrder(files));
      await store.close();
    }
  }));

Deno.test("loads and single writes that run beside a growth end up in the store whole", () =>
  inDataFolder(async (data) => {
    const { store, growth, kinds } = await limited(data, { "sqlite.max-segments": 10_000 });
    const files = Array.from({ length: 4 }, (_, i) => tens(500, `${i}-`)), singles = tens(100, "single-");
    const load = store.bulkLoad();
    await Promise.all([
      store.putFiles(files[0]),
      load.put(files[1]),
      load.put(files[2], { allOrNothing: true }),
      store.putFiles(async function* () {
        for (const file of files[3]) {
          yield file;
          await new Promise((resolve) => setTimeout(resolve));
        }
      }()),
      ...singles.map((file, i) =>
        new Promise((resolve) => setTimeout(resolve, i * 10)).then(() => store.putFile(file))
      ),
    ]);
    await load.finish();
    await growth.settle();
    assert.deepEqual(kinds(), ["begun", "grown"]);
    assert.deepEqual(await allOf(store), inOrder([...files.flat(), ...singles]));
    assert.deepEqual((await store.verify()).problems, []);
    await store.close();
    assertNoLeftovers(data, store.manifest);
  }));

Deno.test("a store does not grow while somebody moves it, nor when it is opened to stay as it is", () =>
  inDataFolder(async (data, folder) => {
    const { store, growth } = await limited(data);
    await store.putFiles(tens(90));
    const move = migrate(store, { shards: 3 });
    await store.putFiles(tens(90, "more"));
    await move;
    await growth.settle();
    assert.equal(store.manifest.shards, 3);
    await store.close();
    await using still = await openStore(join(folder, "still"), { grow: false });
    still.settings = LIMITS;
    await still.putFiles(tens(200));
    assert.equal(still.tier, "sqlite");
  }));

Deno.test({
  name: "a growth that fails for want of room loses nothing, and is tried again (needs root on Linux)",
  ignore: !CAN_MOUNT,
  fn: () =>
    onSmallDisk(60e6, async (folder) => {
      const { store, growth, kinds, events } = await limited(join(folder, "data"), LIMITS, { retryAfter: 0 });
      const filler = join(folder, "filler");
      await Deno.writeFile(filler, new Uint8Array(freeBytes(folder) - 3e6));
      await store.putFiles(tens(150));
      await growth.settle();
      const failed = events[1];
      assert.ok(failed.kind === "failed");
      assert.match(`${failed.error}`, /MB are missing/);
      assert.equal(store.tier, "sqlite");
      await Deno.remove(filler);
      await store.putFile(tens(1, "last")[0]);
      await store.close();
      assert.equal(kinds().at(-1), "grown");
      assertNoLeftovers(store.dataFolder, store.manifest);
      await using again = await openStore(join(folder, "data"));
      assert.deepEqual(await allOf(again), inOrder([...tens(150), ...tens(1, "last")]));
    }),
});
