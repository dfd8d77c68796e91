import { existsSync, mkdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { explainFileError } from "../files/explain_file_error.ts";
import { isDiskFull } from "../files/full_disk.ts";
import { removeNow, renameNow } from "../files/held.ts";
import { syncFile, syncFolder } from "../files/replace.ts";
import { createShard } from "../sqlite/schema.ts";
import { SqliteStore } from "../sqlite/sqlite_store.ts";
import { type Manifest, newManifest, type Place, shardPaths, writeManifest } from "./manifest.ts";

/** Throws a `UsyncError` when what is to be a data folder, or `path` that it is in, is a file. */
export function refuseFile(dataFolder: string, path = dataFolder): void {
  if (!isFile(path)) return;
  throw new UsyncError(`Cannot use the data folder ${dataFolder}: ${path} is a file`, {
    hint: "Name a folder (--data DIR), or move that file away.",
  });
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false; // not there, or what uses it will tell what is wrong with it
  }
}

/** Makes the data folder itself. */
export function makeDataFolder(dataFolder: string): void {
  refuseFile(dataFolder);
  try {
    mkdirSync(dataFolder, { recursive: true });
  } catch (error) {
    refuseFile(dataFolder, dirname(dataFolder));
    throw new UsyncError(`Cannot make the data folder ${dataFolder}: ${messageOf(error)}`, {
      hint: "Choose a folder that your account may write in (--data DIR).",
      cause: error,
    });
  }
}

/** Makes an empty store in a data folder. The manifest, written last, is what makes it one. */
export async function createStore(dataFolder: string): Promise<Manifest> {
  const manifest = newManifest();
  const paths = shardPaths(dataFolder, manifest), folder = dirname(paths[0]);
  if (existsSync(folder)) await refuseUnlessEmpty(dataFolder, folder, paths);
  else await createShards(dataFolder, manifest);
  writeManifest(dataFolder, manifest);
  return manifest;
}

/** What an empty shard takes, about. */
const SHARD_BYTES = 2e5;

/** Makes empty shards, all or none: their folder gets its name last. */
export async function createShards(dataFolder: string, place: Place): Promise<void> {
  const paths = shardPaths(dataFolder, place), folder = dirname(paths[0]), unfinished = `${folder}.new`;
  try {
    removeNow(unfinished);
    mkdirSync(unfinished);
    for (const path of paths) {
      const shard = join(unfinished, basename(path));
      createShard(shard);
      await syncFile(shard); // readers of this thread come in between
    }
    syncFolder(unfinished);
    renameNow(unfinished, folder);
    syncFolder(dataFolder);
  } catch (error) {
    if (isDiskFull(error)) throw explainFileError(error, "make shards", dataFolder, paths.length * SHARD_BYTES);
    throw new UsyncError(`Cannot make shards in ${dataFolder}: ${messageOf(error)}`, {
      hint: "Check the rights on the folder and the space on its disk.",
      cause: error,
    });
  }
}

/** Shards without a manifest are left from a first start that was cut off, or somebody's data. */
async function refuseUnlessEmpty(dataFolder: string, folder: string, paths: string[]): Promise<void> {
  const store = await SqliteStore.open(paths);
  const { files } = await store.totals();
  await store.close();
  if (files === 0) return;
  throw new UsyncError(
    `Cannot make a store in ${dataFolder}: ${folder} holds ${
      files === 1 ? "a file" : `${files} files`
    }, but store.json is missing`,
    {
      hint: "Put store.json back from a backup, or choose another folder (--data DIR).",
    },
  );
}
