import { closedError } from "../store/closed_error.ts";
import { type Address, parseAddress } from "./address.ts";
import { Connection, type Sql } from "./connection.ts";
import { codeOf, isPassing, postgresError } from "./errors.ts";

/** Where the tables are: a server's address with user and database, and a schema of our own in it. */
export interface Database {
  /** `postgres://user:password@host:port/database` */
  url: string;
  schema: string;
  /** Starts a server of our own that has gone, and gives its address. */
  restart?: () => Promise<string>;
}

/** How long what failed with the connection is tried again; and how long where none was there yet. */
const RETRY_FOR_MS = 30_000, FIRST_RETRY_FOR_MS = 3000;

/** The server says that it is starting or stopping. */
const NOT_NOW = "57P03";
const NO_FREE_CONNECTION = "53300";

/**
 * The connections of a store to its database: opened when they are needed, each used by one at a time, and given up after
 * any error.
 */
export class Connections {
  #database: Database;
  #address: Address;
  #most: number;
  #idle: Connection[] = [];
  #inUse = new Set<Connection>();
  #opening = 0;
  #waiting: (() => void)[] = [];
  /** Names of connections that were lost or given up: the server may still have them, with what they have locked. */
  #lost = new Set<string>();
  #hasWorked = false;
  /** When something failed first and last, and nothing has worked since. */
  #away: { since: number; last: number } | undefined;
  #restarting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** `most`: connections at a time. Throws a `UsyncError` when the address is none. */
  constructor(database: Database, most: number) {
    this.#database = database;
    this.#address = parseAddress(database.url);
    this.#most = most;
  }

  /**
   * Runs what can be repeated without harm on one connection, again when that was lost or the server restarts. Throws a
   * `UsyncError`.
   */
  async run<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    let since: number | undefined;
    for (let pause = 50;; pause = Math.min(pause * 2, 2000)) {
      try {
        return await this.#once(work);
      } catch (error) {
        if (this.#closing) throw closedError();
        if (!isPassing(error)) throw postgresError(error);
        const now = performance.now(), away = this.#noteAway(now);
        since ??= away;
        const isWaiting = this.#hasWorked || codeOf(error) === NOT_NOW;
        if (now + pause - since > (isWaiting ? RETRY_FOR_MS : FIRST_RETRY_FOR_MS)) throw postgresError(error);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  /** Since when the server is away, of which who comes later does not wait for the end as long again. */
  #noteAway(now: number): number {
    const { since, last } = this.#away ?? { since: now, last: now };
    this.#away = { since: now - last > RETRY_FOR_MS ? now : since, last: now };
    return this.#away.since;
  }

  /** Like `run`, in one transaction; `mode` is what stands behind BEGIN. */
  transaction<T>(work: (sql: Sql) => Promise<T>, mode = ""): Promise<T> {
    return this.run(async (sql) => {
      await sql.unsafe(`BEGIN ${mode}`);
      const result = await work(sql); // an error ends the connection, and with it the transaction
      await sql.unsafe("COMMIT");
      return result;
    });
  }

  async #once<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const connection = await this.#take();
    try {
      if (this.#lost.size > 0) await this.#endLost(connection);
      const result = await connection.use(work);
      this.#hasWorked = true;
      this.#away = undefined;
      this.#idle.push(connection);
      return result;
    } catch (error) {
      this.#lost.add(connection.name);
      connection.drop();
      throw error;
    } finally {
      this.#inUse.delete(connection);
      this.#waiting.shift()?.();
    }
  }

  /** A connection that nobody uses, or a new one. */
  async #take(): Promise<Connection> {
    for (;;) {
      if (this.#closing) throw closedError();
      const idle = this.#idle.pop();
      if (idle?.isLost) continue;
      if (idle) {
        this.#inUse.add(idle);
        return idle;
      }
      if (this.#inUse.size + this.#opening < this.#most) {
        try {
          return await this.#open();
        } catch (error) {
          if (codeOf(error) !== NO_FREE_CONNECTION || this.#inUse.size === 0) throw error; // else one of ours will be free
        }
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async #open(): Promise<Connection> {
    this.#opening++;
    try {
      const connection = await this.#connect();
      this.#inUse.add(connection);
      return connection;
    } catch (error) {
      this.#waiting.shift()?.();
      throw error;
    } finally {
      this.#opening--;
    }
  }

  async #connect(): Promise<Connection> {
    try {
      return await this.#connectToAny();
    } catch (error) {
      const { restart } = this.#database;
      if (!restart || !isPassing(error) || this.#closing) throw error;
      await (this.#restarting ??= restart()
        .then((url) => void (this.#address = parseAddress(url)))
        .finally(() => this.#restarting = undefined));
      return await this.#connectToAny();
    }
  }

  /** Connects to the first host that takes writes; to the only one in any case. */
  async #connectToAny(): Promise<Connection> {
    const { hosts } = this.#address;
    let failure: unknown;
    for (const host of hosts) {
      try {
        const connection = await Connection.open(host, this.#address, this.#database.schema);
        if (connection.isWritable || hosts.length === 1) return connection;
        connection.drop();
        failure ??= Object.assign(new Error("no host of the address takes writes"), { code: NOT_NOW });
      } catch (error) {
        if (failure === undefined || isPassing(failure)) failure = error;
      }
    }
    throw failure;
  }

  /** Ends on the server what was lost here. What was not committed then is undone, and holds up nothing any more. */
  async #endLost(connection: Connection): Promise<void> {
    const names = [...this.#lost];
    await connection.use((sql) =>
      sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ANY(${names})`
    );
    for (const name of names) this.#lost.delete(name);
  }

  /** Ends all connections, after the queries that are under way. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all([...this.#idle, ...this.#inUse].map((connection) => connection.close()));
  }
}
