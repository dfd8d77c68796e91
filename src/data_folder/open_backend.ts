import { existsSync } from "node:fs";
import { join } from "node:path";
import { remove, rename } from "../files/held.ts";
import { PostgresServer, serverLayout } from "../postgres_server/mod.ts";
import type { Database } from "../postgres/connections.ts";
import { checkDatabase, dropDatabase } from "../postgres/check_database.ts";
import { PostgresStore } from "../postgres/postgres_store.ts";
import { SqliteStore } from "../sqlite/sqlite_store.ts";
import type { Backend } from "../store/backend.ts";
import { createShards } from "./data_folder.ts";
import { isInOwnServer, type Place, serverOf, shardPaths } from "./manifest.ts";

/**
 * Opens the backend that a place names; a PostgreSQL server of the data folder is started, and stopped at the end.
 * `isReadOnly`: nobody may write its shards.
 */
export function openBackend(dataFolder: string, place: Place, options?: { isReadOnly?: boolean }): Promise<Backend> {
  if (place.tier === "postgres") return openPostgres(dataFolder, place, true);
  return SqliteStore.open(shardPaths(dataFolder, place), options);
}

/** Opens the backend that a migration writes; it is made, empty, where it is not there yet. */
export async function openTarget(dataFolder: string, place: Place): Promise<Backend> {
  if (place.tier === "postgres") return await openPostgres(dataFolder, place, false);
  if (!existsSync(join(dataFolder, place.folder))) await createShards(dataFolder, place);
  return await openBackend(dataFolder, place);
}

async function openPostgres(dataFolder: string, place: Place, indexes: boolean): Promise<Backend> {
  const [database, close] = await reach(dataFolder, place);
  try {
    return await PostgresStore.open(database, {
      indexes,
      onClose: close,
      scratchFolder: dataFolder,
    });
  } catch (error) {
    await close();
    throw error;
  }
}

/** A place's database on its server, and what ends the use of that. */
async function reach(dataFolder: string, place: Place): Promise<[Database, () => Promise<void>]> {
  const { url, folder: schema } = place;
  if (url) return [{ url, schema }, () => Promise.resolve()];
  const server = new PostgresServer(dataFolder, { folder: serverOf(place) });
  const start = async () => {
    const { user, password, host, port, database } = await server.start();
    return `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
  };
  return [{ url: await start(), schema, restart: start }, () => server.close()];
}

/** Throws a `UsyncError` when a place is on a server that does not let us in. */
export async function checkPlace({ url, folder: schema }: Place): Promise<void> {
  if (url) await checkDatabase({ url, schema });
}

/** Whether a server must be asked to remove what is at a place. */
export function needsServer(dataFolder: string, place: Place): boolean {
  if (place.tier !== "postgres") return false;
  return !isInOwnServer(place) || existsSync(serverLayout(dataFolder, serverOf(place)).cluster);
}

/** Removes all that is at a place. */
export async function removePlace(dataFolder: string, place: Place): Promise<void> {
  if (place.tier === "postgres") {
    if (!needsServer(dataFolder, place)) return; // it went with its server
    const [database, close] = await reach(dataFolder, place);
    try {
      await dropDatabase(database);
    } finally {
      await close();
    }
    return;
  }
  const folder = join(dataFolder, place.folder), unfinished = `${folder}.new`;
  await remove(unfinished);
  if (!existsSync(folder)) return;
  await rename(folder, unfinished); // in one step: a folder with some of its shards is never found
  await remove(unfinished);
}
