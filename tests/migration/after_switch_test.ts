import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsyncError } from "../../src/domain/errors.ts";
import { migrate, openStore } from "../support/folder_store.ts";
import { LocalSession } from "../../src/session/local_session.ts";
import { postedRecord } from "../support/records_of.ts";
import { CAN_MOUNT } from "../support/small_disk.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { assertStore, digestOf, fill } from "./test_store.ts";

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

Deno.test({
  name: "a file that cannot be removed after the switch stops no migration and no command, and is told until it can",
  ignore: !CAN_MOUNT, // a mount point is what cannot be removed
  fn: () =>
    inTempFolder(async (folder) => {
      const log = join(folder, "changes.log");
      let digest = "", isHeld = false;
      {
        await using store = await openStore(folder);
        await fill(store, 2000);
        digest = await digestOf(store);
        const onProgress = async () => {
          if (isHeld) return;
          isHeld = true;
          await run("mount", "--bind", log, log);
        };
        const report = await migrate(store, { shards: 3, onProgress: () => void onProgress() });
        assert.deepEqual(report?.to, { tier: "sharded", shards: 3 });
        assert.ok(existsSync(log));
        assert.deepEqual([...store.cleanUpFailures.keys()], ["changes.log"]);
        assert.equal(await store.putFile(postedRecord("after the switch", 3)), "added");
        assert.equal(await store.deleteFile("after the switch"), true);
      }
      {
        await using session = await LocalSession.open(folder);
        const { left } = await session.status();
        assert.deepEqual(left.map(({ where }) => where), ["changes.log"]);
        assert.match(left[0].why!, /EBUSY|busy/i);
      }
      await run("umount", log);
      await (await openStore(folder)).close();
      assert.equal(existsSync(log), false);
      await using store = await openStore(folder);
      await store.discardOld();
      await store.close();
      await assertStore(folder, digest, 3);
    }),
});

Deno.test("closing during a migration ends it, lets the folder go, and the next one continues", () =>
  inTempFolder(async (folder) => {
    const store = await openStore(folder);
    await fill(store, 20_000);
    const digest = await digestOf(store), started = Promise.withResolvers<void>();
    const move = migrate(store, { shards: 3, onProgress: () => started.resolve() });
    const ended = assert.rejects(move, (error) => error instanceof UsyncError && /closed/.test(error.message));
    await started.promise;
    await store.close();
    await ended;
    const again = await openStore(folder, { grow: false });
    assert.deepEqual(again.manifest.move?.shards, 3);
    assert.deepEqual((await migrate(again))?.to, { tier: "sharded", shards: 3 });
    await again.discardOld();
    await again.close();
    await assertStore(folder, digest, 3);
  }));

Deno.test("migrations that are asked for at once come one after the other", () =>
  inTempFolder(async (folder) => {
    const store = await openStore(folder);
    await fill(store, 3000);
    const digest = await digestOf(store);
    const reports = await Promise.all([
      migrate(store, { shards: 3 }),
      migrate(store, { shards: 3 }),
      migrate(store, { shards: 4 }),
    ]);
    assert.deepEqual(reports.map((report) => report?.to.shards), [3, undefined, 4]);
    await store.discardOld();
    await store.close();
    await assertStore(folder, digest, 4);
  }));
