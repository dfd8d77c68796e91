import { basename } from "node:path";
import { Command } from "commander";
import type { ImportRecord } from "../transfer/import_record.ts";
import { contextOf, parseCount, withSession } from "./command_context.ts";
import { oneLine } from "./format_text.ts";
import { type Column, formatTable, type TableRow } from "./text_table.ts";

const COLUMNS: Column[] = [
  { name: "ENDED", kind: "id" },
  { name: "BY", kind: "id", isOptional: true },
  { name: "INPUTS", kind: "count", isOptional: true },
  { name: "FILES", kind: "count", isOptional: true },
  { name: "SEGMENTS", kind: "count", isOptional: true },
  { name: "BAD", kind: "count" },
  { name: "WHAT", kind: "text" },
];

const HELP = `
The last 200 imports of commands, uploads, paths named on the page, and the inbox (config set inbox FOLDER), newest first. FILES
were added or replaced. BAD
counts what was not stored, which is listed below.

--json: {"imports": [{"began": TIME, "ended": TIME, "by": "command|upload|path|inbox", "paths": ["…"…], "more_paths": n,
  "inputs": n, "refused": n, "added": n, "replaced": n, "unchanged": n, "segments": n,
  "problems": [{"path": "…", "message": "…"}…], "bad_notes": n, "error": "…"|null}…]}`;

export function importsCommand(): Command {
  return new Command("imports")
    .description("list the last imports and what they did not store")
    .option("--limit <n>", "how many", parseCount, 20)
    .addHelpText("after", HELP)
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const context = contextOf(command), { terminal } = context;
      const imports = (await withSession(context, false, (session) => session.imports())).slice(0, limit);
      terminal.result({ imports }, formatTable(COLUMNS, imports.map(rowOf), terminal.tableColumns));
      if (terminal.json) return;
      for (const record of imports) for (const line of problemLines(record)) terminal.message(line);
    });
}

function rowOf(record: ImportRecord): TableRow {
  const { ended, by, inputs, added, replaced, segments, bad_notes } = record;
  return [`${ended.slice(0, 16)}Z`, by, inputs, added + replaced, segments, bad_notes, whatText(record)];
}

function whatText({ paths: [first = "-", ...others], more_paths }: ImportRecord): string {
  const more = others.length + more_paths;
  return more === 0 ? basename(first) : `${basename(first)} and ${more} more`;
}

function problemLines({ ended, problems, bad_notes, error }: ImportRecord): string[] {
  if (problems.length === 0 && error === null) return [];
  const rest = bad_notes - problems.length;
  return [
    `${ended.slice(0, 16)}Z:`,
    ...(error === null ? [] : [`  ended early: ${oneLine(error)}`]),
    ...problems.map(({ path, message }) => `  ${oneLine(`${path}: ${message}`)}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}
