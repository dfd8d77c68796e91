import type { Socket } from "node:net";
import postgres from "postgres";
import { Interruption } from "../domain/interruption.ts";
import type { Address, Host } from "./address.ts";
import { CONNECT_MS, openSocket, silentError } from "./socket.ts";

export type Sql = postgres.Sql<{ bigint: number }>;

/**
 * How values go to the server and come back, by the numbers of PostgreSQL's types. The client could ask for those of arrays,
 * but does not survive it when the connection is lost meanwhile.
 */
const TYPES = {
  bigint: { to: 20, from: [20], parse: Number, serialize: String },
  texts: {
    to: 1009,
    from: [],
    parse: neverRead,
    serialize: arrayOf((text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`),
  },
  ints: { to: 1007, from: [], parse: neverRead, serialize: arrayOf((value: number) => `${value}`) },
  bigints: { to: 1016, from: [], parse: neverRead, serialize: arrayOf((value: number) => `${value}`) },
};

function arrayOf<T>(item: (value: T) => string): (values: T[]) => string {
  return (values) => `{${values.map(item).join()}}`;
}

function neverRead(): never {
  throw new TypeError("arrays are sent only");
}

/**
 * One connection to a server. The client would make a new one when it is lost, and mixes up then what was asked on the old
 * one and on the new one; so each connection has a client of its own, which is thrown away with it.
 */
export class Connection {
  /** The name under which the server lists it. */
  readonly name = `usync-db ${crypto.randomUUID().slice(0, 18)}`;
  readonly sql: Sql;
  /** Whether the server takes writes. */
  isWritable = true;
  isLost = false;
  #socket: Socket;
  readonly #loss = new Interruption();

  private constructor(socket: Socket, address: Address, schema: string) {
    this.#socket = socket;
    socket.on("close", () => {
      this.isLost = true;
      this.#loss.happen(lostError());
    });
    if (socket.destroyed) this.#loss.happen(socket.errored ?? lostError());
    this.sql = this.#client(address, schema);
  }

  /** Connects to a host. */
  static async open(host: Host, address: Address, schema: string): Promise<Connection> {
    const socket = await openSocket(host, address), connection = new Connection(socket, address, schema);
    // The client does not limit the time of a login over a socket that it is given.
    let late: Error | undefined;
    const timer = setTimeout(() => socket.destroy(late = silentError(host)), CONNECT_MS);
    try {
      await connection.use((sql) => connection.#greet(sql));
      return connection;
    } catch (error) {
      connection.drop();
      throw late ?? error;
    } finally {
      clearTimeout(timer);
    }
  }

  #client({ user, password, database }: Address, schema: string): Sql {
    let socket: Socket | undefined = this.#socket;
    const takeSocket = () => {
      if (!socket) throw lostError();
      const taken = socket;
      socket = undefined;
      return taken;
    };
    return postgres({
      ...{ user, password, database, max: 1, max_lifetime: null, keep_alive: 10, ssl: false },
      fetch_types: false,
      onnotice: () => {},
      ...{ socket: takeSocket }, // the client has this option; its types do not
      connection: {
        ...{ application_name: this.name, search_path: `"${schema}"`, standard_conforming_strings: "on" },
        // Limits that are set for everybody are not meant for a load or a verification; pg_dump lifts them, too.
        ...{ statement_timeout: "0", lock_timeout: "0", idle_in_transaction_session_timeout: "0" },
      } as Record<string, string>,
      types: TYPES,
    });
  }

  async #greet(sql: Sql): Promise<void> {
    const [[{ read_only }]] = await sql.unsafe<{ read_only: string }[][]>(
      `SELECT current_setting('transaction_read_only') AS read_only;
       SELECT set_config('transaction_timeout', '0', false) WHERE current_setting('server_version_num')::int >= 170000`,
    );
    this.isWritable = read_only === "off";
  }

  /** Runs queries, which fail when the connection is lost. */
  async use<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    if (this.isLost) throw lostError();
    return await this.#loss.or(work(this.sql));
  }

  /** Ends it after the queries that are under way. */
  close(): Promise<void> {
    return this.sql.end({ timeout: 5 });
  }

  /** Ends it at once. */
  drop(): void {
    this.isLost = true;
    this.#socket.destroy();
    this.sql.end({ timeout: 0 });
  }
}

function lostError(): Error {
  return Object.assign(new Error("the connection was lost"), { code: "CONNECTION_CLOSED" });
}
