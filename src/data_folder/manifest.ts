import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { explainFileError } from "../files/explain_file_error.ts";
import { isDiskFull, LITTLE_BYTES } from "../files/full_disk.ts";
import { removeNow } from "../files/held.ts";
import { replaceFileNow } from "../files/replace.ts";
import { SERVER_FOLDERS, type ServerFolder } from "../postgres_server/mod.ts";
import { checkVersion } from "../store/check_version.ts";
import type { Settings } from "../store/settings.ts";
import type { UnlikeShard } from "./shard_commits.ts";
import type { Tier } from "../store/store.ts";
import { TIERS } from "../store/tier_policy.ts";

/** The version of the manifest's format that this program writes. */
const VERSION = 1;

/** Where a tier's data is. */
export interface Place {
  tier: Tier;
  /** The folder of the shards inside the data folder; on `postgres`, the schema in the database. */
  folder: string;
  shards: number;
  /** On `postgres`: the server's address, null for the one of the data folder. */
  url?: string | null;
  /** In a PostgreSQL of the data folder: the folder of that server, `postgres` when left out. */
  server?: ServerFolder;
}

/** Whether a place is in the PostgreSQL of the data folder. */
export function isInOwnServer({ tier, url }: Place): boolean {
  return tier === "postgres" && !url;
}

/** The folder of the data folder's server that a place is in; undefined when it is in none. */
export function serverOf(place: Place): ServerFolder | undefined {
  return isInOwnServer(place) ? place.server ?? "postgres" : undefined;
}

/** The servers of the data folder that have the store, the target of a migration, or what migrations have left behind. */
export function serversInUse(manifest: Manifest): Set<ServerFolder> {
  const { move, old, removing } = manifest;
  return new Set([manifest, ...(move ? [move] : []), ...old, ...removing].flatMap((place) => serverOf(place) ?? []));
}

/** The server that an upgrade which was cut off leads to; undefined where none was. */
export function upgradeTarget(manifest: Manifest): ServerFolder | undefined {
  const here = serverOf(manifest), there = manifest.move ? serverOf(manifest.move) : undefined;
  return here !== undefined && there !== here ? there : undefined;
}

/** The name of a schema that no other store has. */
function newSchema(): string {
  return `usync_${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`;
}

/** Whether a schema has a name as `newSchema` gives them. */
export function isSchemaOfOurs(schema: string): boolean {
  return /^usync_[0-9a-f]{16}$/.test(schema);
}

/** The place alone of what holds more. */
export function placeOf({ tier, folder, shards, url, server }: Place): Place {
  return { tier, folder, shards, ...(url !== undefined && { url }), ...(server !== undefined && { server }) };
}

/** A store that a migration has left behind. */
export interface OldPlace extends Place {
  /** Whether something was written after the move: the old store lacks that. */
  outdated: boolean;
  /** Database bytes when it was left; files may have shrunk or grown since. */
  bytes?: number;
}

/** What a data folder holds: the file `store.json`. */
export interface Manifest extends Place {
  version: number;
  /** Names this store among all others. */
  store_id: string;
  settings: Settings;
  /** Where a migration that has not ended puts the store. */
  move: Place | null;
  /** What migrations have left behind, the latest last. */
  old: OldPlace[];
  /** What is being removed. */
  removing: Place[];
  /** When a copy of a store that was in use was opened first, as RFC 3339, until a verification finds that it is whole. */
  copied?: string;
  /** Shards that are copies of another time than the rest, until a repair makes a whole store of what there is. */
  unlike?: UnlikeShard[];
}

/** The manifest of a new, empty store. */
export function newManifest(): Manifest {
  return {
    version: VERSION,
    store_id: crypto.randomUUID(),
    tier: "sqlite",
    folder: "sqlite-1",
    shards: 1,
    settings: {},
    move: null,
    old: [],
    removing: [],
  };
}

/** The paths of the shards of a store. */
export function shardPaths(dataFolder: string, { folder, shards }: Place): string[] {
  return Array.from(
    { length: shards },
    (_, i) => join(dataFolder, folder, `shard-${String(i).padStart(2, "0")}.sqlite`),
  );
}

/** Reads the manifest of a data folder; undefined when there is none. Throws a `UsyncError` when it cannot be read. */
export function readManifest(dataFolder: string): Manifest | undefined {
  const path = join(dataFolder, "store.json");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw new UsyncError(`Cannot open the store: ${path} cannot be read: ${messageOf(error)}`, {
      hint: "It belongs to the account that made the store, which alone may read it.",
      cause: error,
    });
  }
  const manifest = parse(text, path);
  const failed = "Cannot open the store", subject = "the manifest";
  checkVersion({ failed, subject, found: manifest.version, first: VERSION, current: VERSION });
  return manifest;
}

function parse(text: string, path: string): Manifest {
  try {
    const manifest = JSON.parse(text);
    if (manifest?.version > VERSION || isManifest(manifest)) return manifest;
  } catch {
    // told below, like every other content that is no manifest
  }
  throw new UsyncError(`Cannot open the store: ${path} is damaged`, {
    hint: "Put store.json back from a backup. The databases beside it are not touched.",
  });
}

function isManifest(value: Manifest): boolean {
  const isPlace = (place: Place) =>
    TIERS.includes(place?.tier) && /^[\w-]+$/.test(place.folder) && Number.isInteger(place.shards) &&
    place.shards >= 1 && (place.server === undefined || SERVER_FOLDERS.includes(place.server));
  return value?.version === VERSION && isPlace(value) && (value.move === null || isPlace(value.move)) &&
    value.old.every(isPlace) && value.removing.every(isPlace) &&
    typeof value.settings === "object" && value.settings !== null;
}

/** Replaces the manifest in one step that survives a power cut. Throws a `UsyncError`; the manifest is then as it was. */
export function writeManifest(dataFolder: string, manifest: Manifest): void {
  const path = join(dataFolder, "store.json");
  try {
    const isSecret = isOnServer(manifest);
    replaceFileNow(path, JSON.stringify(manifest, null, 2) + "\n", { mode: 0o600, isSecret });
  } catch (error) {
    if (isDiskFull(error)) throw explainFileError(error, `write ${path}`, dataFolder, LITTLE_BYTES);
    throw new UsyncError(`Cannot write ${path}: ${messageOf(error)}`, {
      hint: "Check the rights on the folder and the space on its disk, and run the command again.",
      cause: error,
    });
  }
}

/** Whether it names a server by its address, which holds a password. */
function isOnServer({ url, move, old, removing }: Manifest): boolean {
  return !!url || !!move?.url || [...old, ...removing].some((place) => place.url);
}

/** Removes what a writing of the manifest has left that was cut off. */
export function removeUnfinishedManifest(dataFolder: string): void {
  removeNow(join(dataFolder, "store.json.new"));
}

/** A folder, or schema, for a target that no other has. */
export function newFolder(dataFolder: string, tier: Tier): string {
  if (tier === "postgres") return newSchema();
  const numbers = readdirSync(dataFolder).map((name) => Number(/^sqlite-(\d+)/.exec(name)?.[1] ?? 0));
  return `sqlite-${Math.max(0, ...numbers) + 1}`;
}
