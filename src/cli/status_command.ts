import { Command } from "commander";
import { formatCount } from "../domain/format_count.ts";
import type { Status } from "../session/status.ts";
import type { Tier } from "../store/store.ts";
import type { LimitUse } from "../store/tier_policy.ts";
import { contextOf, hasStore, madeStoreText, withSession } from "./command_context.ts";
import { type Column, formatTable } from "./text_table.ts";
import { formatBytes, oneLine, plural, shapeText } from "./format_text.ts";

const TIER_NAMES: Record<Tier, string> = {
  sqlite: "sqlite (one file)",
  sharded: "sharded (several SQLite files)",
  postgres: "postgres",
};

/** Days over which growth is shown. */
const SPANS: [number, string][] = [[1, "a day"], [30, "30 days"], [365, "a year"]];

/** A status for people. */
export function renderStatus(status: Status): string {
  const perSegment = status.bytes_per_segment === null ? "" : `, ${status.bytes_per_segment} bytes a segment`;
  const lines = [
    ["Data folder", status.data_folder],
    ...(status.folder_warning ? [["Data folder", `! ${status.folder_warning}`]] : []),
    ["Tier", TIER_NAMES[status.tier]],
    ["Files", formatCount(status.files)],
    [
      "Segments",
      `${formatCount(status.segments)} (${formatCount(status.posted)} with a Message-ID, ` +
      `${formatCount(status.pending)} pending)`,
    ],
    ["Content", formatBytes(status.content_bytes)],
    ["Database", `${formatBytes(status.database_bytes)}${perSegment}`],
    ...renderGrowth(status.growth),
    ...status.limits.map(renderLimit),
    ["Due", status.due === null ? "nothing" : `a move to the tier ${status.due}: usync-db migrate`],
    ...(status.unfinished
      ? [["Unfinished", `a move to the tier ${shapeText(status.unfinished)}: usync-db migrate`]]
      : []),
    ...(status.copied ? [["Copy", COPY_TEXT]] : []),
    ...renderBackup(status.backup),
    ...renderInbox(status.inbox),
    ...renderScrub(status),
    ...status.old.map((shape) => ["Old store", `${shapeText(shape)}: usync-db migrate --discard-old`]),
    ...status.left.map(({ where, why }) => [
      "To remove",
      `${where}${why === null ? "" : `: ${why}`} (nothing needs it any more; it is tried again)`,
    ]),
  ];
  return [
    lines.map(([name, value]) => `${`${name}:`.padEnd(13)}${value}`).join("\n"),
    ...renderLatencies(status.latencies),
    ...status.warnings.map(({ what, why }) => `Slow: ${what}.\n  Why: ${why}.`),
  ].join("\n\n");
}

const COPY_TEXT =
  "made while the store was in use, or of files of several times: something may be missing. Check it: usync-db verify";

/** The last backup, and what is wrong; nothing where there is none and none is asked for. */
function renderBackup({ folder, last, warning }: Status["backup"]): [string, string][] {
  if (!folder && !last && !warning) return [];
  const text = last ? `${last.at} in ${last.folder}` : `none yet${folder ? `, to be made in ${folder}` : ""}`;
  return [["Backup", text], ...(warning ? [["Backup", `! ${warning}`] as [string, string]] : [])];
}

/** Nothing where there is none. */
function renderInbox({ folder, waiting, left, warning }: Status["inbox"]): [string, string][] {
  if (folder === null) return [];
  const others = left.files === 0 ? "" : `; ${plural(left.files, "other file")} there: ${left.names.join(", ")}`;
  const text = oneLine(`${folder}: ${plural(waiting, "file")} to import${others}`);
  return [["Inbox", text], ...(warning ? [["Inbox", `! ${oneLine(warning)}`] as [string, string]] : [])];
}

/** How much was proven and when, and what was found; nothing before the first scrub. */
function renderScrub({ scrub: { running, last, warning }, segments }: Status): [string, string][] {
  const lines: string[] = [];
  if (last) {
    const found = last.problem_count === 0 ? "all good" : plural(last.problem_count, "problem");
    lines.push(`${last.at}: ${plural(last.files, "file")} and ${plural(last.segments, "segment")}, ${found}`);
  }
  if (running) {
    lines.push(`${formatCount(running.segments)} of ${formatCount(segments)} segments since ${running.begun_at}`);
  }
  if (warning) lines.push(`! ${oneLine(warning)}`);
  return lines.map((line) => ["Checked", line]);
}

/** How much came in over the spans of time that are known. */
function renderGrowth(growth: Status["growth"]): [string, string][] {
  const now = growth[growth.length - 1];
  const parts = SPANS.flatMap(([days, name]) => {
    const before = growth.findLast(({ at }) => Date.parse(at) <= Date.parse(now.at) - days * 86_400_000);
    return before ? [`${plural(now.segments - before.segments, "segment")} in ${name}`] : [];
  });
  return parts.length === 0 ? [] : [["Growth", parts.join(", ")]];
}

const LATENCY_COLUMNS: Column[] = [
  { name: "in the last 7 days", kind: "text" },
  { name: "count", kind: "count" },
  ...["p50 ms", "p99 ms", "longest ms"].map((name): Column => ({ name, kind: "number" })),
];

function renderLatencies(latencies: Status["latencies"]): string[] {
  const rows = Object.entries(latencies).map((
    [name, { count, p50, p99, longest }],
  ) => [name, count, p50, p99, longest]);
  if (rows.length === 0) return [];
  const table = formatTable(LATENCY_COLUMNS, rows, Infinity);
  return [`${table}\n(first): the first ones of each process, which open files and fill caches`];
}

function renderLimit({ limit, used, most }: LimitUse): [string, string] {
  const format = limit === "segments" ? formatCount : formatBytes;
  const percent = most === 0 ? "over" : `${(used / most * 100).toFixed(used > 0 && used < most / 10 ? 2 : 0)} %`;
  return ["Limit", `${percent} of ${format(most)} ${limit.replace("_", " ")}`];
}

const NEXT_STEPS = `Next:
  usync-db import FILE_OR_FOLDER   take in NZBs, UsenetSync databases or NDJSON
  usync-db serve                   open the page in the browser
  usync-db help                    all commands`;

const JSON_HELP = `
--json: {"data_folder": "…", "folder_warning": "…"|null, "tier": "sqlite|sharded|postgres", "shards": n,
  "files": n, "segments": n, "posted": n, "pending": n,
  "content_bytes": n, "database_bytes": n, "bytes_per_segment": n | null, "disk_free_bytes": n | null,
  "limits": [{"limit": "content_bytes|segments|database_bytes", "used": n, "most": n}…], "due": TIER | null,
  "unfinished": {"tier": TIER, "shards": n} | null, "old": [{"tier": TIER, "shards": n, "outdated": true|false, "bytes": n|null}…],
  "left": [{"where": "…", "why": "…" | null}…],
  "latencies": {"lookup|file read|search|…"|"… (first)": {"count": n, "p50": ms, "p99": ms, "longest": ms}…},
  "slow_queries": [{"day": "…", "count": n, "slow": n, "p99": ms}…],
  "growth": [{"at": TIME, "files": n, "segments": n, "content_bytes": n, "database_bytes": n}…],
  "cache": {"entries": n, "bytes": n, "hits": n, "misses": n, "on": true|false} | null,
  "copied": TIME | null,
  "backup": {"folder": "…"|null, "last": {"at": TIME, "folder": "…", "files": n, "segments": n, "problems": n}|null,
    "failed": {"at": TIME, "folder": "…", "error": "…", "hint": "…"|null}|null, "warning": "…"|null},
  "inbox": {"folder": "…"|null, "waiting": n, "left": {"files": n, "names": ["…"]}, "warning": "…"|null},
  "scrub": {"every": "…", "running": {"begun_at": TIME, "files": n, "segments": n}|null, "last": {"begun_at": TIME, "at": TIME,
    "files": n, "segments": n, "problem_count": n, "problems": [{"where": "…", "file_id"?: "…", "what": "…"}…]}|null,
    "warning": "…"|null},
  "warnings": [{"what": "…", "why": "…"}…]}`;

export function statusCommand(): Command {
  return new Command("status")
    .description("show the tier, counts and sizes, how near each limit is, what is due, and how long queries take")
    .addHelpText("after", JSON_HELP)
    .action((_options: unknown, command: Command) => showStatus(command, false));
}

/** Prints the status; with `create`, of a store that is made when there is none. */
export async function showStatus(command: Command, create: boolean): Promise<void> {
  const context = contextOf(command), { terminal } = context;
  const isNew = create && !hasStore(context);
  const status = await withSession(context, create, (session) => session.status());
  terminal.result(status, renderStatus(status));
  if (isNew && !terminal.json) terminal.message(`\n${madeStoreText(status.data_folder)}\n${NEXT_STEPS}`);
}
