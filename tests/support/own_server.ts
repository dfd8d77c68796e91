import { randomBytes } from "node:crypto";
import path from "node:path";
import process from "node:process";
import postgres from "postgres";
import { giveTo } from "../../src/postgres_server/account.ts";
import { program } from "../../src/postgres_server/binaries.ts";
import { isFree } from "../../src/postgres_server/free_port.ts";
import { launchServer, runProgram } from "../../src/postgres_server/run_program.ts";
import { testBin } from "../postgres_server/test_archives.ts";
import { testFolder } from "../postgres_server/test_folder.ts";

/** The account of a server that root starts. */
const ACCOUNT = Deno.build.os !== "windows" && Deno.uid() === 0
  ? { uid: 65534, gid: 65534, name: "nobody" }
  : undefined;

/** A port that nobody else is likely to take while a server is away: below those that systems give out, by chance. */
function randomPort(): number {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    if (isFree(port)) return port;
  }
}

/** How long a server may take to start or to go, ms; longer is an error and not a test without end. */
const PATIENCE = 100_000;

export interface OwnServerOptions {
  /** The folder of its programs; those for tests when left out. */
  bin?: string;
  /** The folder for its data; a new one when left out. */
  folder?: string;
  /** Lines for postgresql.conf. */
  settings?: string[];
}

/** A PostgreSQL server of a test's own, as somebody else would run it: set up as one likes, stopped, killed, started again. */
export class OwnServer implements AsyncDisposable {
  readonly port = randomPort();
  readonly password = randomBytes(12).toString("hex");
  /** The folder of the cluster. */
  readonly cluster: string;
  readonly #bin: string;
  readonly #remove: () => Promise<void>;

  private constructor(bin: string, folder: string, remove: () => Promise<void>) {
    this.#bin = bin;
    this.cluster = path.join(folder, "cluster");
    this.#remove = remove;
  }

  static async start(options: OwnServerOptions = {}): Promise<OwnServer> {
    const bin = options.bin ?? await testBin();
    const made = options.folder === undefined ? await testFolder() : undefined;
    const folder = options.folder ?? made!.path;
    await giveTo(ACCOUNT, folder);
    const server = new OwnServer(bin, folder, async () => await made?.[Symbol.asyncDispose]());
    try {
      await server.#initialize(options.settings ?? []);
      await server.startAgain();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #initialize(settings: string[]): Promise<void> {
    const folder = path.dirname(this.cluster), passwordFile = path.join(folder, "password");
    await Deno.writeTextFile(passwordFile, this.password);
    await giveTo(ACCOUNT, passwordFile);
    const rest = ["-U", "postgres", "-E", "UTF8", "--locale=C", "-A", "scram-sha-256", "--no-sync"];
    await this.#run("initdb", "-D", "cluster", "--pwfile", "password", ...rest);
    const lines = [
      `port = ${this.port}`,
      ...["listen_addresses = '127.0.0.1'", "unix_socket_directories = ''", "shared_buffers = 32MB"],
      ...settings,
    ];
    await Deno.writeTextFile(path.join(this.cluster, "postgresql.conf"), lines.join("\n") + "\n", { append: true });
  }

  async #run(name: "initdb" | "pg_ctl", ...args: string[]): Promise<void> {
    const cwd = path.dirname(this.cluster);
    const { code, output } = await runProgram(program(this.#bin, name), args, { account: ACCOUNT, cwd });
    if (code !== 0) throw new Error(`${name} ${args.join(" ")}: ${output}`);
  }

  /** The address for the superuser, or for a user with a password. */
  url({ user = "postgres", password = this.password, database = "postgres" } = {}): string {
    const [login, secret] = [user, password].map(encodeURIComponent);
    return `postgres://${login}:${secret}@127.0.0.1:${this.port}/${database}`;
  }

  /** Runs statements as the superuser. */
  async asSuperuser<T>(use: (sql: postgres.Sql) => Promise<T>, database = "postgres"): Promise<T> {
    const sql = postgres(this.url({ database }), { max: 1, onnotice() {}, connect_timeout: 10 });
    try {
      return await use(sql);
    } finally {
      await sql.end({ timeout: 5 });
    }
  }

  /** Starts it after it was stopped or killed; what is left of it then must go first. */
  async startAgain(): Promise<void> {
    const args = ["start", "-D", "cluster", "-l", "server.log", "-w", "-t", "30"], end = Date.now() + PATIENCE;
    const options = { account: ACCOUNT, cwd: path.dirname(this.cluster) };
    while (!await this.#isRunning()) {
      if (Date.now() > end) throw new Error(`The server does not start: ${await this.log()}`);
      await launchServer(program(this.#bin, "pg_ctl"), args, options);
    }
  }

  /** What it has logged. */
  log(): Promise<string> {
    return Deno.readTextFile(path.join(path.dirname(this.cluster), "server.log"));
  }

  async stop(mode: "fast" | "immediate" = "fast"): Promise<void> {
    await this.#run("pg_ctl", "stop", "-D", "cluster", "-m", mode, "-w", "-t", "60");
  }

  /** Stops it without letting it write anything, and starts it again. */
  async restart(): Promise<void> {
    await this.stop("immediate");
    await this.startAgain();
  }

  /**
   * Kills it, as kill -9 does; its other processes go when they notice. Not for Wine, which keeps connections of those open
   * that are killed.
   */
  async kill(): Promise<void> {
    const [pid] = (await Deno.readTextFile(path.join(this.cluster, "postmaster.pid"))).split("\n");
    process.kill(Number(pid), "SIGKILL");
    const end = Date.now() + PATIENCE;
    while (await this.#isRunning()) {
      if (Date.now() > end) throw new Error(`Something keeps the port of the killed server: ${await this.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #isRunning(): Promise<boolean> {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port: this.port })).close();
      return true;
    } catch {
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("immediate").catch(() => {}); // it may be stopped
    await this.#remove();
  }
}
