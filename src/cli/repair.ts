import { resolve } from "node:path";
import type { RepairReport } from "../backup/repair_store.ts";
import { type CommandContext, fail, withSession } from "./command_context.ts";
import { formatSegments, oneLine, plural } from "./format_text.ts";
import { Progress } from "./progress.ts";

export const REPAIR_HELP = `
--json with --repair: {"found": [{"where": "…", "file_id"?: "…", "what": "…"}…], "put_back": [{"file_id": "…", "at": TIME}…],
  "left_behind": {"problems": n, "list": "FILE"}|null, "files": n, "segments": n}`;

/** `usync-db verify --repair`; exit status 1 when something damaged is not in the store any more. */
export async function runRepair(context: CommandContext, from: string | undefined): Promise<void> {
  const { terminal } = context, line = new Progress(terminal, formatSegments);
  const report = await withSession(context, false, (session) =>
    session.repair({
      from: from === undefined ? undefined : resolve(from),
      onProgress: ({ step, done, total }) => line.show(step, done, total),
    }));
  terminal.result(report, repairText(report));
  if (report.left_behind) fail();
  if (terminal.json) return;
  for (const { where, file_id, what } of report.found) {
    terminal.message(oneLine(`${where}: ${file_id === undefined ? "" : `the file ${file_id}: `}${what}`));
  }
  for (const { file_id, at } of report.put_back) terminal.message(oneLine(`Put back the file ${file_id}, as of ${at}`));
}

function repairText({ found, put_back, left_behind, files, segments }: RepairReport): string {
  const checked = `${plural(files, "file")} and ${plural(segments, "segment")}`;
  if (found.length === 0) return `Checked ${checked}: all good.`;
  const behind = left_behind
    ? ` Left behind in the old store: ${plural(left_behind.problems, "problem")}, listed in ${left_behind.list}.`
    : "";
  return `Found ${
    plural(found.length, "problem")
  }, and made a new store of what is sound: ${checked}, every one verified; ` +
    `${plural(put_back.length, "file")} put back from the backup.${behind} ` +
    "The damaged store is kept until `usync-db migrate --discard-old`.";
}
