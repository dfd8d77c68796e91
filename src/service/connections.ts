import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Bounds the connections of a server: when there are too many, idle ones are closed; where that is not enough, new ones. */
export function boundConnections(server: Server, most: number): void {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    if (open.size <= most) return;
    server.closeIdleConnections();
    setTimeout(() => open.size > most && socket.destroy());
  });
}
