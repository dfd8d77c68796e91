import { statSync } from "node:fs";
import { Command, Option } from "commander";
import { formatCount } from "../domain/format_count.ts";
import type { FileRecord } from "../domain/records.ts";
import { OUTPUT_ENDINGS, OUTPUT_FORMATS, outputNamed } from "../formats/formats.ts";
import {
  type ExportNote,
  type ExportReport,
  exportTexts,
  newExportReport,
  writeTextFile,
} from "../transfer/export_files.ts";
import { exportFolders } from "../transfer/export_folders.ts";
import { commonHeadOf, type ExportedFiles, recordsOf } from "../transfer/export_source.ts";
import type { Session } from "../session/session.ts";
import { contextOf, withSession } from "./command_context.ts";
import { oneLine, plural } from "./format_text.ts";
import { breakable } from "./interrupts.ts";
import type { Terminal } from "./terminal.ts";

interface ExportOptions {
  all?: boolean;
  folder?: string;
  format?: string;
  output?: string;
  force?: boolean;
}

/** What an export is to do, as its options say together. */
interface ExportRequest {
  files: ExportedFiles;
  format: string;
  /** The file to write; undefined: standard output. */
  output: string | undefined;
  /** Whether the output is a folder that gets an NZB for each folder of files. */
  isDirectory: boolean;
  overwrite: boolean;
}

const HELP = `
The format is what the output's ending says: ${OUTPUT_ENDINGS}, each also with .gz; without an output it is ndjson.
A file that is there is overwritten with --force only.

With --format nzb and a folder as the output (there already, or ending in a slash), --all writes an NZB for each folder that files
are in, and one for each file that is in none. In one NZB of files with different heads, the head has what all of them
share; what a file has besides, such as a password, stands at the file and is read by usync-db alone.

Files and segments that are not posted cannot be in an NZB and are left out; copies of a segment have its number.

--json (with --output): {"files": n, "segments": n, "output": "…", "nzbs": n,
  "notes": [{"what": "files_not_posted|segments_not_posted|segments_with_odd_id|
    characters_replaced|heads_differ", "files": n, "segments": n, "names": ["…"…]}…]}
  files, segments: what was written; in a note: what it concerns. "names": of the first three files. "nzbs": how many
  were written into a folder, only then.`;

export function exportCommand(): Command {
  return new Command("export")
    .description("give out files with their segments")
    .argument("[FILE_ID...]")
    .option("--all", "every file of the store")
    .option("--folder <id>", "the files of this folder")
    .addOption(new Option("--format <format>", "the format").choices([...OUTPUT_FORMATS.keys()]))
    .option("--output <path>", "the file to write, packed when it ends in .gz (default, and -: standard output)")
    .option("--force", "overwrite the file when it is there")
    .addHelpText("after", HELP)
    .action(runExport);
}

async function runExport(fileIds: string[], options: ExportOptions, command: Command): Promise<void> {
  const context = contextOf(command), { terminal } = context;
  const request = requestOf(fileIds, options, (message) => command.error(`error: ${message}`));
  if (terminal.json && !request.output) {
    command.error("error: --json needs --output, standard output takes the export");
  }
  const report = newExportReport(), interrupt = new AbortController();
  await breakable(terminal, interrupt, async () => {
    const nzbs = await withSession(
      context,
      false,
      (session) => write(session, request, report, terminal, interrupt.signal),
    );
    showReport(terminal, report, request.output, nzbs);
  });
}

/** Makes sense of the options, or refuses them. */
function requestOf(ids: string[], options: ExportOptions, refuse: (message: string) => never): ExportRequest {
  const { all = false, folder, force = false } = options, output = options.output === "-" ? undefined : options.output;
  if (Number(ids.length > 0) + Number(all) + Number(folder !== undefined) !== 1) {
    refuse("name the files to export, or --folder, or --all");
  }
  const isDirectory = output !== undefined && (/[\\/]$/.test(output) || isDirectoryThere(output));
  const named = output === undefined ? "ndjson" : isDirectory ? undefined : outputNamed(output);
  const format = options.format ?? named;
  if (format === undefined) refuse(`--output ${output} does not say which format: name it with --format`);
  if (output !== undefined && named !== undefined && format !== named) {
    refuse(`--format ${format} does not fit --output ${output}, which ends as ${named} does`);
  }
  if (isDirectory && (format !== "nzb" || ids.length > 0)) {
    refuse(`--output ${output} is a folder: only --format nzb with --all or --folder writes into one`);
  }
  const files: ExportedFiles = all ? "all" : folder !== undefined ? { folder } : { ids };
  return { files, format, output, isDirectory, overwrite: force };
}

function isDirectoryThere(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // whoever writes there says what is wrong
  }
}

/** Exports; gives how many NZBs were written into a folder, where the output is one. */
async function write(
  store: Session,
  { files, format, output, isDirectory, overwrite }: ExportRequest,
  report: ExportReport,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number | undefined> {
  const through = (records: AsyncIterable<FileRecord>) => unlessAborted(records, signal);
  if (isDirectory) return await exportFolders(files, { store, directory: output!, report, overwrite, through });
  const head = format === "nzb" ? await commonHeadOf(store, files) : null;
  const texts = exportTexts(through(recordsOf(store, files)), format, report, head);
  if (output) await writeTextFile(output, texts, { overwrite });
  else for await (const text of texts) terminal.write(text);
}

async function* unlessAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  for await (const item of items) {
    signal.throwIfAborted();
    yield item;
  }
}

function showReport(terminal: Terminal, report: ExportReport, output: string | undefined, nzbs?: number): void {
  const summary = `Exported ${plural(report.files, "file")} with ${plural(report.segments, "segment")}`;
  const into = nzbs === undefined ? `to ${output}` : `to ${plural(nzbs, "NZB")} in ${output}`;
  if (output) terminal.result({ ...report, output, nzbs }, `${summary} ${into}.`);
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
    heads_differ: `Other programs do not read the head, such as a password, that ${ofFiles} ${
      files === 1 ? "has" : "have"
    } alone`,
  };
  const more = files > names.length ? ` and ${formatCount(files - names.length)} more` : "";
  return `${texts[what]}: ${names.join(", ")}${more}.`;
}
