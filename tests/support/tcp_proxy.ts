import type { Buffer } from "node:buffer";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What to do with some bytes that a client sends. */
export type Fate =
  /** Hand them on. */
  | "pass"
  /** Cut the connection; the server gets none of them. */
  | "cut before"
  /** Cut the connection; the server gets all of them. */
  | "cut after"
  /** Cut the connection once the server has answered; the client does not see the answer. */
  | "cut answer"
  /** Cut the client off and tell the server nothing, as a router does that forgets a connection. */
  | "forget"
  /** Keep the connection, and hand nothing on: the server is there and does not answer. */
  | "hold"
  /** Cut the connection; the server gets so many of them. */
  | number;

/** A way to a server of which a test says what becomes of each piece that is sent. */
export class TcpProxy implements AsyncDisposable {
  /** Asked for every piece that a client sends. */
  decide: (bytes: Buffer) => Fate = () => "pass";
  /** Asked for every piece that the server sends; a number cuts the connection, and the client gets so many bytes of it. */
  decideAnswer: (bytes: Buffer) => "pass" | number = () => "pass";
  /** Whether clients see a connection that is cut as reset, rather than as ended. */
  resets = false;
  /** Connections that were cut. */
  cuts = 0;

  /** Cuts nothing any more. */
  heal(): void {
    [this.decide, this.decideAnswer] = [() => "pass", () => "pass"];
  }
  readonly #server: Server;
  readonly #target: { host: string; port: number };
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, target: { host: string; port: number }) {
    this.#server = server;
    this.#target = target;
    server.on("connection", (client) => this.#connect(client));
  }

  static async to({ host, port }: { host: string; port: number }): Promise<TcpProxy> {
    const server = createServer({ noDelay: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new TcpProxy(server, { host, port });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** An address with this way instead of the direct one. */
  via(url: string): string {
    const address = new URL(url);
    [address.hostname, address.port] = ["127.0.0.1", `${this.port}`];
    return address.href;
  }

  #connect(client: Socket): void {
    const server = connect({ ...this.#target, noDelay: true });
    let isCut = false;
    const cut = () => {
      isCut = true;
      this.cuts++;
      if (this.resets) client.resetAndDestroy();
      else client.end();
    };
    client.on("data", (bytes: Buffer) => {
      if (isCut) return;
      const fate = this.decide(bytes);
      if (fate === "hold") return;
      if (fate === "forget") return cut();
      if (typeof fate === "number") server.end(bytes.subarray(0, fate));
      else if (fate === "cut before") server.end();
      else server.write(bytes);
      if (fate === "cut answer") server.once("data", cut);
      else if (fate !== "pass") cut();
      if (fate === "cut after") server.end();
    });
    server.on("data", (bytes: Buffer) => {
      if (isCut) return;
      const fate = this.decideAnswer(bytes);
      client.write(fate === "pass" ? bytes : bytes.subarray(0, fate));
      if (fate === "pass") return;
      server.end();
      cut();
    });
    for (const [socket, other] of [[client, server], [server, client]]) {
      this.#sockets.add(socket);
      socket.on("error", () => {}); // the other end hears of it by the end
      socket.on("close", () => {
        this.#sockets.delete(socket);
        if (!isCut) other.destroy();
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
