import type { Server, ServerResponse } from "node:http";

/** How often is looked, in the time that a client has. */
const LOOKS = 10;

/** Cuts off clients that for so many milliseconds read nothing of their answers: these hold memory. */
export function cutOffSlowReaders(server: Server, patience: number): void {
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
  }, patience / LOOKS);
  server.once("close", () => clearInterval(timer));
}
