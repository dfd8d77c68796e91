import { join } from "node:path";
import { findInstalled, PostgresServer } from "../../src/postgres_server/mod.ts";

/** A PostgreSQL server for the benchmark: its address, what it is, and its end. */
export interface BenchServer extends AsyncDisposable {
  url: string;
  name: string;
}

/** The server at an address, or one that the product sets up from binaries on this machine; undefined where none are. */
export async function benchServer(url: string | undefined, folder: string): Promise<BenchServer | undefined> {
  if (url) return { url, name: "the server that was named", [Symbol.asyncDispose]: () => Promise.resolve() };
  const [found] = await findInstalled();
  if (!found) return undefined;
  await Deno.mkdir(folder);
  if (Deno.build.os !== "windows") await Deno.chmod(join(folder, ".."), 0o755); // the server runs as another user when this is root
  const server = new PostgresServer(folder);
  await server.install({ kind: "folder", folder: found.folder });
  const { user, password, host, port, database } = await server.start();
  return {
    url: `postgres://${user}:${password}@${host}:${port}/${database}`,
    name: `PostgreSQL ${found.version}, set up by usync-db`,
    [Symbol.asyncDispose]: () => server.close(),
  };
}
