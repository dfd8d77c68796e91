import { UsyncError } from "../domain/errors.ts";
import { findInstalled, isNewer } from "./binaries.ts";
import { type BinariesSource, PINNED_VERSION, pinnedDownload } from "./binaries_source.ts";
import { PostgresServer } from "./postgres_server.ts";

/**
 * What a PostgreSQL of a data folder is installed from when nobody says: the programs that are on this machine, else the
 * download. Undefined when binaries are installed already. Throws a `UsyncError` where there is neither.
 */
export async function defaultSource(dataFolder: string): Promise<BinariesSource | undefined> {
  if ((await new PostgresServer(dataFolder).status()).binaries !== null) return undefined;
  const [found] = await findInstalled();
  return found ? { kind: "folder", folder: found.folder } : pinnedDownload() ?? noDownload();
}

/**
 * What a PostgreSQL of this version is upgraded from when nobody says: the newest programs that are on this machine or the
 * download, whichever is newer. Undefined when neither is newer than that.
 */
export async function newerSource(version: string): Promise<BinariesSource | undefined> {
  const [found] = await findInstalled(), pinned = pinnedDownload();
  if (pinned && isNewer(PINNED_VERSION, version) && !(found && isNewer(found.version, PINNED_VERSION))) return pinned;
  return found && isNewer(found.version, version) ? { kind: "folder", folder: found.folder } : undefined;
}

/** Says that there is no download for this system. */
export function noDownload(): never {
  throw new UsyncError(`Cannot install PostgreSQL: there is no download for this system (${Deno.build.target})`, {
    hint:
      "Install PostgreSQL with your system's packages and run this again, or name its binaries with --archive FILE " +
      "or --bin FOLDER.",
  });
}
