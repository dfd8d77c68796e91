import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import postgres from "postgres";
import { messageOf, UsyncError } from "../domain/errors.ts";

export type Sql = postgres.Sql<{ bigint: number }>;
export type Transaction = postgres.TransactionSql<{ bigint: number }>;

/** Where the tables are: a server's address with user and database, and a schema of our own in it. */
export interface Database {
  /** `postgres://user:password@host:port/database` */
  url: string;
  schema: string;
}

/** Opens a pool of connections; each connects when it is needed, and again after it was lost. */
export function connect({ url, schema }: Database, connections: number): Sql {
  return postgres(url, {
    max: connections,
    ...OPEN_SOCKET,
    onnotice: () => {},
    connection: { application_name: "usync-db", search_path: schema, standard_conforming_strings: "on" },
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
  });
}

/** How long a host may take to answer. */
const CONNECT_MS = 10_000;

/** Connects to the first host that answers. Small messages are not held back, which takes 40 ms each otherwise. */
async function openSocket({ host, port }: { host: string[]; port: number[] }): Promise<Socket> {
  let failure: unknown;
  for (let i = 0; i < host.length; i++) {
    const socket = createConnection({ host: host[i], port: port[i], noDelay: true });
    try {
      await once(socket, "connect", { signal: AbortSignal.timeout(CONNECT_MS) });
      return socket;
    } catch (error) {
      socket.destroy();
      failure = (error as Error).name === "AbortError"
        ? Object.assign(new Error("timeout"), { code: "ETIMEDOUT" })
        : error;
    }
  }
  throw failure;
}

/** The client has this option; its types do not. */
const OPEN_SOCKET = { socket: openSocket };

/** How long what failed with the connection is tried again. */
const RETRY_FOR_MS = 30_000;

/** A lost or refused connection, a server that starts or stops, and transactions that PostgreSQL asks to repeat. */
const PASSING =
  /^(CONNECTION_(CLOSED|DESTROYED)|CONNECT_TIMEOUT|ECONN\w+|EPIPE|ETIMEDOUT|57P0[1-3]|08\w{3}|40001|40P01)$/;

/**
 * Runs what can be repeated without harm, again when the connection was lost or the server restarts. Throws a `UsyncError`.
 */
export async function repeatable<T>(work: () => Promise<T>): Promise<T> {
  const end = performance.now() + RETRY_FOR_MS;
  for (let pause = 50;; pause = Math.min(pause * 2, 2000)) {
    try {
      return await work();
    } catch (error) {
      const code = (error as { code?: string }).code ?? "";
      if (!PASSING.test(code) || performance.now() + pause > end) throw postgresError(error);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

const KNOWN: [RegExp, string, string][] = [
  [/^(28P01|28000)$/, "the server refuses this user or password", "Check the address of the server."],
  [/^3D000$/, "there is no such database on the server", "Make it (CREATE DATABASE), or name another in the address."],
  [/^42501$/, "this user may not do that", "Give the user the right to create a schema in the database."],
  [/^53100$/, "the disk is full", "Free some space on the server and run the command again."],
  [/^53300$/, "the server has no free connections", "Close other programs that use it, or raise max_connections."],
  [/^(ENOTFOUND|EAI_AGAIN)$/, "there is no such host", "Check the address of the server."],
  [
    PASSING,
    "the server cannot be reached",
    "Start it (`usync-db postgres start`) or check the network, and try again.",
  ],
];

/** An error of PostgreSQL, or of the way to it, as one that a user can act on. */
export function postgresError(error: unknown): UsyncError {
  if (error instanceof UsyncError) return error;
  const { code = "" } = error as { code?: string }, message = messageOf(error);
  const [, why, hint] = KNOWN.find(([pattern]) => pattern.test(code)) ?? [];
  return new UsyncError(`Cannot use the PostgreSQL database: ${why ? `${why} (${message})` : message}`, {
    hint,
    cause: error,
  });
}
