import { Command } from "commander";
import { isInOwnServer, readManifest } from "../data_folder/manifest.ts";
import { UsyncError } from "../domain/errors.ts";
import {
  type BinariesSource,
  downloadSize,
  findInstalled,
  noDownload,
  pinnedDownload,
  PostgresServer,
  type Report,
  type ServerStatus,
} from "../postgres_server/mod.ts";
import { agree } from "./ask.ts";
import { type CommandContext, contextOf, type GlobalOptions } from "./command_context.ts";
import { formatBytes } from "./format_text.ts";
import { breakable } from "./interrupts.ts";
import { Progress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

interface InstallOptions extends GlobalOptions {
  url?: string;
  sha256?: string;
  archive?: string;
  bin?: string;
}

const HELP = `
--json, of each of them: how things are then: {"state": "absent|incomplete|stopped|starting|running|crashed|unreachable",
  "version": "…"|null, "binaries": "…"|null, "source": "…"|null, "cluster": "…"|null, "host": "127.0.0.1", "port": n|null,
  "user": "…", "database": "…", "password_file": "…"|null, "pid": n|null, "started_at": "…"|null, "stays": true|false,
  "database_bytes": n|null}`;

/**
 * `usync-db postgres install|start|stop|status|uninstall`. Results go to standard output, with `--json` as a
 * `ServerStatus` in one line; everything else to standard error. Throws `UsyncError` for what fails; an interruption sets
 * the exit status 130.
 */
export function postgresCommand(): Command {
  const command = new Command("postgres")
    .description("fetch, run and look after a PostgreSQL of the store's own")
    .addHelpText("after", HELP);
  command.command("install")
    .description("install PostgreSQL into the data folder and set a database up")
    .option("--archive <file>", "from a zip or tar.gz with PostgreSQL's binaries")
    .option("--bin <folder>", "use the binaries in this folder")
    .option("--url <address>", "download them from elsewhere (needs --sha256)")
    .option("--sha256 <hex>", "the checksum of that download")
    .action(action(install));
  command.command("start")
    .description("start it; it goes on until `postgres stop`")
    .action(action((server) => () => server.start({ stay: true })));
  command.command("stop")
    .description("stop it")
    .action(action((server, _options, _command, report) => async () => {
      if (!await server.stop()) report.message("PostgreSQL was not running");
    }));
  command.command("status")
    .description("tell what is installed and whether it runs")
    .action(action(() => async () => {}));
  command.command("uninstall")
    .description("stop it and remove its binaries; the data stays")
    .option("--delete-data", "remove the data and its password too; refused while the store needs them")
    .action(action(uninstall));
  return command;
}

type Work = () => Promise<unknown>;

/**
 * Makes an action that prints the server's status at the end. `prepare` asks what there is to ask and gives the work:
 * Ctrl+C ends the program while it asks, and breaks the work off in good order.
 */
function action<O extends GlobalOptions>(
  prepare: (server: PostgresServer, options: O, command: Command, report: Report) => Work | Promise<Work>,
): (options: unknown, command: Command) => Promise<void> {
  return async (_options, command) => {
    const options = command.optsWithGlobals<O>(), { terminal } = contextOf(command);
    const report = reportOn(terminal), interrupt = new AbortController();
    const server = new PostgresServer(options.data, { report, signal: interrupt.signal });
    const work = await prepare(server, options, command, report);
    await breakable(terminal, interrupt, async () => {
      await work();
      const status = await server.status();
      terminal.result(status, describe(status));
    });
  };
}

function reportOn(terminal: Terminal): Report {
  const line = new Progress(terminal, formatBytes);
  return {
    message: (text) => terminal.message(text),
    progress: (step, done, total) => line.show(step, done, total),
  };
}

async function install(server: PostgresServer, options: InstallOptions, command: Command): Promise<Work> {
  const source = givenSource(options, command) ?? await chosenSource(server, await server.status(), options);
  return () => server.install(source);
}

/** What the PostgreSQL of a data folder is installed from: an archive, or what the user agrees to; see `chosenSource`. */
export async function chooseBinaries(
  { options }: CommandContext,
  archive: string | undefined,
): Promise<BinariesSource | undefined> {
  if (archive !== undefined) return { kind: "archive", file: archive };
  const server = new PostgresServer(options.data);
  return await chosenSource(server, await server.status(), options);
}

/** The source that the options name; undefined when they name none. */
function givenSource({ archive, bin, url, sha256 }: InstallOptions, command: Command): BinariesSource | undefined {
  if ([archive, bin, url].filter((value) => value !== undefined).length > 1) {
    command.error("error: only one of --archive, --bin and --url can be given", { exitCode: 2 });
  }
  if ((url === undefined) !== (sha256 === undefined)) {
    command.error("error: --url and --sha256 belong together", { exitCode: 2 });
  }
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) {
    command.error("error: --sha256 takes 64 hexadecimal digits", { exitCode: 2 });
  }
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    command.error("error: --url takes an http or https address", { exitCode: 2 });
  }
  if (archive !== undefined) return { kind: "archive", file: archive };
  if (bin !== undefined) return { kind: "folder", folder: bin };
  return url === undefined ? undefined : { kind: "download", url, sha256: sha256! };
}

/**
 * The source that the user agrees to: a PostgreSQL on this machine, else the download. Undefined when binaries are
 * installed already.
 */
async function chosenSource(
  server: PostgresServer,
  status: ServerStatus,
  options: InstallOptions,
): Promise<BinariesSource | undefined> {
  if (status.binaries !== null) return undefined;
  const [found] = await findInstalled();
  if (found !== undefined) {
    const question = `PostgreSQL ${found.version} is on this machine, in ${found.folder}. Use its programs?`;
    if (
      await agree(question, options, `Run again with --yes, or \`usync-db postgres install --bin "${found.folder}"\`.`)
    ) {
      return { kind: "folder", folder: found.folder };
    }
  }
  const pinned = pinnedDownload();
  if (pinned === undefined) return found === undefined ? noDownload() : declined(`the one in ${found.folder}`);
  const bytes = await downloadSize(pinned.url);
  const size = bytes === undefined ? "of a size that the server does not tell" : `of ${formatBytes(bytes)}`;
  const question = `Download PostgreSQL ${size} from ${new URL(pinned.url).host} into ${server.layout.root}?`;
  if (await agree(question, options, "Run again with --yes, or download it yourself and use --archive FILE.")) {
    return pinned;
  }
  return declined("the download");
}

function declined(what: string): never {
  throw new UsyncError(`PostgreSQL was not installed: ${what} was declined`, {
    hint:
      "`usync-db postgres install` takes another one: --archive FILE, --bin FOLDER, or --url ADDRESS with --sha256 HEX. " +
      "`usync-db migrate --url ADDRESS` moves the store to a server of yours.",
  });
}

async function uninstall(
  server: PostgresServer,
  options: GlobalOptions & { deleteData?: boolean },
  _command: Command,
  report: Report,
): Promise<Work> {
  const deleteData = options.deleteData ?? false;
  if (deleteData) refuseIfUsed(options.data);
  const { cluster } = await server.status();
  if (deleteData && cluster !== null) {
    const question = `Delete all data of this PostgreSQL, in ${cluster}?`;
    if (!await agree(question, options, "Run again with --yes if it is to be deleted.")) {
      throw new UsyncError("Nothing was removed: deleting the data was declined");
    }
  }
  return async () => {
    await server.uninstall({ deleteData });
    if (!deleteData && cluster !== null) report.message(`The data is still in ${cluster}`);
  };
}

/** Throws a `UsyncError` when the store of a data folder lies in its PostgreSQL, or has left something there. */
function refuseIfUsed(dataFolder: string): void {
  const manifest = readManifest(dataFolder);
  if (!manifest) return;
  const refuse = (why: string, hint: string) => {
    throw new UsyncError(`Cannot delete the data of this PostgreSQL: ${why}`, { hint });
  };
  const discard = "`usync-db migrate --discard-old`";
  if (isInOwnServer(manifest)) {
    refuse(
      "the store is in it",
      `Move it elsewhere with \`usync-db migrate --to sqlite\`, and remove what that leaves with ${discard}.`,
    );
  }
  if (manifest.move && isInOwnServer(manifest.move)) {
    const giveUp = `\`usync-db migrate --to ${manifest.tier}\``;
    refuse(
      "a move of the store into it is unfinished",
      `Finish it with \`usync-db migrate\`, or give it up with ${giveUp}.`,
    );
  }
  if ([...manifest.old, ...manifest.removing].some(isInOwnServer)) {
    refuse("an old store is in it", `Remove that first with ${discard}.`);
  }
}

/** The status in words. */
function describe(status: ServerStatus): string {
  const name = status.version === null ? "PostgreSQL" : `PostgreSQL ${status.version}`;
  const place = `127.0.0.1:${status.port}`;
  switch (status.state) {
    case "running":
      return [
        `${name} is running on ${place} (process ${status.pid}, since ${status.started_at})`,
        `  user ${status.user}, database ${status.database}, password in ${status.password_file}`,
        `  ${formatBytes(status.database_bytes ?? 0)} in ${status.cluster}`,
      ].join("\n");
    case "absent":
      return "PostgreSQL is not installed here";
    case "incomplete":
      return status.cluster === null
        ? "The installation of PostgreSQL is not complete: run `usync-db postgres install`"
        : `PostgreSQL is not installed here; its data is in ${status.cluster}`;
    case "stopped":
      return `${name} is installed and not running; its data is in ${status.cluster}`;
    case "starting":
      return `${name} is starting on ${place}`;
    case "crashed":
      return `${name} is not running: it ended without being stopped. \`usync-db postgres start\` repairs it`;
    case "unreachable":
      return `Something runs on ${place} that does not take the password in ${status.password_file}`;
  }
}
