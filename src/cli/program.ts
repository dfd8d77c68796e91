import { Command } from "commander";
import config from "../../deno.json" with { type: "json" };
import { backupCommand, restoreCommand } from "./backup_command.ts";
import { contextOf } from "./command_context.ts";
import { exportCommand } from "./export_command.ts";
import { importCommand } from "./import_command.ts";
import { importsCommand } from "./imports_command.ts";
import { isRunning } from "./interrupts.ts";
import { configCommand, optimizeCommand, verifyCommand } from "./maintenance_commands.ts";
import { migrateCommand } from "./migrate_command.ts";
import { postgresCommand } from "./postgres_command.ts";
import { deleteCommand } from "./delete_command.ts";
import { completionCommand } from "./completion_command.ts";
import { addExamples } from "./examples.ts";
import {
  filesCommand,
  findCommand,
  foldersCommand,
  pendingCommand,
  searchCommand,
  segmentsCommand,
} from "./query_commands.ts";
import { openCommand, serveCommand, serveOrOpen } from "./serve_command.ts";
import { isStartedByClick } from "./started_by_click.ts";
import { showStatus, statusCommand } from "./status_command.ts";
import { versionCommand } from "./version_command.ts";

/** The command line: every command with its options and what it runs. */
export function makeProgram(): Command {
  const program = new Command("usync-db")
    .description(
      "The database for Usenet segments. Without a command: makes the store if there is none, shows its status; " +
        "started from the desktop: runs the service and opens its page.",
    )
    .version(config.version)
    .option("--data <dir>", "the data folder", "./data")
    .option("--json", "results as JSON")
    .option("--yes", "answer all questions with yes")
    .option("--no-color", "no colours")
    .option("--migrate", "the same as the command migrate")
    .helpCommand("help [COMMAND]", "show what a command does and takes")
    .addHelpText("after", "\nExit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted.")
    .hook("preAction", (program) => isRunning(program.args[0] ?? ""))
    .allowExcessArguments()
    .action(async (_options: unknown, command: Command) => {
      if (command.args.length > 0) refuseUnknown(command);
      if (!command.opts().json && await isStartedByClick()) await serveOrOpen(contextOf(command));
      else await showStatus(command, true);
    });
  const queries = [
    foldersCommand(),
    filesCommand(),
    segmentsCommand(),
    findCommand(),
    searchCommand(),
    pendingCommand(),
    importsCommand(),
    statusCommand(),
  ];
  const upkeep = [
    serveCommand(),
    openCommand(),
    migrateCommand(),
    backupCommand(),
    restoreCommand(),
    verifyCommand(),
    optimizeCommand(),
    configCommand(),
    postgresCommand(),
    versionCommand(),
    completionCommand(),
  ];
  for (const command of [importCommand(), exportCommand(), ...queries, deleteCommand(), ...upkeep]) {
    program.addCommand(command);
  }
  addExamples(program);
  return program;
}

/** Commander takes a name that is no command for an argument, since the program has an action of its own. */
function refuseUnknown(program: Command): never {
  return (program as unknown as { unknownCommand(): never }).unknownCommand();
}
