import assert from "node:assert/strict";
import { SqliteStore } from "../../src/sqlite/sqlite_store.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { makeShards } from "./shards.ts";

/** Notes the workers that are started while `work` runs. */
async function workersOf(work: () => Promise<void>): Promise<string[]> {
  const { Worker } = globalThis, started: string[] = [];
  globalThis.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      started.push(`${url}`.split("/").at(-1)!);
    }
  };
  try {
    await work();
  } finally {
    globalThis.Worker = Worker;
  }
  return started;
}

Deno.test("shard after shard is read by one worker, for each start of one holds up queries", async () => {
  await inTempFolder(async (folder) => {
    const paths = makeShards(folder, 5), store = await SqliteStore.open(paths);
    try {
      const records = [...generateFiles({ segments: 2000, seed: 2 })];
      await store.putFiles(records);
      const read = async (parts: number[], shards: number) => {
        let files = 0;
        for (const part of parts) {
          for await (const round of store.readPart(part, "", shards)) {
            assert.equal(round.batches.length, shards);
            files += round.files;
          }
        }
        return files;
      };
      const started = await workersOf(async () => {
        const files = await Promise.all([read([0, 1, 2], 1), read([3, 4], 1)]);
        assert.equal(files[0] + files[1], records.length);
      });
      assert.deepEqual(started, ["copy_worker.ts", "copy_worker.ts"]);
      // One that was left in the middle, or has read for another target, does no harm.
      for await (const _ of store.readPart(0, "", 1)) break;
      assert.equal(await read([0, 1, 2, 3, 4], 3), records.length);
    } finally {
      await store.close();
    }
  });
});
