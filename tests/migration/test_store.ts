import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type FolderStore, openStore } from "../support/folder_store.ts";
import type { Manifest } from "../../src/data_folder/manifest.ts";
import { generateFiles, KINDS } from "../../tasks/generator/generate_files.ts";
import { oddNames } from "../support/odd_names.ts";

/** Fills a store with files of every kind. */
export async function fill(store: FolderStore, segments: number, seed = 1): Promise<void> {
  const load = store.bulkLoad();
  for (const kind of KINDS) await load.put(generateFiles({ segments: Math.ceil(segments / KINDS.length), seed, kind }));
  await load.finish();
}

/** A digest of everything in a store, in order. */
export async function digestOf(store: FolderStore): Promise<string> {
  const digest = createHash("sha256");
  for await (const record of store.stream()) digest.update(JSON.stringify(record) + "\n");
  return digest.digest("hex");
}

/** The folder holds what its manifest names and nothing else. */
export function assertNoLeftovers(dataFolder: string, manifest: Manifest): void {
  assert.equal(manifest.move, null);
  assert.deepEqual(oddNames(dataFolder, manifest), []);
}

/** Everything is there, nothing is wrong, nothing is left over. */
export async function assertStore(dataFolder: string, digest: string, shards: number): Promise<void> {
  await using store = await openStore(dataFolder, { create: false });
  assert.equal(store.manifest.shards, shards);
  assert.equal(await digestOf(store), digest);
  assert.deepEqual((await store.verify()).problems, []);
  assertNoLeftovers(dataFolder, store.manifest);
}
