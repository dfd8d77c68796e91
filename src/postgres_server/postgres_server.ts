import { UsyncError } from "../domain/errors.ts";
import { type Account, serverAccount } from "./account.ts";
import type { BinariesSource } from "./binaries_source.ts";
import { checkClusterVersion, clusterVersion, createCluster } from "./cluster.ts";
import { explainFileError } from "../files/explain_file_error.ts";
import { remove, removeBelow } from "../files/held.ts";
import { exists } from "../files/read.ts";
import {
  binariesFolder,
  installBinaries,
  type InstallContext,
  removeLeftovers,
  swapBinaries,
  takeBack,
} from "./install_binaries.ts";
import { type ServerFolder, type ServerLayout, serverLayout } from "./layout.ts";
import { type PostmasterContext, startPostmaster, stopPostmaster } from "./postmaster.ts";
import { type Connection, isAway, probe, withConnection } from "./probe.ts";
import { type Report, silent } from "./report.ts";
import { FileLock } from "../files/lock.ts";
import { readSecret } from "../files/secret.ts";
import { ROLE } from "./server_settings.ts";
import { type InstalledBinaries, readState, type ServerState, writeState } from "./server_state.ts";
import path from "node:path";

/** Who is told, and what can stop the work. */
export interface PostgresServerOptions {
  /** Its folder inside the data folder; `postgres` when left out. */
  folder?: ServerFolder;
  report?: Report;
  /** Aborts a download, an unpacking or a wait; what was done so far is used by the next run. */
  signal?: AbortSignal;
}

/** What `status` tells. */
export interface ServerStatus {
  /**
   * `absent`: nothing is installed; `incomplete`: an installation or its set-up was broken off; `stopped`; `starting`;
   * `running`: it answered; `crashed`: it ended without being stopped; `unreachable`: something is there but cannot be
   * used.
   */
  state: "absent" | "incomplete" | "stopped" | "starting" | "running" | "crashed" | "unreachable";
  /** Version of the binaries, such as `18.6`. */
  version: string | null;
  /** The folder of the binaries. */
  binaries: string | null;
  /** What they were installed from. */
  source: string | null;
  /** The folder of the data, null where there is none. */
  cluster: string | null;
  host: "127.0.0.1";
  /** Of the running server, else of the last one. */
  port: number | null;
  user: string;
  database: string;
  /** The file with the password of `user`. */
  password_file: string | null;
  pid: number | null;
  /** RFC 3339. */
  started_at: string | null;
  /** Whether it outlives the program that started it. */
  stays: boolean;
  /** Bytes of all databases, while it runs. */
  database_bytes: number | null;
}

/** How long to wait for another program that installs, starts or stops. */
const LOCK_WAIT_MS = 120_000;

/**
 * A PostgreSQL server of a data folder: its binaries, its cluster and its process, all below a folder in it.
 *
 * ```ts
 * await using server = new PostgresServer("data");
 * await server.install({ kind: "archive", file: "postgresql.zip" });
 * const { port, user, password, database } = await server.start();
 * // Stopped at the end of the block, unless another program uses it or it was started to stay.
 * ```
 */
export class PostgresServer implements AsyncDisposable {
  readonly layout: ServerLayout;
  readonly #dataFolder: string;
  readonly #report: Report;
  readonly #signal: AbortSignal | undefined;
  /** Held shared while this program uses a server that is not meant to stay. */
  #use: FileLock | undefined;

  constructor(dataFolder: string, options: PostgresServerOptions = {}) {
    this.#dataFolder = path.resolve(dataFolder);
    this.layout = serverLayout(dataFolder, options.folder);
    this.#report = options.report ?? silent;
    this.#signal = options.signal;
  }

  /**
   * Installs the binaries and sets the cluster up, as far as that is not done yet. Without a source it finishes with
   * the binaries that are there.
   * @throws {UsyncError}
   */
  async install(source?: BinariesSource): Promise<void> {
    using _lock = await this.#lock("install PostgreSQL");
    const [binaries, context] = await this.#installBinaries(source);
    await createCluster(context, binariesFolder(this.layout, binaries));
    await remove(this.layout.downloads);
    await removeLeftovers(this.layout, binaries);
  }

  /**
   * Installs the binaries alone, for `takeBinaries` of another server or a later `install`; gives their version.
   * @throws {UsyncError}
   */
  async fetchBinaries(source: BinariesSource): Promise<string> {
    using _lock = await this.#lock("install PostgreSQL");
    const [{ version }] = await this.#installBinaries(source);
    return version;
  }

  async #installBinaries(source: BinariesSource | undefined): Promise<[InstalledBinaries, InstallContext]> {
    const state = await readState(this.layout);
    await takeBack(this.layout, state.binaries);
    await removeLeftovers(this.layout, state.binaries);
    const account = await this.#account();
    const running = (await probe(this.layout, await readSecret(this.layout.passwordFile), account)).state === "up";
    const context = { layout: this.layout, account, report: this.#report, signal: this.#signal, running };
    const binaries = source === undefined ? state.binaries : await installBinaries(context, source, state.binaries);
    if (binaries === null) throw notInstalled("set up");
    await checkClusterVersion(this.layout, binaries.version);
    await writeState(this.layout, { ...state, binaries });
    return [binaries, context];
  }

  /**
   * Takes the binaries that another server of the data folder has fetched, which are of the same major version, and starts
   * the server with them: it is stopped for a moment, whoever uses it. Where it does not start it gets its own back.
   * @throws {UsyncError}
   */
  async takeBinaries(from: PostgresServer): Promise<void> {
    const before = await this.#swap(from);
    try {
      await this.start();
    } catch (error) {
      using _lock = await this.#lock("update PostgreSQL");
      await swapBinaries(this.layout, before);
      throw error;
    }
    using _lock = await this.#lock("update PostgreSQL");
    await remove(this.layout.replacedBinaries);
  }

  /** Stops the server and gives it the binaries of another one; gives those that it had. */
  async #swap(from: PostgresServer): Promise<InstalledBinaries> {
    using _lock = await this.#lock("update PostgreSQL");
    const state = await readState(this.layout), { binaries } = await readState(from.layout);
    if (binaries === null || state.binaries === null) throw notInstalled("update");
    await takeBack(this.layout, state.binaries);
    await checkClusterVersion(this.layout, binaries.version);
    await stopPostmaster(await this.#context(state, "stop"));
    await swapBinaries(this.layout, binaries, from.layout);
    return state.binaries;
  }

  /**
   * The connection to the running server: the one that is there, after whatever end of this or another program, or one
   * that is started. With `stay` it goes on when this program ends.
   * @throws {UsyncError} when nothing is installed, or it does not start
   */
  async start(options: { stay?: boolean } = {}): Promise<Connection> {
    if (!await exists(this.layout.root)) throw notInstalled("start");
    using _lock = await this.#lock("start PostgreSQL");
    const state = await readState(this.layout);
    await takeBack(this.layout, state.binaries);
    const context = await this.#context(state, "start");
    if (context.password === undefined) throw passwordGone(this.layout);
    if (await clusterVersion(this.layout) === undefined) throw notInstalled("start");
    let stay = options.stay ?? false, connection: Connection | undefined;
    while (connection === undefined) {
      let started = false;
      const remember = async (port: number) => {
        started = true;
        await writeState(this.layout, { ...state, port, stay });
      };
      const { pidFile: { port } } = await startPostmaster(context, state.port, remember);
      if (!started) {
        stay ||= state.stay;
        await writeState(this.layout, { ...state, port, stay });
      }
      if (!stay) this.#use ??= await FileLock.try(this.layout.usersFile, "shared");
      connection = await reachDatabase({ host: "127.0.0.1", port, user: ROLE, password: context.password });
    }
    return connection;
  }

  /** Stops the server, whoever uses it; gives whether one ran. */
  async stop(): Promise<boolean> {
    if (!await exists(this.layout.root)) return false;
    using _lock = await this.#lock("stop PostgreSQL");
    const state = await readState(this.layout);
    if (state.binaries === null) return false;
    const stopped = await stopPostmaster(await this.#context(state, "stop"));
    await writeState(this.layout, { ...state, stay: false });
    return stopped;
  }

  /** How things are, without changing them. */
  async status(): Promise<ServerStatus> {
    const { layout } = this;
    const state = await readState(layout);
    const cluster = await clusterVersion(layout) !== undefined ? layout.cluster : null;
    const password = await readSecret(layout.passwordFile);
    const seen = cluster === null ? { state: "down" as const } : await probe(layout, password, await this.#account());
    const pidFile = seen.state === "down" ? undefined : seen.pidFile;
    const up = seen.state === "up" && password !== undefined;
    return {
      state: stateName(state, cluster, seen.state) ?? (await this.#isEmpty() ? "absent" : "incomplete"),
      version: state.binaries?.version ?? null,
      binaries: state.binaries && binariesFolder(layout, state.binaries),
      source: state.binaries?.source ?? null,
      cluster,
      host: "127.0.0.1",
      port: pidFile?.port ?? state.port,
      user: ROLE,
      database: ROLE,
      password_file: password === undefined ? null : layout.passwordFile,
      pid: up ? pidFile!.pid : null,
      started_at: up ? pidFile!.startedAt.toISOString() : null,
      stays: up && state.stay,
      database_bytes: up ? await databaseBytes({ port: pidFile!.port, password }) : null,
    };
  }

  /** Whether there is nothing of a server but the lock. */
  async #isEmpty(): Promise<boolean> {
    if (!await exists(this.layout.root)) return true;
    const names = await Array.fromAsync(Deno.readDir(this.layout.root), ({ name }) => name);
    return names.every((name) => path.join(this.layout.root, name) === this.layout.lockFile);
  }

  /**
   * Stops the server and removes its binaries, logs and downloads. The data and its password stay unless `deleteData`.
   */
  async uninstall(options: { deleteData: boolean }): Promise<void> {
    if (!await exists(this.layout.root)) return;
    const lock = await this.#lock("uninstall PostgreSQL");
    try {
      const state = await readState(this.layout);
      if (state.binaries !== null) await stopPostmaster(await this.#context(state, "uninstall"));
      await writeState(this.layout, { ...state, binaries: null, stay: false });
      this.#use?.[Symbol.dispose]();
      this.#use = undefined;
      await removeLeftovers(this.layout, null);
      const parts = [this.layout.downloads, this.layout.logs, this.layout.usersFile];
      if (options.deleteData) parts.push(this.layout.cluster, this.layout.passwordFile, this.layout.stateFile);
      for (const part of parts) await remove(part);
      if (!options.deleteData && await clusterVersion(this.layout) !== undefined) return;
      await lock.removeFile();
      await removeBelow(this.layout.root);
    } catch (error) {
      throw explainFileError(error, "uninstall PostgreSQL", this.layout.root);
    } finally {
      lock[Symbol.dispose]();
    }
  }

  /** Ends the use of the server: stops it if it is not meant to stay and no other program uses it. */
  async close(): Promise<void> {
    if (this.#use === undefined) return;
    using _lock = await this.#lock("stop PostgreSQL");
    this.#use[Symbol.dispose]();
    this.#use = undefined;
    const state = await readState(this.layout);
    using last = await FileLock.try(this.layout.usersFile, "exclusive");
    if (last !== undefined && !state.stay && state.binaries !== null) {
      await stopPostmaster(await this.#context(state, "stop"));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Makes the folder if need be and locks it. */
  async #lock(action: string): Promise<FileLock> {
    const { layout } = this;
    if (Deno.build.os !== "windows" && /["$`\\\n]/.test(layout.root)) {
      throw new UsyncError(
        `Cannot ${action} in ${layout.root}: PostgreSQL misreads ", $, \`, \\ and line ends in a path`,
        {
          hint: "Choose a data folder without these characters, with --data DIR.",
        },
      );
    }
    try {
      await Deno.mkdir(this.#dataFolder, { recursive: true });
      const account = await this.#account();
      const mode = account === undefined ? 0o700 : 0o711;
      await Deno.mkdir(layout.root, { recursive: true, mode });
      if (account !== undefined) await Deno.chmod(layout.root, mode);
      return await FileLock.wait(layout.lockFile, action, {
        waitMs: LOCK_WAIT_MS,
        waiting: () => this.#report.message("Waiting for another usync-db that works on this PostgreSQL"),
      });
    } catch (error) {
      throw explainFileError(error, action, layout.root);
    }
  }

  #account(): Promise<Account | undefined> {
    return serverAccount(this.#dataFolder);
  }

  async #context(state: ServerState, action: string): Promise<PostmasterContext> {
    if (state.binaries === null) throw notInstalled(action);
    return {
      layout: this.layout,
      bin: binariesFolder(this.layout, state.binaries),
      password: await readSecret(this.layout.passwordFile),
      account: await this.#account(),
      report: this.#report,
      signal: this.#signal,
    };
  }
}

/** The name of what was found; undefined where there are no binaries or no cluster. */
function stateName(
  state: ServerState,
  cluster: string | null,
  seen: Awaited<ReturnType<typeof probe>>["state"],
): ServerStatus["state"] | undefined {
  if (seen === "up") return "running";
  if (seen === "starting") return "starting";
  if (seen === "refused") return "unreachable";
  if (state.binaries === null || cluster === null) return undefined;
  return seen === "down" ? "stopped" : "crashed";
}

/** The connection to our database, which is made where it is not there; undefined when the server has gone meanwhile. */
async function reachDatabase(server: Omit<Connection, "database">): Promise<Connection | undefined> {
  return await ifThere(withConnection({ ...server, database: "postgres" }, async (sql) => {
    const [found] = await sql`select 1 from pg_database where datname = ${ROLE}`;
    if (found === undefined) await sql.unsafe(`create database ${ROLE}`);
    return { ...server, database: ROLE };
  }));
}

async function databaseBytes({ port, password }: { port: number; password: string }): Promise<number | null> {
  const connection = { host: "127.0.0.1", port, user: ROLE, password, database: "postgres" };
  return await ifThere(withConnection(connection, async (sql) => {
    const [row] = await sql`select sum(pg_database_size(oid))::float8 as bytes from pg_database`;
    return row.bytes as number;
  })) ?? null;
}

/** What a server answers; undefined when it has gone away meanwhile. */
async function ifThere<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isAway(error)) return undefined;
    throw error;
  }
}

function notInstalled(action: string): UsyncError {
  return new UsyncError(`Cannot ${action} PostgreSQL: it is not installed here`, {
    hint: "Run `usync-db postgres install`.",
  });
}

function passwordGone(layout: ServerLayout): UsyncError {
  return new UsyncError(`Cannot start PostgreSQL: its password file ${layout.passwordFile} is gone`, {
    hint: "Put the file back from a backup: without it nobody can reach the data.",
  });
}
