import { resolve } from "node:path";
import { Command, Option } from "commander";
import type { BackupReport } from "../backup/make_backup.ts";
import { restoreBackup, type RestoreReport } from "../backup/restore_backup.ts";
import { DEFAULT_KEEP, parseRetention } from "../backup/retention.ts";
import { type BackupCheck, listBackup, verifyBackup } from "../backup/verify_backup.ts";
import { UsyncError } from "../domain/errors.ts";
import { checkWish } from "../migration/plan_move.ts";
import { parseAddress } from "../postgres/address.ts";
import { PostgresServer } from "../postgres_server/mod.ts";
import type { MoveStep } from "../session/session.ts";
import type { Tier } from "../store/store.ts";
import { TIERS } from "../store/tier_policy.ts";
import { type CommandContext, contextOf, fail, fromCommandLine, parseCount, withSession } from "./command_context.ts";
import { formatBytes, formatSegments, oneLine, plural, shapeText } from "./format_text.ts";
import { chooseBinaries } from "./choose_binaries.ts";
import { Progress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import { type Column, formatTable } from "./text_table.ts";

const MOMENT_COLUMNS: Column[] = [
  { name: "MOMENT", kind: "id" },
  { name: "FILES", kind: "count" },
  { name: "SEGMENTS", kind: "count" },
  { name: "BYTES", kind: "bytes" },
  { name: "STATE", kind: "text" },
];

const BACKUP_HELP = `
The first backup into a folder has everything, each later one writes what has changed since and adds a moment that the store can
be restored to. The store stays in use meanwhile. Everything that the moment is made of is read and verified; what is damaged is
told (exit status 1) and written anew.

--keep: of how many of the last days, weeks and months the last moment is kept; all of the last 24 hours are.

--json: {"folder": "…", "at": TIME, "files": n, "segments": n, "written_files": n, "written_bytes": n, "moments": n,
  "problems": [{"where": "…", "file_id"?: "…", "what": "…"}…]}
  with --list or --verify {"folder": "…", "moments": [{"at": TIME, "files": n, "segments": n, "bytes": n,
  "is_sound": true|false}…], "problems": [{"where": "…", "what": "…"}…]}`;

interface BackupOptions {
  keep?: string;
  list?: boolean;
  verify?: boolean;
}

export function backupCommand(): Command {
  return new Command("backup")
    .description("make a backup of the store, or bring one up to date")
    .argument("<FOLDER>", "where the backup is, or is made")
    .option("--keep <times>", `which moments are kept, like 7d,4w,12m (default: ${DEFAULT_KEEP})`)
    .addOption(new Option("--list", "list the moments of a backup").conflicts(["keep", "verify"]))
    .addOption(new Option("--verify", "check a backup, all of it, instead").conflicts("keep"))
    .addHelpText("after", BACKUP_HELP)
    .action(runBackup);
}

async function runBackup(folder: string, { keep, list, verify }: BackupOptions, command: Command): Promise<void> {
  const context = contextOf(command), { terminal } = context, onProgress = progressOn(terminal);
  if (list || verify) {
    return showCheck(terminal, list ? await listBackup(folder) : await verifyBackup(folder, onProgress));
  }
  if (keep !== undefined) fromCommandLine(() => parseRetention(keep));
  const report = await withSession(
    context,
    false,
    (session) => session.backup(resolve(folder), { keep, onProgress }),
  );
  showBackup(terminal, report);
}

function progressOn(terminal: Terminal): (step: MoveStep) => void {
  const lines = { segments: new Progress(terminal, formatSegments), bytes: new Progress(terminal, formatBytes) };
  return ({ step, done, total, unit }) => lines[unit].show(step, done, total);
}

function showBackup(terminal: Terminal, report: BackupReport): void {
  const { folder, at, files, segments, written_files, written_bytes, moments, problems } = report;
  terminal.result(
    report,
    `Backed up ${plural(files, "file")} with ${plural(segments, "segment")} as of ${at}: wrote ` +
      `${plural(written_files, "file")}, ${formatBytes(written_bytes)}. ` +
      `The backup in ${folder} has ${plural(moments, "moment")}; all of this one was verified.`,
  );
  showProblems(terminal, problems);
}

function showCheck(terminal: Terminal, check: BackupCheck): void {
  const rows = check.moments.map((
    { at, files, segments, bytes, is_sound },
  ) => [at, files, segments, bytes, is_sound ? "good" : "damaged"]);
  terminal.result(check, formatTable(MOMENT_COLUMNS, rows, terminal.tableColumns));
  showProblems(terminal, check.problems);
}

function showProblems(terminal: Terminal, problems: BackupReport["problems"]): void {
  if (problems.length > 0) fail();
  if (terminal.json) return;
  for (const { where, file_id, what } of problems) {
    terminal.message(oneLine(`${where}: ${file_id === undefined ? "" : `the file ${file_id}: `}${what}`));
  }
}

const RESTORE_HELP = `
Makes a store in the data folder that --data names, which must not have one. Every row is verified as it is stored. A restore that
was cut off continues when the same command runs again. Without --to the store has the form of the one that was backed up, but
that PostgreSQL must be asked for.

--json: {"data_folder": "…", "at": TIME, "tier": TIER, "shards": n, "files": n, "segments": n}
  and with --salvage, where something of the backup was damaged, "left_behind": {"problems": n, "list": "FILE"}`;

interface RestoreOptions {
  at?: string;
  to?: Tier;
  shards?: number;
  url?: string;
  archive?: string;
  salvage?: boolean;
}

export function restoreCommand(): Command {
  return new Command("restore")
    .description("make a store of a backup, in a new data folder (--data)")
    .argument("<FOLDER>", "where the backup is")
    .option("--at <time>", "the last moment that is not after this (default: the newest)")
    .addOption(new Option("--to <tier>", "the tier").choices(TIERS))
    .option("--shards <n>", "how many shards", parseCount)
    .option("--url <address>", "the PostgreSQL server to restore to: postgres://user:password@host:port/database")
    .option("--archive <file>", "a zip or tar.gz with PostgreSQL's binaries, to install instead of a download")
    .option("--salvage", "restore what is sound of a damaged backup, and list the rest in a file")
    .addHelpText("after", RESTORE_HELP)
    .action(runRestore);
}

async function runRestore(folder: string, options: RestoreOptions, command: Command): Promise<void> {
  const context = contextOf(command), { terminal } = context, { shards, url, archive, salvage } = options;
  const tier = options.to ?? (url === undefined ? undefined : "postgres");
  const at = fromCommandLine(() => {
    checkWish({ tier, shards });
    if (url !== undefined) parseAddress(url);
    return options.at === undefined ? undefined : parseTime(options.at);
  });
  const install = tier === "postgres" && url === undefined ? await installFor(context, archive) : undefined;
  const report = await restoreBackup(folder, context.options.data, {
    ...{ at, tier, shards, url, salvage, install },
    message: (text) => terminal.message(text),
    onProgress: progressOn(terminal),
  });
  showRestored(terminal, report);
}

/** What PostgreSQL is installed from; undefined where the data folder has one. */
async function installFor(context: CommandContext, archive: string | undefined) {
  const { state } = await new PostgresServer(context.options.data).status();
  return state === "absent" || state === "incomplete" ? { source: await chooseBinaries(context, archive) } : undefined;
}

/** A day is meant to its end. */
function parseTime(text: string): Date {
  const time = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59.999Z` : text);
  if (!Number.isNaN(time.getTime())) return time;
  throw new UsyncError(`Cannot restore a moment of ${text}: not a time`, {
    hint: "Write it like 2026-11-27 or 2026-11-27T09:15:00Z; `usync-db backup FOLDER --list` lists them.",
  });
}

function showRestored(terminal: Terminal, report: RestoreReport): void {
  const { data_folder, at, files, segments, left_behind } = report;
  const behind = left_behind
    ? ` Of the backup ${plural(left_behind.problems, "part")} was damaged and is not restored: ${left_behind.list}.`
    : "";
  terminal.result(
    report,
    `Restored ${plural(files, "file")} with ${plural(segments, "segment")} as of ${at} into ${data_folder}, ` +
      `on the tier ${shapeText(report)}; every one was verified.${behind}`,
  );
  if (left_behind) fail();
}
