import { UsyncError } from "../domain/errors.ts";
import type { FolderStore } from "../data_folder/folder_store.ts";
import { serverOf, serversInUse, upgradeTarget } from "../data_folder/manifest.ts";
import {
  type BinariesSource,
  isNewer,
  majorVersion,
  PostgresServer,
  type Report,
  SERVER_FOLDERS,
  type ServerFolder,
} from "../postgres_server/mod.ts";
import { bytesNeeded, checkDiskSpace } from "./disk_space.ts";
import { migrate, type MoveProgress, type MoveReport } from "./migrate.ts";

/** How the PostgreSQL of a data folder is upgraded. */
export interface UpgradeOptions {
  /** The newer programs. May be left out to go on with an upgrade that was cut off. */
  source?: BinariesSource;
  report?: Report;
  onProgress?: (progress: MoveProgress) => void;
}

/** Bytes of the programs of PostgreSQL and of an empty cluster. */
export const SERVER_BYTES = 4e8;

/**
 * Upgrades the PostgreSQL of the data folder that the store is in. A newer minor version replaces the programs: the server is
 * stopped for a moment in which writes wait. For another major version a second server is set up beside, and the store is
 * migrated into it: see `migrate`; the old server is kept with the old store. One that was cut off goes on. Gives what was
 * moved, undefined where only the programs were replaced. Throws a `UsyncError`; the store then goes on as it was.
 */
export async function upgradeServer(
  store: FolderStore,
  { source, report, onProgress }: UpgradeOptions,
): Promise<MoveReport | undefined> {
  const here = serverInCharge(store), there = SERVER_FOLDERS.find((folder) => folder !== here)!;
  const open = (folder: ServerFolder) => new PostgresServer(store.dataFolder, { folder, report });
  await using from = open(here);
  await using to = open(there);
  const isCutOff = upgradeTarget(store.manifest) === there;
  if (!isCutOff && await store.oneMigration(() => prepare(store, from, to, source)) === "updated") return undefined;
  const { stays } = await from.status();
  try {
    const moved = await migrate(store, { server: there, onProgress });
    if (stays) await keepRunning(from, to);
    return moved;
  } finally {
    // Nobody needs the new server where the migration did not even begin.
    if (!store.isClosed && !store.manifest.move) await store.removeLeftovers({ servers: true });
  }
}

function serverInCharge({ manifest }: FolderStore): ServerFolder {
  const here = serverOf(manifest);
  if (here) return here;
  throw new UsyncError("Cannot upgrade PostgreSQL: the store is not in the PostgreSQL of its data folder", {
    hint: "`usync-db postgres uninstall --delete-data` and `usync-db postgres install` bring another version.",
  });
}

/** Installs the newer programs: in the place of those that are there, or as a server beside. */
async function prepare(
  store: FolderStore,
  from: PostgresServer,
  to: PostgresServer,
  source: BinariesSource | undefined,
): Promise<"updated" | "installed"> {
  if (store.manifest.move) await store.abandonMove();
  if (source === undefined) throw new UsyncError("Cannot upgrade PostgreSQL: nothing says to which programs");
  if (serversInUse(store.manifest).size > 1) {
    throw new UsyncError("Cannot upgrade PostgreSQL: the one before the last upgrade is still kept", {
      hint: "Remove it first: `usync-db migrate --discard-old`.",
    });
  }
  const { database_bytes } = await store.totals();
  const { version: before } = await from.status();
  await store.removeLeftovers({ servers: true }); // a server that an upgrade has set up which never began
  const version = await to.fetchBinaries(source);
  const isOlder = before !== null && !isNewer(version, before);
  if (isOlder || majorVersion(version) === majorVersion(before ?? version)) {
    try {
      if (isOlder) {
        throw new UsyncError(`Nothing to upgrade: PostgreSQL ${before} is here, and ${version} is not newer`);
      }
      await store.settleWrites(() => from.takeBinaries(to));
    } finally {
      await to.uninstall({ deleteData: true });
    }
    return "updated";
  }
  checkDiskSpace(store.dataFolder, bytesNeeded("postgres", database_bytes, 1) + SERVER_BYTES);
  await to.install();
  return "installed";
}

/** Has the new server go on without us as the old one did. */
async function keepRunning(from: PostgresServer, to: PostgresServer): Promise<void> {
  await from.stop();
  await to.start({ stay: true });
}
