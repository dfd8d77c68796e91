import type { Server, ServerResponse } from "node:http";

/** Milliseconds for which a client may read nothing of what waits for it, and between two looks. */
const PATIENCE = 30_000, BETWEEN = 2000;

/** Cuts off clients that do not read their answers: these hold memory, and a state of the store. */
export function cutOffSlowReaders(server: Server, { patience = PATIENCE, between = BETWEEN } = {}): void {
  const open = new Map<ServerResponse, { read: number; since: number }>();
  server.on("request", (_request, response: ServerResponse) => {
    open.set(response, { read: 0, since: performance.now() });
    response.once("close", () => open.delete(response));
  });
  const timer = setInterval(() => {
    const now = performance.now();
    for (const [response, state] of open) {
      const { socket } = response;
      if (!socket) continue;
      const read = socket.bytesWritten - socket.writableLength;
      if (socket.writableLength === 0 || read !== state.read) Object.assign(state, { read, since: now });
      else if (now - state.since > patience) socket.destroy();
    }
  }, between);
  server.once("close", () => clearInterval(timer));
}
