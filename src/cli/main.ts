import { type Command, CommanderError } from "commander";
import { isRefused, messageOf, OUTSIDE, UsyncError } from "../domain/errors.ts";
import { UsageError } from "./command_context.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { makeProgram } from "./program.ts";
import { isStartedByClick } from "./started_by_click.ts";
import { OutputClosed, Terminal } from "./terminal.ts";

/** Runs the command line; returns the exit status. */
export async function main(args: string[]): Promise<number> {
  try {
    const program = makeProgram();
    for (const command of withSubcommands(program)) {
      command.exitOverride().showHelpAfterError(isJson(args) ? false : MORE);
      if (isJson(args)) command.configureOutput({ outputError() {} }); // `explain` says it
    }
    await program.parseAsync(args.map((arg) => arg === "--migrate" ? "migrate" : arg), { from: "user" });
    return Deno.exitCode;
  } catch (error) {
    return explain(error, args);
  }
}

const MORE = "(--help tells more)";

function isJson(args: string[]): boolean {
  return args.includes("--json");
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** Says what went wrong; returns the exit status. */
function explain(error: unknown, args: string[]): number {
  if (error instanceof SuppressedError) return explain(error.suppressed, args); // what came first, not what closing met
  if (error instanceof OutputClosed) return 1;
  const terminal = new Terminal({ json: isJson(args), color: !args.includes("--no-color") });
  if (error instanceof CommanderError) {
    if (error.exitCode !== 0 && isJson(args)) terminal.error(error.message.replace(/^error: /, ""), MORE);
    return error.exitCode === 0 ? 0 : 2; // else commander has said it
  }
  if (error instanceof UsyncError) terminal.error(error.message, error.hint);
  else if (isRefused(error)) terminal.error(`Cannot go on: ${messageOf(error)}`, OUTSIDE);
  else {terminal.error(
      `internal error: ${messageOf(error)}`,
      "Please report this; USYNC_DEBUG=1 shows where it happened.",
    );}
  if (Deno.env.get("USYNC_DEBUG") === "1" && error instanceof Error) terminal.message(error.stack ?? "");
  return error instanceof UsageError ? 2 : 1;
}

/** The window that the desktop has opened for the program closes with it, and with what it says. */
async function letRead(): Promise<void> {
  if (!Deno.stdin.isTerminal() || !await isStartedByClick()) return;
  new Terminal({ json: false, color: false }).message("\nPress Enter to close this window.");
  Deno.stdin.readSync(new Uint8Array(1024));
}

if (import.meta.main) {
  listenForInterrupts();
  const status = await main(Deno.args);
  if (status === 1) await letRead();
  Deno.exit(status);
}
