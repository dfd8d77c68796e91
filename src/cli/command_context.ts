import { type Command, InvalidArgumentError } from "commander";
import type { FolderStore } from "../data_folder/folder_store.ts";
import { openStore } from "../data_folder/open_store.ts";
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

export function contextOf(command: Command): CommandContext {
  const options = command.optsWithGlobals<GlobalOptions>();
  return { options, terminal: new Terminal({ json: options.json ?? false, color: options.color }) };
}

/** Runs a command on the store of the data folder and closes it after. Only `create` makes one where there is none. */
export async function withStore<T>(
  { options }: CommandContext,
  create: boolean,
  run: (store: FolderStore) => Promise<T>,
): Promise<T> {
  await using store = await openStore(options.data, { create });
  return await run(store);
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
