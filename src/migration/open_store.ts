import { openFolderStore, type OpenOptions as FolderOptions } from "../data_folder/open_store.ts";
import type { FolderStore } from "../data_folder/folder_store.ts";
import { Growth, type GrowthListener } from "./growth.ts";

export type { FolderOptions };

/** How a store is opened. */
export interface OpenOptions extends FolderOptions {
  /** Whether the store grows from one SQLite file to shards when it reaches a limit (default true). */
  grow?: boolean;
  /** Told of every growth. */
  onGrowth?: GrowthListener;
}

/** Opens the store in a data folder, and watches its size. */
export async function openGrowingStore(dataFolder: string, options: OpenOptions = {}): Promise<FolderStore> {
  const store = await openFolderStore(dataFolder, options);
  if (options.grow === false) return store;
  const growth = new Growth(store);
  if (options.onGrowth) growth.listen(options.onGrowth);
  store.observer = growth;
  return store;
}
