import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { openSession } from "../client/open_session.ts";
import { refuseFile } from "../data_folder/data_folder.ts";
import { UsyncError } from "../domain/errors.ts";
import { folderWarning } from "../files/folder_risk.ts";
import type { Session } from "../session/session.ts";
import { oneLine } from "./format_text.ts";
import { Terminal } from "./terminal.ts";

/** The options that every command has. */
export interface GlobalOptions {
  data: string;
  json?: boolean;
  yes?: boolean;
  color: boolean;
}

/** What a command works with. */
export interface CommandContext {
  options: GlobalOptions;
  terminal: Terminal;
}

/** Throws a `UsyncError` when the data folder is a file: no command can do anything there. */
export function contextOf(command: Command): CommandContext {
  const options = command.optsWithGlobals<GlobalOptions>();
  refuseFile(options.data);
  return { options, terminal: new Terminal({ json: options.json ?? false, color: options.color }) };
}

/** Runs a command on the store of the data folder, whoever owns it, and closes it after. Only `create` makes one where there is none. */
export async function withSession<T>(
  context: CommandContext,
  create: boolean,
  run: (session: Session) => Promise<T>,
): Promise<T> {
  await using session = await openSession(context.options.data, { create });
  warnOfFolder(context);
  return await run(session);
}

/** Says where the data folder lies so that the store may be damaged. With --json the status has it. */
export function warnOfFolder({ options, terminal }: CommandContext): void {
  const warning = terminal.json ? null : folderWarning(options.data);
  if (warning !== null) terminal.message(`${terminal.paint("yellow", "usync-db:")} ${oneLine(warning)}`);
}

/** Whether the data folder has a store. */
export function hasStore({ options }: CommandContext): boolean {
  try {
    return existsSync(join(options.data, "store.json"));
  } catch {
    return true; // not allowed to look: whoever opens it tells
  }
}

/** What is said where a command has made a store. */
export function madeStoreText(dataFolder: string): string {
  return `Made a new, empty store in ${resolve(dataFolder)}.`;
}

/** The command line makes no sense, whatever the store is like. */
export class UsageError extends UsyncError {
  override name = "UsageError";
}

/** What `read` makes of the command line; what it refuses is wrong usage. It must look at nothing else. */
export function fromCommandLine<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UsyncError)) throw error;
    throw new UsageError(error.message, { hint: error.hint, cause: error });
  }
}

/** The exit status of a command that has done its work but found something wrong; it has said what. */
export function fail(): void {
  Deno.exitCode = 1;
}

/** Reads the number of an option such as `--limit`. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 1e6) {
    throw new InvalidArgumentError("a whole number from 1 to 1000000");
  }
  return count;
}
