/**
 * Runs a PostgreSQL server for the tests until their process, whose number is the argument, ends, however it does. Prints the
 * server's address.
 */
import { join } from "node:path";
import process from "node:process";
import { PostgresServer, withConnection } from "../../src/postgres_server/mod.ts";
import { testBin } from "../postgres_server/test_archives.ts";
import { remove } from "../../src/files/held.ts";
import { leaveShared } from "./shared_folder.ts";

/** Wine knows the numbers of processes that are gone: there it also ends when nobody has come for longer than tests take. */
const IDLE_SECONDS = Deno.build.os === "windows" ? 1200 : Infinity;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "usync-postgres-" }));
if (Deno.build.os !== "windows") await Deno.chmod(folder, 0o755);
try {
  const server = new PostgresServer(join(folder, "data"));
  await server.install({ kind: "folder", folder: await testBin() });
  const connection = await server.start();
  await withConnection(connection, async (sql) => {
    // These tests are not about power cuts, and wait for the disk at every turn otherwise.
    await sql.unsafe("ALTER SYSTEM SET fsync = off");
    await sql`SELECT pg_reload_conf()`;
    const { user, password, host, port, database } = connection;
    console.log(`postgres://${user}:${password}@${host}:${port}/${database}`);
    let sessions = "";
    for (let idle = 0; idle < IDLE_SECONDS && isAlive(Number(Deno.args[0])); idle++) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const [counted] = await sql`SELECT sum(sessions) AS sessions FROM pg_stat_database`;
      if (counted.sessions !== sessions) idle = 0;
      sessions = counted.sessions;
    }
  });
  await server.stop();
} finally {
  await remove(folder);
  await leaveShared(!isAlive(Number(Deno.args[0])));
}
