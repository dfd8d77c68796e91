import { Command } from "commander";
import { isInOwnServer, readManifest } from "../data_folder/manifest.ts";
import { UsyncError } from "../domain/errors.ts";
import type { PostgresServer, Report } from "../postgres_server/mod.ts";
import { agree } from "./ask.ts";
import { chosenSource, dataFolderServer, givenSource, type InstallOptions } from "./choose_binaries.ts";
import { contextOf, type GlobalOptions } from "./command_context.ts";
import { formatBytes } from "./format_text.ts";
import { breakable } from "./interrupts.ts";
import { Progress } from "./progress.ts";
import { serverText } from "./server_text.ts";
import type { Terminal } from "./terminal.ts";
import { runUpgrade, UPGRADE_HELP } from "./upgrade_command.ts";

const HELP = `
--json, of each of them: how things are then: {"state": "absent|incomplete|stopped|starting|running|crashed|unreachable",
  "version": "…"|null, "binaries": "…"|null, "source": "…"|null, "cluster": "…"|null, "host": "127.0.0.1", "port": n|null,
  "user": "…", "database": "…", "password_file": "…"|null, "pid": n|null, "started_at": "…"|null, "stays": true|false,
  "database_bytes": n|null}`;

/**
 * `usync-db postgres install|upgrade|start|stop|status|uninstall`. Results go to standard output, with `--json` as a
 * `ServerStatus` in one line; everything else to standard error. Throws `UsyncError` for what fails; an interruption sets
 * the exit status 130.
 */
export function postgresCommand(): Command {
  const command = new Command("postgres")
    .description("fetch, run and look after a PostgreSQL of the store's own")
    .addHelpText("after", HELP);
  withSource(command.command("install"))
    .description("install PostgreSQL into the data folder and set a database up")
    .action(action(install));
  withSource(command.command("upgrade"))
    .description("upgrade it to a newer version, and move the store there where that is a major one")
    .addHelpText("after", UPGRADE_HELP)
    .action(runUpgrade);
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

/** Adds the options that say where PostgreSQL's programs come from. */
function withSource(command: Command): Command {
  return command
    .option("--archive <file>", "from a zip or tar.gz with PostgreSQL's binaries")
    .option("--bin <folder>", "use the binaries in this folder")
    .option("--url <address>", "download them from elsewhere (needs --sha256)")
    .option("--sha256 <hex>", "the checksum of that download");
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
    const server = await dataFolderServer(options.data, { report, signal: interrupt.signal });
    const work = await prepare(server, options, command, report);
    await breakable(terminal, interrupt, async () => {
      await work();
      const status = await server.status();
      terminal.result(status, serverText(status));
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
