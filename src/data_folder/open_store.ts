import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsyncError } from "../domain/errors.ts";
import { createStore, makeDataFolder } from "./data_folder.ts";
import { FolderLock } from "./folder_lock.ts";
import { FolderStore } from "./folder_store.ts";
import { readManifest, removeUnfinishedManifest } from "./manifest.ts";
import { openBackend } from "./open_backend.ts";
import { unlikeShards } from "./shard_commits.ts";
import { removeSpilled } from "../files/spill.ts";

/** How the store of a data folder is opened. */
export interface OpenOptions {
  /** Makes an empty store where there is none (default true). */
  create?: boolean;
  /** Opens what a restore has not finished; only a restore does. */
  isRestoring?: boolean;
}

/** The file of a data folder whose store is still being restored. */
export const RESTORE_FILE = "restore.json";

/**
 * Opens the store in a data folder and holds the folder until `close`. Nobody watches its size; see `openStore` of mod.ts.
 *
 * Throws a `UsyncError` when the folder is in use, cannot be written, or holds something else.
 */
export async function openFolderStore(dataFolder: string, options: OpenOptions = {}): Promise<FolderStore> {
  if (options.create === false && !existsSync(join(dataFolder, "store.json"))) {
    throw new UsyncError(`There is no store in ${dataFolder}`, {
      hint: "Name the right folder (--data DIR), or make a store with an import.",
    });
  }
  makeDataFolder(dataFolder);
  const lock = FolderLock.take(dataFolder);
  try {
    if (!options.isRestoring) refuseUnrestored(dataFolder);
    const { isReadOnly } = lock;
    if (!isReadOnly) {
      removeUnfinishedManifest(dataFolder);
      removeSpilled(dataFolder);
    }
    const manifest = readManifest(dataFolder) ?? await createStore(dataFolder);
    const backend = await openBackend(dataFolder, manifest, { isReadOnly });
    const unlike = unlikeShards(manifest, lock.shards, await backend.commits(), lock.wasInOrder);
    const store = new FolderStore(dataFolder, manifest, backend, lock, unlike);
    if (!isReadOnly) await store.removeLeftovers();
    return store;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Throws a `UsyncError` when a restore into this folder has not ended. */
function refuseUnrestored(dataFolder: string): void {
  if (!existsSync(join(dataFolder, RESTORE_FILE))) return;
  throw new UsyncError(`Cannot open the store in ${dataFolder}: it is not wholly restored`, {
    hint: "Run the same `usync-db restore` again: it continues. Or remove the folder.",
  });
}
