import { Buffer } from "node:buffer";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createConnection, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { messageOf, UsyncError } from "../domain/errors.ts";
import type { Address, Host } from "./address.ts";

/** How long a host may take to answer. */
export const CONNECT_MS = 10_000;

/** What asks a server for an encrypted connection; it answers with one letter. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const YES = "S".charCodeAt(0);

/** Opens a connection to a host, encrypted as the address wants it. */
export async function openSocket({ host, port }: Host, address: Address): Promise<Socket> {
  // Small messages are not held back, which takes 40 ms each otherwise.
  const socket = createConnection({ host, port, noDelay: true });
  breakOnEnd(socket);
  const event = async (emitter: Socket, name: string) => {
    try {
      if (emitter.errored) throw emitter.errored; // it broke while nobody waited for it
      return (await once(emitter, name, { signal: AbortSignal.timeout(CONNECT_MS) }))[0];
    } catch (error) {
      socket.destroy();
      if ((error as Error).name !== "AbortError") throw error;
      throw silentError({ host, port });
    }
  };
  await event(socket, "connect");
  if (address.encryption === "disable") return socket;
  socket.write(SSL_REQUEST);
  const [answer] = await event(socket, "data");
  if (answer !== YES) {
    if (address.encryption === "prefer") return socket;
    socket.destroy();
    throw new UsyncError("Cannot use the PostgreSQL server: it has no encryption, which the address asks for", {
      hint: "Set `ssl = on` on the server, or leave sslmode out of the address.",
    });
  }
  const encrypted = connectTls({ socket, host, ...tlsOptions(address), ...(isIP(host) ? {} : { servername: host }) });
  await event(encrypted, "secureConnect");
  return breakOnEnd(encrypted);
}

/** The error of a host that takes too long to answer. */
export function silentError({ host, port }: Host): Error {
  return Object.assign(new Error(`${host}:${port} does not answer`), { code: "ETIMEDOUT" });
}

/**
 * A server that closes the connection breaks it: otherwise what waits for an answer would not hear of it. An error that comes
 * while nobody waits ends the connection only, not the program.
 */
function breakOnEnd(socket: Socket): Socket {
  socket.on("error", () => {});
  const error = () => Object.assign(new Error("the server has closed the connection"), { code: "ECONNRESET" });
  return socket.on("end", () => socket.destroy(error()));
}

function tlsOptions({ encryption, rootCertificate }: Address) {
  if (!encryption.startsWith("verify")) return { rejectUnauthorized: false };
  return {
    ...(rootCertificate !== undefined && rootCertificate !== "system" && { ca: readCertificates(rootCertificate) }),
    ...(encryption === "verify-ca" && { checkServerIdentity: () => undefined }),
  };
}

function readCertificates(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsyncError(`Cannot use the certificates for the PostgreSQL server: ${messageOf(error)}`, {
      hint: "Check sslrootcert in the address.",
    });
  }
}
