import { Command, InvalidArgumentError } from "commander";
import { UsyncError } from "../domain/errors.ts";
import type { FileSummary, Segment, SegmentOfFile } from "../domain/records.ts";
import { placeText, readPlace } from "../store/place_text.ts";
import { readCursor } from "../store/search_cursor.ts";
import type { SegmentPlace } from "../store/store.ts";
import { contextOf, fromCommandLine, parseCount, withSession } from "./command_context.ts";
import { formatTable, oneLine, TextTable } from "./format_text.ts";
import { searchHints } from "./search_hints.ts";
import type { Terminal } from "./terminal.ts";

function fileTable(files: FileSummary[]): string {
  return formatTable(
    ["FILE_ID", "SEGMENTS", "PENDING", "BYTES", "NAME"],
    files.map((file) => [file.file_id, file.segment_count, file.pending_count, file.size, file.name]),
  );
}

const SEGMENT_COLUMNS = ["FILE_ID", "INDEX", "COPY", "BYTES", "STATUS", "MESSAGE_ID"];

/** Segments that are read at a time. */
const SEGMENTS_AT_ONCE = 10_000;

function segmentRow({ file_id, index, redundancy, size, status, message_id }: SegmentOfFile) {
  return [file_id, index, redundancy, size, status, message_id];
}

function segmentTable(segments: SegmentOfFile[]): string {
  return formatTable(SEGMENT_COLUMNS, segments.map(segmentRow));
}

export function filesCommand(): Command {
  return new Command("files")
    .description("list files, ordered by their id")
    .option("--folder <id>", "only the files of this folder")
    .option("--limit <n>", "how many", parseCount, 100)
    .option("--after <id>", "those after this file")
    .addHelpText("after", '\n--json: {"files": [FileSummary…], "next": "FILE_ID" | null}')
    .action(async (options: { folder?: string; limit: number; after?: string }, command: Command) => {
      const context = contextOf(command);
      const files = await withSession(
        context,
        false,
        (session) => session.files({ ...options, limit: options.limit + 1 }),
      );
      const page = files.slice(0, options.limit);
      const next = files.length > page.length ? page[page.length - 1].file_id : null;
      context.terminal.result({ files: page, next }, fileTable(page));
      if (next !== null && !context.terminal.json) context.terminal.message(`More: --after ${next}`);
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
    terminal.write((table ? table.lines(rows) : formatTable(SEGMENT_COLUMNS, rows)) + "\n");
    table ??= new TextTable(SEGMENT_COLUMNS, rows);
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
      const { found, hasMore } = await withSession(
        context,
        false,
        (session) => session.findSegments(messageId, options),
      );
      if (found.length === 0) throw new UsyncError(`There is no segment with the Message-ID ${messageId}`);
      const rows = found.map(({ segment, file }) => [...segmentRow(segment).slice(0, -1), file.name]);
      terminal.result({ found, has_more: hasMore }, formatTable([...SEGMENT_COLUMNS.slice(0, -1), "NAME"], rows));
      if (hasMore && !terminal.json) terminal.message(`More segments have it; these are the first ${found.length}.`);
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
      context.terminal.result(page, page.files.length > 0 ? fileTable(page.files) : "");
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
      const found = await withSession(
        context,
        false,
        (session) => session.pending({ ...options, limit: options.limit + 1 }),
      );
      const segments = found.slice(0, options.limit), last = segments.at(-1);
      const next = last && found.length > segments.length ? placeText(last) : null;
      context.terminal.result({ segments, next }, segments.length > 0 ? segmentTable(segments) : "");
      if (context.terminal.json) return;
      if (segments.length === 0) context.terminal.message("Nothing is pending.");
      if (next !== null) context.terminal.message(`More: --after ${next}`);
    });
}

function parsePlace(text: string): SegmentPlace {
  const place = readPlace(text);
  if (!place) throw new InvalidArgumentError("FILE_ID:COPY:INDEX, as `pending` prints it");
  return place;
}
