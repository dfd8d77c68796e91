import assert from "node:assert/strict";
import { join } from "node:path";
import { shardPaths } from "../../src/data_folder/manifest.ts";
import { type FolderStore, migrate, openStore } from "../support/folder_store.ts";
import { type Load, Scrub, type ScrubTimes } from "../../src/scrub/scrub.ts";
import { ScrubRecord } from "../../src/scrub/scrub_record.ts";
import { withDatabase } from "../sqlite/shards.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** A store that nobody uses. */
class Rest implements Load {
  isBusy = false;
  operations = 0;
  during<T>(_: "upkeep", run: () => Promise<T>): Promise<T> {
    return run();
  }
}

const TIMES: ScrubTimes = { rest: 0, look: 1, patience: 60_000, keep: 0 };

/** Runs a test with a store of some shards, of one round each at least. */
function withShards(run: (store: FolderStore) => Promise<void>): Promise<void> {
  return inTempFolder(async (folder) => {
    await using store = await openStore(join(folder, "data"), { grow: false });
    await store.putFiles(Array.from({ length: 60 }, (_, i) => postedRecord(`file ${i}`, 10)));
    await migrate(store, { shards: 3 });
    await run(store);
  });
}

function statusOf(store: FolderStore) {
  return new ScrubRecord(store.dataFolder).status(store.settings, store.manifest.folder);
}

Deno.test("a scrub reads everything, tells when, and is due again a month after", () =>
  withShards(async (store) => {
    const record = new ScrubRecord(store.dataFolder),
      isDueIn = (days: number) =>
        record.isDue(store.settings, store.manifest.folder, new Date(Date.now() + days * 86_400_000));
    await new Scrub(store, record, new Rest(), TIMES).runIfDue();
    const { running, last, warning } = statusOf(store);
    assert.deepEqual([running, warning, last?.files, last?.segments, last?.problem_count], [null, null, 60, 600, 0]);
    assert.deepEqual([isDueIn(29.9), isDueIn(30)], [false, true]);
    store.settings = { "scrub.every": "off" };
    assert.equal(isDueIn(1000), false);
  }));

Deno.test("a scrub that was stopped goes on where it was, with what it had found", () =>
  withShards(async (store) => {
    const [first] = shardPaths(store.dataFolder, store.manifest);
    withDatabase(first, (db) => db.exec("UPDATE files SET name = 'x' WHERE id = (SELECT min(id) FROM files)"));
    const load = new Rest(), scrub = new Scrub(store, new ScrubRecord(store.dataFolder), load, TIMES);
    load.isBusy = true; // so that it waits after its first round
    const ended = scrub.runIfDue();
    while (!statusOf(store).running) await new Promise((resolve) => setTimeout(resolve, 5));
    await scrub.stop();
    await ended;
    const { running, last, warning } = statusOf(store);
    assert.ok(running!.files > 0 && running!.files < 60, `${running!.files} files`);
    assert.equal(last, null);
    assert.match(warning!, /damage was found in .*shard-00\.sqlite: the file file \d+: .*verify --repair/);
    const before = running!.begun_at;
    await new Scrub(store, new ScrubRecord(store.dataFolder), new Rest(), TIMES).runIfDue();
    const after = statusOf(store);
    assert.deepEqual([after.running, after.last?.begun_at, after.last?.files], [null, before, 59 + 1]);
    assert.ok(after.last!.problems.some(({ file_id }) => file_id !== undefined));
    assert.match(after.warning!, /damage was found in/);
    await migrate(store, { shards: 2, salvage: true });
    assert.equal(statusOf(store).warning, null); // it was of the store before
  }));

Deno.test("a scrub waits for a store that is in use, and reads all the same when that takes too long", () =>
  withShards(async (store) => {
    for (const [isBusy, perLook] of [[true, 0], [false, 1]] as const) {
      const load = new Rest(), looks = { count: 0 };
      load.isBusy = isBusy;
      Object.defineProperty(load, "operations", { get: () => looks.count += perLook });
      const scrub = new Scrub(store, new ScrubRecord(store.dataFolder), load, TIMES), ended = scrub.runIfDue();
      while (!statusOf(store).running) await new Promise((resolve) => setTimeout(resolve, 5));
      const { files } = statusOf(store).running!;
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(statusOf(store).running!.files, files);
      await scrub.stop();
      await ended;
      const impatient = new Scrub(store, new ScrubRecord(store.dataFolder), load, { ...TIMES, patience: 0 });
      await impatient.runIfDue();
      assert.equal(statusOf(store).running, null);
      Deno.removeSync(join(store.dataFolder, "scrub.json"));
    }
  }));
