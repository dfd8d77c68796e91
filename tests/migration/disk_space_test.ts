import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type FolderStore, migrate, openStore } from "../support/folder_store.ts";
import { bytesNeeded } from "../../src/migration/disk_space.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { fill } from "./test_store.ts";

/** Bytes of all files below a folder. */
function bytesBelow(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    bytes += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

/** Runs `work`; gives the most bytes that the folder had meanwhile beyond those before. */
async function extraBytesOf(folder: string, work: () => Promise<unknown>): Promise<number> {
  const before = bytesBelow(folder);
  let most = before;
  const look = () => most = Math.max(most, bytesBelow(folder));
  const timer = setInterval(look, 10);
  await work().finally(() => clearInterval(timer));
  look();
  return most - before;
}

const FILLS: Record<string, (store: FolderStore) => Promise<unknown>> = {
  "large files": (store) => fill(store, 60_000),
  "small files": (store) =>
    store.putFiles(Array.from({ length: 10_000 }, (_, i) => {
      const name = `${(i * 7919) % 10_007}.${i % 1000}.some.words.of.file.${i}.rar`, day = 1 + (i * 7919) % 28;
      return postedRecord(`f${i}`, 1, { name, created_at: `2024-02-${`${day}`.padStart(2, "0")}T00:00:00Z` });
    })),
};

for (const [what, fillStore] of Object.entries(FILLS)) {
  Deno.test(`a migration of ${what} takes no more room than it asks for`, () =>
    inTempFolder(async (folder) => {
      await using store = await openStore(join(folder, "data"));
      await fillStore(store);
      for (const shape of [{ tier: "sharded", shards: 10 }, { tier: "sqlite", shards: 1 }] as const) {
        const { database_bytes } = await store.totals();
        const asked = bytesNeeded(shape.tier, database_bytes, shape.shards);
        const taken = await extraBytesOf(folder, () => migrate(store, shape));
        assert.ok(taken <= asked, `${shape.shards} shards: ${taken} bytes taken, ${asked} asked for`);
        await store.discardOld();
      }
    }));
}
