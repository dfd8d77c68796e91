import { messageOf, UnreachableError, UsyncError } from "../domain/errors.ts";

/**
 * What goes away by itself: a lost or refused connection, a server that starts, stops or has no connection free, and
 * transactions that PostgreSQL asks to repeat.
 */
const PASSING =
  /^(CONNECTION_(CLOSED|DESTROYED)|CONNECT_TIMEOUT|ECONN\w+|EPIPE|ETIMEDOUT|E(HOST|NET)UNREACH|57P0[1-3]|53300|08\w{3}|40001|40P01)$/;

/** The code of an error of PostgreSQL or of the system; "" where it has none. */
export function codeOf(error: unknown): string {
  return (error as { code?: string } | null)?.code ?? "";
}

export function isPassing(error: unknown): boolean {
  return PASSING.test(codeOf(error));
}

const KNOWN: [RegExp, string, string][] = [
  [/^(28P01|28000)$/, "the server refuses this user or password", "Check the address of the server."],
  [/^3D000$/, "there is no such database on the server", "Make it (CREATE DATABASE), or name another in the address."],
  [/^42501$/, "this user may not do that", "Give the user the right to create a schema in the database."],
  [/^53100$/, "the disk is full", "Free some space on the server and run the command again."],
  [/^53300$/, "the server has no free connections", "Close other programs that use it, or raise max_connections."],
  [/^25006$/, "the server takes no writes", "Name the server that does (the primary), or end its read-only mode."],
  [/^(ENOTFOUND|EAI_AGAIN)$/, "there is no such host", "Check the address of the server."],
  [
    PASSING,
    "the server cannot be reached",
    "Start it (that of the data folder: `usync-db postgres start`) or check the network, and try again.",
  ],
];

/** An error of PostgreSQL, or of the way to it, as one that a user can act on. */
export function postgresError(error: unknown): UsyncError {
  if (error instanceof UsyncError) return error;
  const code = codeOf(error), message = messageOf(error);
  const [, why, hint] = KNOWN.find(([pattern]) => pattern.test(code)) ?? [];
  const text = `Cannot use the PostgreSQL database: ${why ? `${why} (${message})` : message}`;
  return new (isPassing(error) ? UnreachableError : UsyncError)(text, { hint, cause: error });
}
