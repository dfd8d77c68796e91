import { Command, InvalidArgumentError } from "commander";
import { LocalSession } from "../session/local_session.ts";
import { contextOf } from "./command_context.ts";
import { onInterrupt } from "./interrupts.ts";

const HELP = `
Prints the address and serves until Ctrl+C: the page, the API (/openapi.json describes it) and /metrics, on this machine
only. Other commands on the same data folder use the service while it runs.

--json: {"url": "http://127.0.0.1:PORT", "page": "URL with the token for changes", "pid": n}`;

export function serveCommand(): Command {
  return new Command("serve")
    .description("run the local service: a page for the browser and an API for programs")
    .option("--port <n>", "the port (default: 7119, or a free one)", parsePort)
    .option("--no-open", "do not open the page in the browser")
    .addHelpText("after", HELP)
    .action(runServe);
}

async function runServe(options: { port?: number; open: boolean }, command: Command): Promise<void> {
  const context = contextOf(command), { terminal } = context;
  const { Service } = await import("../service/service.ts"); // what it needs would slow the start of other commands
  const session = await LocalSession.open(context.options.data);
  const service = await Service.start(session, { port: options.port, message: (text) => terminal.message(text) });
  const page = `${service.url}/#token=${service.token}`;
  terminal.result({ url: service.url, page, pid: Deno.pid }, `Serving ${context.options.data} on ${service.url}`);
  await new Promise<void>((resolve) => {
    onInterrupt(resolve);
    Deno.addSignalListener(Deno.build.os === "windows" ? "SIGBREAK" : "SIGTERM", resolve);
  });
  await service.close();
  if (!service.isMigrating) await session.close();
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new InvalidArgumentError("a number from 0 to 65535");
}
