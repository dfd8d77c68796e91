import { Command, InvalidArgumentError } from "commander";
import { UsyncError } from "../domain/errors.ts";
import type { FileSummary, FolderSummary, Segment, SegmentOfFile } from "../domain/records.ts";
import { type ListOptions, listPage, pageJson } from "../store/list_page.ts";
import type { Answer } from "../store/operations.ts";
import { readPlace } from "../store/place_text.ts";
import { readCursor } from "../store/search_cursor.ts";
import type { SegmentPlace } from "../store/store.ts";
import { type CommandContext, contextOf, fromCommandLine, parseCount, withSession } from "./command_context.ts";
import { oneLine } from "./format_text.ts";
import { searchHints } from "./search_hints.ts";
import type { Terminal } from "./terminal.ts";
import { type Column, formatTable, type TableWidth, TextTable } from "./text_table.ts";

const FILE_ID: Column = { name: "FILE_ID", kind: "id" }, NAME: Column = { name: "NAME", kind: "text" };
const BYTES: Column = { name: "BYTES", kind: "bytes" };

const FILE_COLUMNS: Column[] = [
  FILE_ID,
  { name: "SEGMENTS", kind: "count", isOptional: true },
  { name: "PENDING", kind: "count", isOptional: true },
  BYTES,
  NAME,
];

function fileTable(files: FileSummary[], width: TableWidth): string {
  const rows = files.map((file) => [file.file_id, file.segment_count, file.pending_count, file.size, file.name]);
  return formatTable(FILE_COLUMNS, rows, width);
}

const POSITION_COLUMNS: Column[] = [
  FILE_ID,
  { name: "INDEX", kind: "count" },
  { name: "COPY", kind: "count", isOptional: true },
  { ...BYTES, isOptional: true },
  { name: "STATUS", kind: "text" },
];
const SEGMENT_COLUMNS: Column[] = [...POSITION_COLUMNS, { name: "MESSAGE_ID", kind: "id" }];

/** Segments that are read at a time. */
const SEGMENTS_AT_ONCE = 10_000;

function segmentRow({ file_id, index, redundancy, size, status, message_id }: SegmentOfFile) {
  return [file_id, index, redundancy, size, status, message_id];
}

/** Nothing where there are none. */
function segmentTable(segments: SegmentOfFile[], width: TableWidth): string {
  if (segments.length === 0) return "";
  return formatTable(SEGMENT_COLUMNS, segments.map(segmentRow), width);
}

/** Shows a page of a list, and how to go on; gives what is in it. */
async function showPage<N extends "files" | "folders" | "pending">(
  context: CommandContext,
  name: N,
  options: ListOptions,
  table: (items: Answer<N>, width: TableWidth) => string,
): Promise<Answer<N>> {
  const { terminal } = context;
  const page = (await withSession(context, false, (session) => listPage(session, name, options)))!;
  const items = page.items as unknown as Answer<N>;
  terminal.result(pageJson(name, page), table(items, terminal.tableColumns));
  if (page.next !== null && !terminal.json) terminal.message(`More: --after ${page.next}`);
  return items;
}

export function filesCommand(): Command {
  return new Command("files")
    .description("list files, ordered by their id")
    .option("--folder <id>", "only the files of this folder")
    .option("--limit <n>", "how many", parseCount, 100)
    .option("--after <id>", "those after this file, or with --newest what follows the page that ended with this")
    .option("--newest", "the newest first")
    .addHelpText("after", '\n--json: {"files": [FileSummary…], "next": "FILE_ID" | null}')
    .action(async ({ newest, ...options }: FilesOptions, command: Command) => {
      const context = contextOf(command);
      if (newest) return await showNewest(context, options, command);
      await showPage(context, "files", options, fileTable);
    });
}

interface FilesOptions {
  folder?: string;
  limit: number;
  after?: string;
  newest?: boolean;
}

async function showNewest(
  context: CommandContext,
  { folder, ...options }: FilesOptions,
  command: Command,
): Promise<void> {
  if (folder !== undefined) command.error("error: --newest goes without --folder");
  const { after } = options, { terminal } = context;
  if (after !== undefined) fromCommandLine(() => readCursor(after));
  const page = await withSession(context, false, (session) => session.newest(options));
  terminal.result(page, fileTable(page.files, terminal.tableColumns));
  if (page.next !== null && !terminal.json) terminal.message(`More: --after ${page.next}`);
}

const FOLDER_COLUMNS: Column[] = [
  { name: "FOLDER_ID", kind: "id" },
  { name: "FILES", kind: "count" },
  { name: "SEGMENTS", kind: "count", isOptional: true },
  { name: "PENDING", kind: "count", isOptional: true },
  BYTES,
  NAME,
];

function folderTable(folders: FolderSummary[], width: TableWidth): string {
  const rows = folders.map((folder) => [
    ...[folder.folder_id, folder.file_count, folder.segment_count, folder.pending_count, folder.size, folder.name],
  ]);
  return formatTable(FOLDER_COLUMNS, rows, width);
}

export function foldersCommand(): Command {
  return new Command("folders")
    .description("list folders (an NZB is one) with what is in them, ordered by their id")
    .option("--limit <n>", "how many", parseCount, 100)
    .option("--after <id>", "those after this folder")
    .addHelpText("after", '\n--json: {"folders": [FolderSummary…], "next": "FOLDER_ID" | null}')
    .action(async ({ limit, after }: { limit: number; after?: string }, command: Command) => {
      await showPage(contextOf(command), "folders", { limit, after }, folderTable);
    });
}

export function segmentsCommand(): Command {
  return new Command("segments")
    .description("list the segments of a file")
    .argument("<FILE_ID>")
    .addHelpText("after", '\n--json: {"file_id": "…", "segments": [Segment…]}')
    .action(async (file_id: string, _options: unknown, command: Command) => {
      const context = contextOf(command), { terminal } = context;
      await withSession(context, false, async (session) => {
        const write = terminal.json ? jsonWriter(terminal, file_id) : tableWriter(terminal, file_id);
        let page = await session.segments(file_id, { limit: SEGMENTS_AT_ONCE });
        while (page) {
          const isLast = page.length < SEGMENTS_AT_ONCE;
          write(page, isLast);
          if (isLast) return;
          page = await session.segments(file_id, { limit: SEGMENTS_AT_ONCE, after: page[page.length - 1] });
        }
        throw noSuchFile(file_id);
      });
    });
}

type WriteSegments = (segments: Segment[], isLast: boolean) => void;

function jsonWriter(terminal: Terminal, fileId: string): WriteSegments {
  let isFirst = true;
  return (segments, isLast) => {
    const before = isFirst ? `{"file_id":${JSON.stringify(fileId)},"segments":[` : segments.length > 0 ? "," : "";
    terminal.write(before + segments.map((segment) => JSON.stringify(segment)).join() + (isLast ? "]}\n" : ""));
    isFirst = false;
  };
}

/** The first segments say how wide the columns are. */
function tableWriter(terminal: Terminal, fileId: string): WriteSegments {
  let table: TextTable | undefined;
  return (segments) => {
    const rows = segments.map((segment) => segmentRow({ file_id: fileId, ...segment }));
    if (table && rows.length === 0) return;
    const isFirst = table === undefined;
    table ??= new TextTable(SEGMENT_COLUMNS, rows, terminal.tableColumns);
    terminal.write(table.lines(isFirst ? [SEGMENT_COLUMNS.map(({ name }) => name), ...rows] : rows) + "\n");
  };
}

export function noSuchFile(fileId: string): UsyncError {
  return new UsyncError(`There is no file ${fileId}`, {
    hint: "`usync-db files` and `usync-db search` list what is there.",
  });
}

export function findCommand(): Command {
  return new Command("find")
    .description("find the segments that were posted under a Message-ID (with or without angle brackets)")
    .argument("<MESSAGE_ID>")
    .option("--limit <n>", "how many, up to 1000", parseCount, 100)
    .addHelpText(
      "after",
      '\n--json: {"found": [{"segment": {"file_id": "…", Segment…}, "file": FileSummary}…], "has_more": true|false}',
    )
    .action(async (messageId: string, options: { limit: number }, command: Command) => {
      const context = contextOf(command), { terminal } = context;
      const { found, has_more } = await withSession(
        context,
        false,
        (session) => session.findSegments(messageId, options),
      );
      if (found.length === 0) throw new UsyncError(`There is no segment with the Message-ID ${messageId}`);
      const rows = found.map(({ segment, file }) => [...segmentRow(segment).slice(0, -1), file.name]);
      terminal.result(
        { found, has_more },
        formatTable([...POSITION_COLUMNS, NAME], rows, terminal.tableColumns),
      );
      if (has_more && !terminal.json) terminal.message(`More segments have it; these are the first ${found.length}.`);
    });
}

export function searchCommand(): Command {
  return new Command("search")
    .description("find files by words of their names, paths, subjects and folders' names, or by their id, newest first")
    .argument(
      "<WORDS...>",
      "all of them must be there; word* stands for every word that begins so, a file_id or internal_subject for its file",
    )
    .option("--limit <n>", "how many", parseCount, 20)
    .option("--after <cursor>", "what follows the page that ended with this")
    .addHelpText("after", '\n--json: {"files": [FileSummary…], "next": "CURSOR" | null}')
    .action(async (words: string[], options: { limit: number; after?: string }, command: Command) => {
      const context = contextOf(command), { after } = options;
      if (after !== undefined) fromCommandLine(() => readCursor(after));
      const query = words.join(" ");
      const { hints, ...page } = await withSession(context, false, async (session) => {
        const page = await session.search(query, options), isEmpty = page.files.length === 0 && after === undefined;
        return { ...page, hints: isEmpty && !context.terminal.json ? await searchHints(session, query) : [] };
      });
      context.terminal.result(page, page.files.length > 0 ? fileTable(page.files, context.terminal.tableColumns) : "");
      if (context.terminal.json) return;
      if (page.files.length === 0) context.terminal.message(["Nothing found.", ...hints].map(oneLine).join("\n  "));
      if (page.next !== null) context.terminal.message(`More: --after ${page.next}`);
    });
}

export function pendingCommand(): Command {
  return new Command("pending")
    .description("list the segments that are still to post, in the order of posting")
    .option("--limit <n>", "how many", parseCount, 100)
    .option("--after <place>", "those after this segment: FILE_ID:COPY:INDEX", parsePlace)
    .addHelpText("after", '\n--json: {"segments": [{"file_id": "…", Segment…}…], "next": "FILE_ID:COPY:INDEX" | null}')
    .action(async (options: { limit: number; after?: SegmentPlace }, command: Command) => {
      const context = contextOf(command);
      const segments = await showPage(context, "pending", options, segmentTable);
      if (segments.length === 0 && !context.terminal.json) context.terminal.message("Nothing is pending.");
    });
}

function parsePlace(text: string): SegmentPlace {
  const place = readPlace(text);
  if (!place) throw new InvalidArgumentError("FILE_ID:COPY:INDEX, as `pending` prints it");
  return place;
}
