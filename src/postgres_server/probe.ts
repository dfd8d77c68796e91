import path from "node:path";
import postgres from "postgres";
import { type Account, giveTo } from "./account.ts";
import { remove } from "../files/held.ts";
import { readTextIfThere } from "../files/read.ts";
import type { ServerLayout } from "./layout.ts";
import { ROLE } from "./server_settings.ts";

/** What `postmaster.pid` says. */
export interface PidFile {
  pid: number;
  /** When the server started. */
  startedAt: Date;
  port: number;
}

/**
 * What is known of the server of a cluster:
 * - `down`: it left no `postmaster.pid`, so it was stopped cleanly or never started;
 * - `up`: it answered and is proven to be the server of this very folder;
 * - `starting`: one answers that is not ready yet (starting, recovering or stopping);
 * - `elsewhere`: it took the password but serves another folder: the `postmaster.pid` was copied along with the folder;
 * - `refused`: what listens on its port does not take the password;
 * - `silent`: nothing answers there.
 */
export type Probe =
  | { state: "down" }
  | { state: "up" | "starting" | "elsewhere" | "refused" | "silent"; pidFile: PidFile };

/** How to reach a server. */
export interface Connection {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** `postmaster.pid` of the cluster, undefined where there is none that can be understood. */
export async function readPidFile(layout: ServerLayout): Promise<PidFile | undefined> {
  const lines = (await readTextIfThere(path.join(layout.cluster, "postmaster.pid")))?.split(/\r?\n/) ?? [];
  const [pid, , startedAt, port] = lines.map(Number);
  return pid > 0 && port > 0 ? { pid, startedAt: new Date(startedAt * 1000), port } : undefined;
}

/** Finds out about the server by connecting to it. */
export async function probe(
  layout: ServerLayout,
  password: string | undefined,
  account: Account | undefined,
): Promise<Probe> {
  const pidFile = await readPidFile(layout);
  if (pidFile === undefined) return { state: "down" };
  if (password === undefined) return { state: "refused", pidFile };
  const nonce = crypto.randomUUID();
  const name = `usync-proof-${nonce}`;
  const proof = path.join(layout.cluster, name);
  const connection = { host: "127.0.0.1", port: pidFile.port, user: ROLE, password, database: "postgres" };
  try {
    await Deno.writeTextFile(proof, nonce, { createNew: true, mode: 0o600 });
    await giveTo(account, proof);
    // Only a server that works in this folder can read back what was just written there.
    const read = await withConnection(connection, async (sql) => {
      const [row] = await sql`select pg_read_file(${name}, 0, 100, true) as text`;
      return row.text;
    });
    return { state: read === nonce ? "up" : "elsewhere", pidFile };
  } catch (error) {
    return { state: failedState(error), pidFile };
  } finally {
    await remove(proof);
  }
}

/**
 * Whether the server went away, stops or starts: what it was asked for fails then, and may succeed later. Throws what is not
 * about the connection.
 */
export function isAway(error: unknown): boolean {
  return failedState(error) !== "refused";
}

/** What a failed connection tells; anything that is not about the connection is thrown on. */
function failedState(error: unknown): "starting" | "refused" | "silent" {
  const code = (error as { code?: string }).code ?? "";
  if (/^57P0[123]$/.test(code)) return "starting";
  if (/^(28|3D|42|08|53|0A)/.test(code)) return "refused";
  if (/^(E[A-Z]+|CONNECT\w*|CONNECTION_\w+)$/.test(code)) return "silent";
  throw error;
}

/** Connects, uses the connection and closes it. */
export async function withConnection<T>(
  connection: Connection,
  use: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = postgres({
    ...connection,
    max: 1,
    connect_timeout: 5,
    prepare: false,
    fetch_types: false,
    onnotice: () => {},
  });
  try {
    return await use(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
