import { existsSync } from "node:fs";
import { join } from "node:path";
import { SqliteStore } from "../sqlite/sqlite_store.ts";
import type { Backend } from "../store/backend.ts";
import { createShards } from "./data_folder.ts";
import { type Place, shardPaths } from "./manifest.ts";

/** Opens the backend that a place names. */
export function openBackend(dataFolder: string, place: Place): Promise<Backend> {
  return SqliteStore.open(shardPaths(dataFolder, place));
}

/** Opens the backend that a migration writes; it is made, empty, where it is not there yet. */
export function openTarget(dataFolder: string, place: Place): Promise<Backend> {
  if (!existsSync(join(dataFolder, place.folder))) createShards(dataFolder, place);
  return openBackend(dataFolder, place);
}
