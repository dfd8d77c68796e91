import assert from "node:assert/strict";
import { join } from "node:path";
import { openStore } from "../../src/mod.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";

Deno.test("migrate, migrateBack and discardOld of the library run one after the other when they are asked for at once", () =>
  inTempFolder(async (folder) => {
    await using store = await openStore(join(folder, "data"));
    await store.putFile(postedRecord("f", 70));
    const ended: string[] = [];
    const end = <T>(name: string, work: Promise<T>) => work.then((result) => (ended.push(name), result));
    const [first, back, second, discarded] = await Promise.all([
      end("first", store.migrate({ shards: 2 })),
      end("back", store.migrateBack()),
      end("second", store.migrate({ shards: 3 })),
      end("discard", store.discardOld()),
    ]);
    assert.deepEqual(ended, ["first", "back", "second", "discard"]);
    assert.deepEqual([first?.to.shards, back.shards, second?.from.shards, second?.to.shards], [2, 1, 1, 3]);
    assert.deepEqual(discarded, { discarded: 1, left: [] });
    assert.deepEqual([store.tier, (await store.record("f"))?.segments.length], ["sharded", 70]);
    assert.deepEqual((await store.verify()).problems, []);
  }));

Deno.test("close of the library ends a migration, and those that wait fail when their turn comes", () =>
  inTempFolder(async (folder) => {
    const data = join(folder, "data"), store = await openStore(data);
    await store.putFile(postedRecord("f", 70));
    const asked = [store.migrate({ shards: 2 }), store.migrate({ shards: 3 }), store.discardOld(), store.migrateBack()];
    const ends = Promise.allSettled(asked);
    await store.close();
    for (const end of (await ends).slice(1)) {
      assert.match(end.status === "rejected" ? end.reason.message : "done", /closed/);
    }
    await using again = await openStore(data); // nothing holds the folder any more
    assert.equal((await again.record("f"))?.segments.length, 70);
  }));

Deno.test("the library's store shows nothing of what only migrations need", () =>
  inTempFolder(async (folder) => {
    await using store = await openStore(join(folder, "data"));
    for (const name of ["manifest", "backend", "changes", "beginMove", "switchTo", "oneMigration", "observer"]) {
      assert.equal(name in store, false, name);
    }
  }));
