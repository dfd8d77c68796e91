import { Command, Option } from "commander";
import {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportReport,
  exportTexts,
  recordsOfIds,
  writeTextFile,
} from "../transfer/export_files.ts";
import { contextOf, withSession } from "./command_context.ts";
import { oneLine, plural } from "./format_text.ts";
import { breakable } from "./interrupts.ts";
import type { Terminal } from "./terminal.ts";

interface ExportOptions {
  all?: boolean;
  format: ExportFormat;
  output?: string;
}

export function exportCommand(): Command {
  return new Command("export")
    .description("give out files with their segments")
    .argument("[FILE_ID...]")
    .option("--all", "every file of the store")
    .addOption(new Option("--format <format>", "the format").choices(EXPORT_FORMATS).default("ndjson"))
    .option("--output <path>", "the file to write, packed when it ends in .gz (default: standard output)")
    .addHelpText(
      "after",
      '\n--json (with --output): {"files": n, "segments": n, "notes": [{"message": "…"}…], "output": "…"}',
    )
    .action(runExport);
}

async function runExport(fileIds: string[], options: ExportOptions, command: Command): Promise<void> {
  if ((fileIds.length > 0) === (options.all ?? false)) command.error("error: name the files to export, or --all");
  const context = contextOf(command), { terminal } = context;
  if (terminal.json && !options.output) command.error("error: --json needs --output, standard output takes the export");
  const report: ExportReport = { files: 0, segments: 0, notes: [] }, interrupt = new AbortController();
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
  for (const { message } of report.notes) terminal.message(oneLine(message));
}
