import { Command, Option } from "commander";
import {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportNote,
  type ExportReport,
  exportTexts,
  newExportReport,
  recordsOfIds,
  writeTextFile,
} from "../transfer/export_files.ts";
import { contextOf, withSession } from "./command_context.ts";
import { formatCount, oneLine, plural } from "./format_text.ts";
import { breakable } from "./interrupts.ts";
import type { Terminal } from "./terminal.ts";

interface ExportOptions {
  all?: boolean;
  format: ExportFormat;
  output?: string;
}

const HELP = `
Files and segments that are not posted cannot be in an NZB and are left out; copies of a segment have its number.

--json (with --output): {"files": n, "segments": n, "output": "…",
  "notes": [{"what": "files_not_posted|segments_not_posted|segments_with_odd_id|
    characters_replaced|heads_differ", "files": n, "segments": n, "names": ["…"…]}…]}
  files, segments: what was written; in a note: what it concerns. "names": of the first three files.`;

export function exportCommand(): Command {
  return new Command("export")
    .description("give out files with their segments")
    .argument("[FILE_ID...]")
    .option("--all", "every file of the store")
    .addOption(new Option("--format <format>", "the format").choices(EXPORT_FORMATS).default("ndjson"))
    .option("--output <path>", "the file to write, packed when it ends in .gz (default, and -: standard output)")
    .addHelpText("after", HELP)
    .action(runExport);
}

async function runExport(fileIds: string[], options: ExportOptions, command: Command): Promise<void> {
  if ((fileIds.length > 0) === (options.all ?? false)) command.error("error: name the files to export, or --all");
  const context = contextOf(command), { terminal } = context;
  if (options.output === "-") options.output = undefined;
  if (terminal.json && !options.output) command.error("error: --json needs --output, standard output takes the export");
  const report = newExportReport(), interrupt = new AbortController();
  await breakable(terminal, interrupt, async () => {
    await withSession(context, false, async (session) => {
      const records = options.all ? session.stream() : recordsOfIds(session, fileIds);
      const texts = exportTexts(unlessAborted(records, interrupt.signal), options.format, report);
      if (options.output) await writeTextFile(options.output, texts);
      else for await (const text of texts) terminal.write(text);
    });
    showReport(terminal, report, options.output);
  });
}

async function* unlessAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  for await (const item of items) {
    signal.throwIfAborted();
    yield item;
  }
}

function showReport(terminal: Terminal, report: ExportReport, output: string | undefined): void {
  const summary = `Exported ${plural(report.files, "file")} with ${plural(report.segments, "segment")}`;
  if (output) terminal.result({ ...report, output }, `${summary} to ${output}.`);
  if (terminal.json) return;
  for (const note of report.notes) terminal.message(oneLine(noteText(note)));
}

function noteText({ what, files, segments, names }: ExportNote): string {
  const ofFiles = plural(files, "file"), leftOut = `Left out ${plural(segments, "segment")} of ${ofFiles}`;
  const texts: Record<ExportNote["what"], string> = {
    files_not_posted: `Left out ${ofFiles} of which nothing is posted`,
    segments_not_posted: `${leftOut}, not posted`,
    segments_with_odd_id: `${leftOut}, with a Message-ID that cannot stand in an NZB`,
    characters_replaced: `Replaced characters that XML cannot hold, in ${ofFiles}`,
    heads_differ: `Most programs will apply the head of the first file also to ${ofFiles} that ${
      files === 1 ? "has" : "have"
    } another`,
  };
  const more = files > names.length ? ` and ${formatCount(files - names.length)} more` : "";
  return `${texts[what]}: ${names.join(", ")}${more}.`;
}
