import type { FolderStore } from "../data_folder/folder_store.ts";
import type { FileRecord } from "../domain/records.ts";
import { listLeftBehind, readLeftBehind } from "../migration/left_behind.ts";
import { migrate } from "../migration/migrate.ts";
import { placementHash } from "../store/placement.ts";
import type { Problem } from "../store/store.ts";
import { BackupFolder } from "./backup_folder.ts";
import { DamagedBackupError } from "./backup_files.ts";
import type { PartEntry } from "./backup_format.ts";
import { parseRanges } from "./line_ranges.ts";
import type { MomentProgress } from "./moment_parts.ts";

export interface RepairOptions {
  /** The folder of a backup that damaged files are put back from. */
  from?: string;
  onProgress?: (progress: MomentProgress) => void;
}

/** What a repair did. */
export interface RepairReport {
  /** What was found damaged before; nothing is done where that is nothing. */
  found: Problem[];
  /** Damaged files that are there again, with the moment of the backup that they are of. */
  put_back: { file_id: string; at: string }[];
  /** Damaged, and not in the store any more: how many problems, and the file that lists them. Null where all is well. */
  left_behind: { problems: number; list: string } | null;
  files: number;
  segments: number;
}

/**
 * Repairs a damaged store: what is sound is moved into a new store of the same form, with all its indexes made anew, and files
 * that are damaged are put back from a backup, as they were in the newest moment that has them. The damaged store is kept as an old
 * one. A repair that was cut off begins anew, or goes on with what it had not put back yet. Throws a `UsyncError`; the store then
 * goes on as it was.
 */
export async function repairStore(
  store: FolderStore,
  { from, onProgress = () => {} }: RepairOptions,
): Promise<RepairReport> {
  const tell = (step: string) => ({ segments }: { segments: number }) =>
    onProgress({ step, done: segments, total: undefined, unit: "segments" });
  const { problems, files, segments } = await store.verify(tell("Checking"));
  const found = from === undefined ? problems : [...problems, ...await leftByRepair(store)];
  if (found.length === 0) return { found, put_back: [], left_behind: null, files, segments };
  const damaged = new Set(found.flatMap(({ file_id }) => file_id ?? []));
  const backedUp = from === undefined ? new Map<string, BackedUp>() : await findInBackup(from, damaged);
  const url = store.manifest.url ?? undefined;
  const moved = problems.length === 0
    ? undefined
    : await migrate(store, { rebuilds: true, salvage: true, url, onProgress: (done) => tell("Repairing")(done) });
  const put_back: RepairReport["put_back"] = [];
  for (const { record, at } of backedUp.values()) {
    if (await store.file(record.file_id)) continue; // only an index was damaged, or it was put anew meanwhile
    await store.putFile(record);
    put_back.push({ file_id: record.file_id, at });
  }
  const totals = await store.totals();
  return {
    ...{ found, put_back, files: totals.files, segments: totals.segments },
    left_behind: moved?.left_behind || found.length > problems.length ? await listLeft(store) : null,
  };
}

/** Files that an earlier repair has left behind in the store before, which is still kept, and that are not there. */
async function leftByRepair(store: FolderStore): Promise<Problem[]> {
  if (store.manifest.old.length === 0) return [];
  const left: Problem[] = [];
  for (const problem of readLeftBehind(store.dataFolder)) {
    if (problem.file_id !== undefined && !await store.file(problem.file_id)) left.push(problem);
  }
  return left;
}

/** Takes what was put back since out of the list of what was left behind. */
async function listLeft(store: FolderStore): Promise<RepairReport["left_behind"]> {
  const left: Problem[] = [];
  for (const problem of readLeftBehind(store.dataFolder)) {
    if (problem.file_id === undefined || !await store.file(problem.file_id)) left.push(problem);
  }
  const listed = listLeftBehind(store.dataFolder, left);
  return left.length === 0 ? null : listed;
}

interface BackedUp {
  record: FileRecord;
  at: string;
}

/** Files as they were in the newest moment of a backup that has them and can be read. */
async function findInBackup(path: string, fileIds: Set<string>): Promise<Map<string, BackedUp>> {
  using backup = new BackupFolder(path);
  const found = new Map<string, BackedUp>(), seen = new Set<string>();
  for (const { moment } of (await backup.readMoments(() => {})).toReversed()) {
    for (const entry of moment?.parts ?? []) {
      const missing = [...fileIds].filter((fileId) => !found.has(fileId));
      if (missing.length === 0) return found;
      const key = `${entry.name} ${entry.without}`;
      if (seen.has(key)) continue;
      seen.add(key);
      for (const record of await recordsIn(backup, entry, missing)) {
        found.set(record.file_id, { record, at: moment!.at });
      }
    }
  }
  return found;
}

async function recordsIn(backup: BackupFolder, entry: PartEntry, fileIds: string[]): Promise<FileRecord[]> {
  try {
    if (!await mayHave(backup, entry, fileIds)) return [];
    return await backup.recordsOf(entry, fileIds);
  } catch (error) {
    if (error instanceof DamagedBackupError) return []; // another moment may have it
    throw error;
  }
}

/** Whether the index of a part names one of these files. */
async function mayHave(backup: BackupFolder, entry: PartEntry, fileIds: string[]): Promise<boolean> {
  const index = await backup.readIndex(entry), without = parseRanges(entry.without ?? "", entry.files);
  const hashes = new Set(fileIds.map((fileId) => keyOf(placementHash(fileId))));
  for (let number = 1; number <= index.lines; number++) {
    if (!without.has(number) && hashes.has(keyOf(index.line(number).hash))) return true;
  }
  return false;
}

function keyOf({ high, low }: { high: number; low: number }): string {
  return `${high}:${low}`;
}
