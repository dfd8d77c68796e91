/** The smallest program around `postgresCommand`, so that its process can be killed in tests. */
import { Command, CommanderError } from "commander";
import { postgresCommand } from "../../src/cli/postgres_command.ts";
import { UsyncError } from "../../src/domain/errors.ts";

const program = new Command("usync-db")
  .option("--data <dir>")
  .option("--json")
  .option("--yes")
  .option("--no-color")
  .addCommand(postgresCommand());
for (const command of [program, ...program.commands.flatMap((c) => [c, ...c.commands])]) command.exitOverride();
try {
  await program.parseAsync(Deno.args, { from: "user" });
} catch (error) {
  if (error instanceof CommanderError) {
    Deno.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof UsyncError) {
    console.error(`error: ${error.message}${error.hint ? `\n${error.hint}` : ""}`);
    Deno.exitCode = 1;
  } else throw error;
}
