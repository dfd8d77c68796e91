import { Command } from "commander";
import type { Status } from "../session/status.ts";
import type { Tier } from "../store/store.ts";
import type { LimitUse } from "../store/tier_policy.ts";
import { contextOf, withSession } from "./command_context.ts";
import { formatBytes, formatCount } from "./format_text.ts";

const TIER_NAMES: Record<Tier, string> = {
  sqlite: "sqlite (one file)",
  sharded: "sharded (several SQLite files)",
  postgres: "postgres",
};

/** A status for people. */
export function renderStatus(status: Status): string {
  const perSegment = status.bytes_per_segment === null ? "" : `, ${status.bytes_per_segment} bytes a segment`;
  const lines = [
    ["Data folder", status.data_folder],
    ["Tier", TIER_NAMES[status.tier]],
    ["Files", formatCount(status.files)],
    [
      "Segments",
      `${formatCount(status.segments)} (${formatCount(status.posted)} with a Message-ID, ` +
      `${formatCount(status.pending)} pending)`,
    ],
    ["Content", formatBytes(status.content_bytes)],
    ["Database", `${formatBytes(status.database_bytes)}${perSegment}`],
    ...status.limits.map(renderLimit),
    ["Due", status.due === null ? "nothing" : `a move to the tier ${status.due}: usync-db migrate`],
    ...(status.unfinished ? [["Unfinished", `a move to the tier ${status.unfinished.tier}: usync-db migrate`]] : []),
    ...status.old.map(({ tier }) => ["Old store", `${tier}: usync-db migrate --discard-old`]),
  ];
  return lines.map(([name, value]) => `${`${name}:`.padEnd(13)}${value}`).join("\n");
}

function renderLimit({ limit, used, most }: LimitUse): [string, string] {
  const format = limit === "segments" ? formatCount : formatBytes;
  const percent = most === 0 ? "over" : `${(used / most * 100).toFixed(used > 0 && used < most / 10 ? 2 : 0)} %`;
  return ["Limit", `${percent} of ${format(most)} ${limit.replace("_", " ")}`];
}

const JSON_HELP = `
--json: {"data_folder": "…", "tier": "sqlite|sharded|postgres", "files": n, "segments": n, "posted": n, "pending": n,
  "content_bytes": n, "database_bytes": n, "bytes_per_segment": n | null,
  "limits": [{"limit": "content_bytes|segments|database_bytes", "used": n, "most": n}…], "due": TIER | null,
  "unfinished": {"tier": TIER, "shards": n} | null, "old": [{"tier": TIER, "shards": n}…]}`;

export function statusCommand(): Command {
  return new Command("status")
    .description("show the tier, counts and sizes, how near each limit is and what is due")
    .addHelpText("after", JSON_HELP)
    .action((_options: unknown, command: Command) => showStatus(command, false));
}

/** Prints the status; with `create`, of a store that is made when there is none. */
export async function showStatus(command: Command, create: boolean): Promise<void> {
  const context = contextOf(command);
  const status = await withSession(context, create, (session) => session.status());
  context.terminal.result(status, renderStatus(status));
}
