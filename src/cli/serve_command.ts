import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError, Option } from "commander";
import { askService, findService, silentError } from "../client/open_session.ts";
import { FolderInUseError } from "../data_folder/folder_lock.ts";
import { UsyncError } from "../domain/errors.ts";
import { askFor } from "../files/permitted.ts";
import { LocalSession } from "../session/local_session.ts";
import { settingOf } from "../store/settings.ts";
import { startAtLogOn, startNothingAtLogOn } from "./autostart.ts";
import { type CommandContext, contextOf, warnOfFolder } from "./command_context.ts";
import { onInterrupt } from "./interrupts.ts";
import { openPage, removePageFile } from "./open_browser.ts";
import { OutputClosed } from "./terminal.ts";

const HELP = `
--autostart on has this account start the service at every log-on, on this data folder; off ends that. On Windows it runs in a
minimised window: closing that ends the service. With it, nothing is served now.

Serves until Ctrl+C, on this machine only: the page, the API (/openapi.json describes it) and /metrics. It prints the
address of the page, which contains the access token and stays good after a restart. Other commands on the same data folder work through the service while it runs.

--json: {"url": "http://127.0.0.1:PORT", "page": "…", "pid": n}; the address of the page contains the access token.
  With --autostart {"autostart": true|false, "where": "…"|null}.`;

/** What the window of the service is for. */
const HOW_IT_ENDS = Deno.build.os === "windows"
  ? "This window is the service: minimise it if you like. Ctrl+C, or closing it, ends it; nothing that was stored is lost."
  : "Ctrl+C ends it.";

/** Milliseconds that the store has to close at the end; what was reported as stored is safe in any case. */
const CLOSES_WITHIN = 5000;

export function serveCommand(): Command {
  return new Command("serve")
    .description("run the local service: a page for the browser and an API for programs")
    .option("--port <n>", "the port (default: 7119, or a free one where that is busy)", parsePort)
    .option("--no-open", "do not open the page in the browser")
    .addOption(new Option("--autostart <on|off>", "start the service at log-on, or no more").choices(["on", "off"]))
    .addHelpText("after", HELP)
    .action(async ({ autostart, ...options }: ServeOptions, command: Command) => {
      const context = contextOf(command);
      if (autostart === undefined) await serve(context, options);
      else await setAutostart(context, autostart === "on", options.port);
    });
}

interface ServeOptions {
  port?: number;
  open: boolean;
  autostart?: "on" | "off";
}

async function setAutostart({ options, terminal }: CommandContext, isOn: boolean, port?: number): Promise<void> {
  if (!isOn) {
    await startNothingAtLogOn();
    return terminal.result({ autostart: false, where: null }, "The service does not start at log-on any more.");
  }
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const program = Deno.build.standalone ? [Deno.execPath()] : [Deno.execPath(), "run", "-A", main];
  const ofPort = port === undefined ? [] : ["--port", `${port}`];
  const command = [...program, "--data", resolve(options.data), "serve", "--no-open", ...ofPort];
  const where = await startAtLogOn({ command, folder: Deno.cwd() });
  terminal.result(
    { autostart: true, where },
    `The service starts at every log-on (${where}). \`usync-db open\` shows its page; ` +
      "`usync-db serve --autostart off` ends that.",
  );
}

export function openCommand(): Command {
  return new Command("open")
    .description("open the page of the service in the browser; run the service where there is none")
    .addHelpText("after", "\nPrints nothing where a service runs already; else it does as serve does, --json included.")
    .action((_options: unknown, command: Command) => serveOrOpen(contextOf(command)));
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new InvalidArgumentError("a number from 0 to 65535");
}

/** After a start from the desktop: serves and opens the page; where the folder is served already, just opens it. */
export async function serveOrOpen(context: CommandContext): Promise<void> {
  const service = await findService(context.options.data);
  if (service) return await showPage(context, pageOf(service));
  await serve(context, { open: true });
}

async function serve(context: CommandContext, { port, open }: { port?: number; open: boolean }): Promise<void> {
  const { terminal, options } = context;
  const session = await openOwn(options.data);
  warnOfFolder(context);
  await askForInbox(session);
  removePageFile(options.data); // of a service that was killed
  // Here, for what it needs would slow down the start of the other commands.
  const { Service } = await import("../service/service.ts");
  const service = await Service.start(session, {
    port,
    monitor: session.monitor,
    message: (text) => terminal.message(text),
  }).catch(async (error) => {
    await session.close();
    throw error;
  });
  void session.cleanUp();
  const page = pageOf(service), end = untilAskedToEnd(); // before it is said that it serves: then it ends in order
  terminal.result({ url: service.url, page, pid: Deno.pid }, `Serving ${options.data} on ${page}`);
  if (terminal.isInteractive && !terminal.json) {
    terminal.title(`usync-db: serves ${options.data}`);
    terminal.message(HOW_IT_ENDS);
  }
  if (open) await showPage(context, page);
  await end;
  await service.close();
  removePageFile(options.data);
  // A migration goes on at the next start from where it is; closing the store under it would make it fail instead.
  if (!service.isMigrating) await Promise.race([session.close(), sleep(CLOSES_WITHIN)]);
  if (terminal.json) return;
  const rest = service.isMigrating ? " The migration goes on at the next start." : "";
  try {
    terminal.message(`The service has ended; what was reported as stored is safe.${rest}`);
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error; // nobody hears it, and all is done
  }
}

/** An inbox outside of the application folder is asked for before anybody is served: the question stops everything. */
async function askForInbox(session: LocalSession): Promise<void> {
  const folder = settingOf(await session.settings(), "inbox");
  if (folder !== "") await askFor(folder);
}

async function openOwn(dataFolder: string): Promise<LocalSession> {
  try {
    return await LocalSession.open(dataFolder, { cache: true });
  } catch (error) {
    const found = error instanceof FolderInUseError && await askService(dataFolder);
    if (!found) throw error;
    const { service, answers } = found;
    if (!answers) throw silentError(service, error as FolderInUseError) ?? error;
    throw new UsyncError(`Cannot serve ${dataFolder}: a service does so already, on ${service.url}`, {
      hint: `Use that one, or end it (process ${service.pid}) first.`,
    });
  }
}

function pageOf({ url, token }: { url: string; token: string }): string {
  return `${url}/#token=${token}`;
}

async function showPage({ options, terminal }: CommandContext, page: string): Promise<void> {
  const failure = await openPage(options.data, page);
  if (failure) terminal.message(`The browser was not opened (${failure}). The page is: ${page}`);
}

/** Ctrl+C, or what the system says instead: Ctrl+Break, the closing of the window, a kind kill. */
function untilAskedToEnd(): Promise<void> {
  return new Promise((resolve) => {
    onInterrupt(resolve);
    const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGBREAK", "SIGHUP"] : ["SIGTERM", "SIGHUP"];
    for (const signal of signals) Deno.addSignalListener(signal, resolve);
  });
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
