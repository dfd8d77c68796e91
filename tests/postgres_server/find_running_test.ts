import assert from "node:assert/strict";
import { findRunning } from "../../src/postgres_server/mod.ts";

/** A server that answers what a client says first. */
function answering(answer: string): Deno.Listener & { addr: Deno.NetAddr } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  void (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(8));
      await connection.write(new TextEncoder().encode(answer)).catch(() => {});
      connection.close();
    }
  })();
  return listener as Deno.Listener & { addr: Deno.NetAddr };
}

Deno.test("a PostgreSQL that runs here is found by its answer, whether it takes TLS or not; others are none", async () => {
  const servers = ["N", "S", "HTTP/1.1 400 Bad Request", ""].map(answering),
    ports = servers.map(({ addr }) => addr.port);
  const closed = answering("N");
  closed.close();
  assert.deepEqual(await findRunning([...ports, closed.addr.port]), ports.slice(0, 2));
  for (const server of servers) server.close();
});
