import postgres from "postgres";
import { type Connection, PostgresServer, withConnection } from "../../src/postgres_server/mod.ts";
import { installPostgres } from "../../tests/support/install_postgres.ts";

/**
 * What of a server is killed: all its processes, as a power cut does; the first of them; or one that serves a connection,
 * after which the server starts all others anew. `stop`: all are stopped, and go on after.
 */
export const SERVER_KILLS = ["all", "postmaster", "backend", "stop"] as const;
export type ServerKill = typeof SERVER_KILLS[number];

/** Whether processes of a server can be found here, to kill them. */
export const CAN_KILL_SERVERS = Deno.build.os === "linux";

/** A PostgreSQL server that a storm kills. */
export class StormServer {
  readonly #server: PostgresServer;
  #stay: boolean;
  #port: number | undefined;
  /** Its processes that are stopped. */
  readonly #stopped: number[] = [];

  /** The server of a folder; with `stay` it runs until `stop`, else until nobody uses it. */
  constructor(folder: string, stay: boolean) {
    this.#server = new PostgresServer(folder);
    this.#stay = stay;
  }

  /** Installs it; it does not run yet. */
  async install(): Promise<void> {
    await installPostgres(this.#server);
  }

  /** Starts it, also after a kill. Throws when it cannot be where it was: stores know one that stays by its address. */
  async start(): Promise<Connection> {
    for (const pid of this.#stopped.splice(0)) signal(pid, "SIGCONT");
    const connection = await this.#server.start({ stay: this.#stay });
    if (this.#stay && (this.#port ??= connection.port) !== connection.port) {
      throw new Error(`Another program has taken port ${this.#port} of the storm's server; run it again`);
    }
    return connection;
  }

  /** Ends our use of it. */
  async release(): Promise<void> {
    await this.#server.close();
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  async isRunning(): Promise<boolean> {
    return (await this.#server.status()).pid !== null;
  }

  /** Kills what is there of it. */
  async kill(how: ServerKill): Promise<void> {
    const { pid } = await this.#server.status();
    if (pid === null) return;
    const children = childrenOf(pid), backends = children.filter(servesConnection);
    if (how === "stop") {
      this.#stopped.push(pid, ...children);
      for (const one of this.#stopped) signal(one, "SIGSTOP");
    } else if (how === "backend") signal(backends[backends.length - 1]);
    else {
      signal(pid);
      if (how === "all") { for (const child of children) signal(child); }
    }
  }
}

function signal(pid: number | undefined, how: "SIGKILL" | "SIGSTOP" | "SIGCONT" = "SIGKILL"): void {
  try {
    if (pid !== undefined) Deno.kill(pid, how);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function childrenOf(parent: number): number[] {
  const numbers = [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter(Number.isInteger);
  return numbers.filter((pid) => new RegExp(`^PPid:\t${parent}$`, "m").test(readProc(pid, "status")));
}

function servesConnection(pid: number): boolean {
  return readProc(pid, "cmdline").includes("127.0.0.1");
}

function readProc(pid: number, file: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${file}`);
  } catch {
    return ""; // it has ended
  }
}

/** The address of a database of a server. */
export function urlOf({ user, password, host, port }: Connection, database: string): string {
  return `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
}

/** Makes a database for one storm; gives its address. */
export async function createDatabase(connection: Connection, name: string): Promise<string> {
  await withConnection(connection, async (sql) => {
    await sql.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await sql.unsafe(`CREATE DATABASE ${name}`);
  });
  return urlOf(connection, name);
}

/** The schemas of stores in a database. */
export async function storeSchemas(url: string): Promise<string[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return (await sql`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'usync%'`).map(({ nspname }) => nspname);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
