import { resolve } from "node:path";
import { Command } from "commander";
import { KNOWN_INPUTS } from "../formats/formats.ts";
import { findInputs, type FindListener, type Input, namedInput } from "../transfer/find_inputs.ts";
import { runImport } from "../session/run_import.ts";
import type { ImportReport } from "../transfer/import_report.ts";
import { contextOf, fail, hasStore, madeStoreText, withSession } from "./command_context.ts";
import { formatSegments } from "./format_text.ts";
import { importText, reportLines } from "./import_text.ts";
import { offerPostgresIfDue, showGrowth } from "./migrate_command.ts";
import { Progress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

const HELP = `
PATH is a file, a folder of files, or - for standard input. What a file is, its first bytes say; known are
${KNOWN_INPUTS}.
In folders, files whose names have none of these endings are passed over. An NZB or a database that is not good is not stored at
all; of NDJSON, every line is for itself. Of a good NZB or database, segments and rows that cannot be kept are left out.

--json: {"inputs": n, "refused": n, "added": n, "replaced": n, "unchanged": n, "segments": n, "bad_notes": n, "more_notes": n,
  "notes": [{"path": "…", "line"?: n, "column"?: n, "message": "…", "hint"?: "…", "bad": true|false, "more"?: n}…],
  "passed_over": {"files": n, "names": ["…"]}}
  added, replaced, unchanged: files. "bad": not stored, the exit status is 1. At most 1,000 notes and 100 names are listed, of
  one message in one input at most 20: "more" counts the others.`;

export function importCommand(): Command {
  return new Command("import")
    .description("take in NZBs, UsenetSync databases and NDJSON, packed or not")
    .argument("<PATH...>")
    .option("--archive <file>", "PostgreSQL's binaries, for when the store moves there: a zip or tar.gz")
    .addHelpText("after", HELP)
    .action(importPaths);
}

async function importPaths(paths: string[], { archive }: { archive?: string }, command: Command): Promise<void> {
  const context = contextOf(command), { terminal } = context, isNew = !hasStore(context);
  await withSession(context, true, async (session) => {
    if (isNew && !terminal.json) terminal.message(madeStoreText(session.dataFolder));
    const line = new Progress(terminal, formatSegments);
    showGrowth(session, terminal);
    const report = await runImport(session, {
      by: "command",
      paths: paths.map((path) => path === "-" ? path : resolve(path)),
      inputs: (listener) => inputsOf(paths, listener),
      stdin: Deno.stdin.readable,
      onProgress: ({ segments, total, item }) => line.show("Reading", segments, total, item),
    });
    showReport(terminal, report);
    await session.settleGrowth();
    await offerPostgresIfDue(session, context, archive);
  });
}

/** The inputs that arguments stand for. */
function* inputsOf(paths: string[], listener: FindListener): Generator<Input> {
  for (const path of paths) {
    if (path === "-") yield namedInput(path);
    else yield* findInputs([path], listener);
  }
}

function showReport(terminal: Terminal, report: ImportReport): void {
  terminal.result(report, importText(report));
  if (report.bad_notes > 0) fail();
  if (!terminal.json) { for (const line of reportLines(report)) terminal.message(line); }
}
