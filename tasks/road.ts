/**
 * Walks a user's road through all tiers and prints it: `deno task road --help`. What it prints for the sample inputs is what
 * docs/walk.md shows.
 */
import { Command } from "commander";
import { fileURLToPath } from "node:url";
import { sourceProgram } from "./compile/source_program.ts";
import { inRoadFolder } from "./road/road_folder.ts";
import { walk } from "./road/walk.ts";

const SAMPLES = fileURLToPath(new URL("../tests/testdata", import.meta.url));

const command = new Command("road")
  .argument("[INPUT...]", "what is imported, instead of the sample inputs")
  .option("--program <file>", "an executable to walk with, instead of the source with the executable's permissions")
  .option("--archive <file>", "a tar.gz of PostgreSQL's binaries, instead of those for the tests")
  .option("--words <words>", "what is searched for", "holiday")
  .option("--bad", "some of the inputs are bad, so that their import ends with 1")
  .parse(Deno.args, { from: "user" });
const { program, archive, words, bad } = command.opts<
  { program?: string; archive?: string; words: string; bad?: boolean }
>();

await inRoadFolder(command.args.length > 0 ? command.args : [SAMPLES], archive, async (folder) => {
  await walk({
    program: program === undefined ? sourceProgram() : [await Deno.realPath(program)],
    folder,
    importStatus: bad ? 1 : 0,
    words,
    show: (text) => console.log(text),
  });
});
