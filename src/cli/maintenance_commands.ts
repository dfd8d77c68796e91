import { resolve } from "node:path";
import { Command } from "commander";
import { FOLDER_SETTINGS, type Setting, settingNamed, settingOf, SETTINGS, settingValue } from "../store/settings.ts";
import { formatCount } from "../domain/format_count.ts";
import { contextOf, fail, fromCommandLine, withSession } from "./command_context.ts";
import { REPAIR_HELP, runRepair } from "./repair.ts";
import { formatBytes, formatSegments, oneLine, plural } from "./format_text.ts";
import { Progress } from "./progress.ts";
import { type Column, formatTable, type TableWidth } from "./text_table.ts";

const SETTING_COLUMNS: Column[] = [
  { name: "SETTING", kind: "id" },
  { name: "VALUE", kind: "id" },
  { name: "WHAT", kind: "text", isOptional: true },
];

/** A value for people on a terminal, as it is elsewhere. */
function valueCell(name: Setting, value: number | string, width: TableWidth): string | number {
  if (width === undefined || typeof value === "string") return value;
  return name.endsWith("-bytes") ? formatBytes(value) : formatCount(value);
}

export function verifyCommand(): Command {
  return new Command("verify")
    .description("read and check everything; exit status 1 when something is wrong")
    .addHelpText(
      "after",
      '\n--json: {"files": n, "segments": n, "problems": [{"where": "…", "file_id"?: "…", "what": "…"}…]}',
    )
    .option("--repair", "make a new store of what is sound, with damaged files from a backup; the old one is kept")
    .option("--from <folder>", "the backup (default: that of the setting backup.folder)")
    .addHelpText("after", REPAIR_HELP)
    .action(async (options: { repair?: boolean; from?: string }, command: Command) => {
      const context = contextOf(command), { terminal } = context;
      if (options.from !== undefined && !options.repair) command.error("error: --from goes with --repair");
      if (options.repair) return await runRepair(context, options.from);
      const line = new Progress(terminal, formatSegments);
      const report = await withSession(
        context,
        false,
        (session) => session.verify(({ segments }) => line.show("Checking", segments, undefined)),
      );
      const problems = report.problems.map(({ where, file_id, what }) =>
        oneLine(`${where}: ${file_id === undefined ? "" : `the file ${file_id}: `}${what}`)
      );
      const checked = `Checked ${plural(report.files, "file")} and ${plural(report.segments, "segment")}: `;
      terminal.result(
        report,
        checked +
          (problems.length === 0 ? "all good." : [plural(problems.length, "problem"), ...problems].join("\n  ")),
      );
      if (problems.length > 0) fail();
    });
}

export function optimizeCommand(): Command {
  return new Command("optimize")
    .description("bring indexes, statistics and free space in order")
    .addHelpText("after", '\n--json: {"database_bytes_before": n, "database_bytes_after": n}')
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const [before, after] = await withSession(context, false, async (session) => {
        const before = (await session.totals()).database_bytes;
        await session.optimize();
        return [before, (await session.totals()).database_bytes];
      });
      context.terminal.result(
        { database_bytes_before: before, database_bytes_after: after },
        `The database takes ${formatBytes(after)} (before: ${formatBytes(before)}).`,
      );
    });
}

export function configCommand(): Command {
  const config = new Command("config").description("show and change the settings of the store");
  config.command("get").description("show all settings, or one").argument("[NAME]")
    .addHelpText("after", '\n--json: {"NAME": value, …}')
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const names = name === undefined
        ? Object.keys(SETTINGS) as Setting[]
        : [fromCommandLine(() => settingNamed(name))];
      const settings = await withSession(context, false, (session) => session.settings());
      const { tableColumns } = context.terminal;
      const rows = names.map((
        name,
      ) => [name, valueCell(name, settingOf(settings, name), tableColumns), SETTINGS[name].what]);
      context.terminal.result(
        Object.fromEntries(names.map((name) => [name, settingOf(settings, name)])),
        formatTable(SETTING_COLUMNS, rows, tableColumns),
      );
    });
  config.command("set").description("change a setting").argument("<NAME>").argument("<VALUE>")
    .addHelpText("after", '\n--json: {"NAME": value}')
    .action(async (name: string, text: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const setting = fromCommandLine(() => settingNamed(name));
      const given = fromCommandLine(() => settingValue(setting, text));
      const value = FOLDER_SETTINGS.includes(setting) && given !== "" ? resolve(`${given}`) : given;
      await withSession(context, true, (session) => session.changeSetting(setting, value));
      const rest = setting === "inbox" && value !== ""
        ? " Files put there are imported while `usync-db serve` runs."
        : "";
      context.terminal.result({ [setting]: value }, `${setting} is ${value === "" ? "empty" : value} now.${rest}`);
    });
  return config;
}
