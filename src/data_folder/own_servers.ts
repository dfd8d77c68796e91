import { existsSync } from "node:fs";
import { UsyncError } from "../domain/errors.ts";
import {
  foreignContents,
  isNewer,
  PostgresServer,
  SERVER_FOLDERS,
  type ServerFolder,
  serverLayout,
} from "../postgres_server/mod.ts";
import { isSchemaOfOurs, type Manifest, serverOf, serversInUse } from "./manifest.ts";

/**
 * The server of a data folder that the store is in, else the one that it would be moved into: of two, that of the newer
 * version.
 */
export async function currentServer(dataFolder: string, manifest: Manifest | undefined): Promise<ServerFolder> {
  const inCharge = manifest && serverOf(manifest);
  if (inCharge) return inCharge;
  let [current]: readonly ServerFolder[] = SERVER_FOLDERS, newest = "";
  for (const folder of foldersThere(dataFolder)) {
    const { version, cluster } = await new PostgresServer(dataFolder, { folder }).status();
    if (version !== null && cluster !== null && isNewer(version, newest)) [current, newest] = [folder, version];
  }
  return current;
}

function foldersThere(dataFolder: string): ServerFolder[] {
  return SERVER_FOLDERS.filter((folder) => existsSync(serverLayout(dataFolder, folder).root));
}

/**
 * Removes the servers of a data folder that another one has taken the place of, once nothing of the store is in them.
 * Throws a `UsyncError` where somebody else has put something there.
 */
export async function removeReplacedServers(dataFolder: string, manifest: Manifest): Promise<void> {
  const folders = foldersThere(dataFolder);
  if (folders.length === 0) return;
  const current = await currentServer(dataFolder, manifest), used = serversInUse(manifest);
  for (const folder of folders.filter((folder) => folder !== current && !used.has(folder))) {
    await using server = new PostgresServer(dataFolder, { folder });
    const { state, cluster } = await server.status();
    if (state === "absent") continue;
    if (cluster !== null) await refuseForeign(server);
    await server.uninstall({ deleteData: true });
  }
}

async function refuseForeign(server: PostgresServer): Promise<void> {
  const foreign = await foreignContents(await server.start(), isSchemaOfOurs);
  if (foreign.length === 0) return;
  throw new UsyncError(
    `The PostgreSQL in ${server.layout.root} is kept: it also has ${foreign.slice(0, 5).join(", ")}, not usync-db's`,
    { hint: "Move that elsewhere and drop it there." },
  );
}
