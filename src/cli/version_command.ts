import { Command } from "commander";
import config from "../../deno.json" with { type: "json" };
import { contextOf } from "./command_context.ts";
import { isOlder, newestVersion } from "./newest_version.ts";

/** Where the newest version is told. The executable may not reach it unless its user allows that. */
const NEWEST = `https://jsr.io/${config.name}/meta.json`;

/** `version`: which one this is, and whether there is a newer one. */
export function versionCommand(): Command {
  return new Command("version")
    .description("tell the version")
    .option("--check", `ask ${new URL(NEWEST).host} whether there is a newer one; nothing is asked otherwise`)
    .addHelpText("after", '\n--json: {"version": "…", "newest": "…" | null}; newest is null without --check.')
    .action(async ({ check }: { check?: boolean }, command: Command) => {
      const { terminal } = contextOf(command), { version } = config;
      const newest = check ? await newestVersion(NEWEST) : null;
      terminal.result({ version, newest }, newest === null ? version : comparison(version, newest));
    });
}

function comparison(version: string, newest: string): string {
  return isOlder(version, newest)
    ? `${newest} is there; this is ${version}.`
    : `${version} is the newest version${version === newest ? "" : `: ${newest} is published`}.`;
}
