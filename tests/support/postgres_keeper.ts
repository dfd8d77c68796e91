/**
 * Runs a PostgreSQL server for the tests until their process, which holds the other end of stdin, ends, however it does.
 * Prints the server's address.
 */
import { join } from "node:path";
import { PostgresServer, withConnection } from "../../src/postgres_server/mod.ts";
import { packTestArchive } from "../postgres_server/test_archives.ts";
import { remove } from "../../src/postgres_server/file_access.ts";

const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "usync-postgres-" }));
if (Deno.build.os !== "windows") await Deno.chmod(folder, 0o755);
try {
  const archive = join(folder, "postgresql.tar.gz");
  await packTestArchive(archive);
  const server = new PostgresServer(join(folder, "data"));
  await server.install({ kind: "archive", file: archive });
  const connection = await server.start();
  // These tests are not about power cuts, and wait for the disk at every turn otherwise.
  await withConnection(connection, (sql) => sql.unsafe("ALTER SYSTEM SET fsync = off"));
  await withConnection(connection, (sql) => sql`SELECT pg_reload_conf()`);
  const { user, password, host, port, database } = connection;
  console.log(`postgres://${user}:${password}@${host}:${port}/${database}`);
  await Deno.stdin.readable.pipeTo(new WritableStream());
  await server.stop();
} finally {
  await remove(folder);
}
