import assert from "node:assert/strict";
import { join } from "node:path";
import { freeBytes } from "../../src/files/full_disk.ts";
import { migrate, openStore } from "../support/folder_store.ts";
import { CAN_MOUNT, onSmallDisk } from "../support/small_disk.ts";
import { assertNoLeftovers, digestOf, fill } from "./test_store.ts";

Deno.test({
  name: "a disk that is too small for a migration is told before anything is written (needs root on Linux)",
  ignore: !CAN_MOUNT,
  fn: () =>
    onSmallDisk(40e6, async (folder) => {
      await using store = await openStore(join(folder, "data"));
      await fill(store, 100_000);
      const digest = await digestOf(store);
      await Deno.writeFile(join(folder, "filler"), new Uint8Array(freeBytes(folder) - 1e6));
      await assert.rejects(migrate(store, { shards: 3 }), /Cannot migrate: the disk of .* MB are missing/);
      assertNoLeftovers(store.dataFolder, store.manifest);
      assert.equal(await digestOf(store), digest);
    }),
});

for (const left of [2e6, 0]) {
  Deno.test({
    name: `a disk that fills up to ${left} bytes during a migration leaves the source in charge (needs root on Linux)`,
    ignore: !CAN_MOUNT,
    fn: () =>
      onSmallDisk(200e6, async (folder) => {
        await using store = await openStore(join(folder, "data"));
        await fill(store, 60_000);
        const digest = await digestOf(store);
        let full = false;
        const onProgress = () => {
          if (full) return;
          full = true;
          Deno.writeFileSync(join(folder, "filler"), new Uint8Array(freeBytes(folder) - left));
        };
        await assert.rejects(
          migrate(store, { shards: 3, onProgress }),
          /Cannot migrate: the disk is full, about [\d.]+ MB are missing/,
        );
        assertNoLeftovers(store.dataFolder, store.manifest);
        assert.equal(await digestOf(store), digest);
        await Deno.remove(join(folder, "filler"));
        assert.equal((await migrate(store, { shards: 3 }))?.to.shards, 3);
        assert.equal(await digestOf(store), digest);
        assert.deepEqual((await store.verify()).problems, []);
      }),
  });
}
