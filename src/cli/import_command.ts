import { Command, Option } from "commander";
import type { UsyncError } from "../domain/errors.ts";
import { formatCount } from "../domain/format_count.ts";
import { findInputs, type Input } from "../transfer/find_inputs.ts";
import { ImportEstimate } from "../transfer/import_estimate.ts";
import { type ImportReport, InputImport, type InputNote } from "../transfer/import_inputs.ts";
import { contextOf, fail, withSession } from "./command_context.ts";
import { offerPostgresIfDue, showGrowth } from "./migrate_command.ts";
import { formatSegments, oneLine, plural } from "./format_text.ts";
import { Progress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

const HELP = `
PATH is an .nzb, an .ndjson (both also .gz), the .db of UsenetSync, a folder of these, or - for standard input.
An NZB or a database that is not good is not stored at all; of NDJSON, every line is for itself. Of a good NZB or database,
segments and rows that cannot be kept are left out.

--json: {"inputs": n, "added": n, "replaced": n, "unchanged": n, "segments": n, "more_notes": n,
  "notes": [{"path": "…", "line"?: n, "column"?: n, "message": "…", "hint"?: "…", "bad": true|false}…]}
  added, replaced, unchanged: files. "bad": not stored, the exit status is 1.`;

export function importCommand(): Command {
  return new Command("import")
    .description("take in NZBs, UsenetSync databases and NDJSON")
    .argument("<PATH...>")
    .addOption(new Option("--format <format>", "what standard input is").choices(["nzb", "ndjson"]))
    .option("--archive <file>", "PostgreSQL's binaries, for when the store moves there: a zip or tar.gz")
    .addHelpText("after", HELP)
    .action(runImport);
}

async function runImport(
  paths: string[],
  { format, archive }: { format?: "nzb" | "ndjson"; archive?: string },
  command: Command,
): Promise<void> {
  if (paths.includes("-") && !format) command.error("error: standard input (-) needs --format nzb|ndjson");
  const context = contextOf(command), { terminal } = context;
  await withSession(context, true, async (session) => {
    const estimate = new ImportEstimate(inputsOf(paths, format, () => {}));
    const load = session.bulkLoad({ expectedSegments: () => estimate.expectedSegments });
    const line = new Progress(terminal, formatSegments);
    const onProgress = ({ segments }: { segments: number }) => line.show("Reading", segments, undefined);
    const run = new InputImport(load, session.dataFolder, { stdin: Deno.stdin.readable, onProgress, estimate });
    showGrowth(session, terminal);
    await run.run(inputsOf(paths, format, (path, error) => run.refuse(path, error)));
    await load.finish();
    showReport(terminal, run);
    await session.settleGrowth();
    await offerPostgresIfDue(session, context, archive);
  });
}

/** The inputs that arguments stand for; `format` is that of standard input. */
function* inputsOf(
  paths: string[],
  format: "nzb" | "ndjson" | undefined,
  refuse: (path: string, error: UsyncError) => void,
): Generator<Input> {
  for (const path of paths) {
    if (path === "-") yield { path, format: { kind: format!, gzip: false } };
    else yield* findInputs([path], refuse);
  }
}

function showReport(terminal: Terminal, { report, hasBad }: InputImport): void {
  const { notes, more_notes } = report;
  terminal.result(report, summary(report, hasBad));
  if (hasBad) fail();
  if (terminal.json) return;
  showNotes(terminal, "Worth knowing", notes.filter(({ bad }) => !bad));
  showNotes(terminal, "Not imported", notes.filter(({ bad }) => bad));
  if (more_notes > 0) terminal.message(`and ${formatCount(more_notes)} more.`);
}

function summary({ inputs, added, replaced, unchanged, segments }: ImportReport, hasBad: boolean): string {
  const ofInputs = plural(inputs, "input");
  if (added + replaced + segments > 0) {
    return `Imported ${ofInputs}: ${plural(added, "file")} added, ${formatCount(replaced)} replaced, ` +
      `${formatCount(unchanged)} unchanged; ${plural(segments, "segment")} stored.`;
  }
  if (unchanged > 0) {
    return `Nothing changed: ${plural(unchanged, "file")} of ${ofInputs} ${
      unchanged === 1 ? "was" : "were"
    } there already.`;
  }
  if (hasBad) return "Nothing was stored: all that was given was refused.";
  return `Nothing was stored: there are no files in ${ofInputs}.`;
}

function showNotes(terminal: Terminal, title: string, notes: InputNote[]): void {
  if (notes.length === 0) return;
  terminal.message(`${title} (${formatCount(notes.length)}):`);
  for (const { path, line, column, message } of notes) {
    const place = [path, line, column].filter((part) => part !== undefined).join(":");
    terminal.message(`  ${oneLine(`${place}: ${message}`)}`);
  }
  for (const hint of new Set(notes.flatMap(({ hint }) => hint ?? []))) terminal.message(`  ${hint}`);
}
