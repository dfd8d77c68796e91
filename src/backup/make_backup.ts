import type { FolderStore } from "../data_folder/folder_store.ts";
import { UsyncError } from "../domain/errors.ts";
import { type BackupMoment, FORMAT, VERSION } from "./backup_format.ts";
import { BackupFolder, type NamedMoment } from "./backup_folder.ts";
import { lockBackup } from "./backup_lock.ts";
import { KeptParts } from "./kept_parts.ts";
import { type MomentProgress, writeMomentParts } from "./moment_parts.ts";
import { DEFAULT_KEEP, momentsToKeep, parseRetention } from "./retention.ts";

export interface BackupOptions {
  /** Which moments are kept; see `parseRetention`. */
  keep?: string;
  onProgress?: (progress: MomentProgress) => void;
}

/** What a backup did. */
export interface BackupReport {
  folder: string;
  /** The moment that it can be restored to, as RFC 3339. */
  at: string;
  /** What the moment has. */
  files: number;
  segments: number;
  /** Files that were written because they were new or changed, and bytes that were written. */
  written_files: number;
  written_bytes: number;
  /** Moments that the backup has now. */
  moments: number;
  /** What was found damaged: of the store, or of the backup. */
  problems: { where: string; file_id?: string; what: string }[];
}

/**
 * Brings a backup of a store up to date: adds one state of the store as a moment, writes what no moment has yet, and verifies
 * all that the moment is made of. What was there before is untouched until then; what is damaged there is written anew. A file
 * that is damaged in the store is reported, and the backup keeps it as it was before. Throws a `UsyncError`.
 */
export async function makeBackup(
  store: FolderStore,
  path: string,
  { keep = DEFAULT_KEEP, onProgress = () => {} }: BackupOptions = {},
): Promise<BackupReport> {
  const retention = parseRetention(keep);
  using backup = new BackupFolder(path);
  await backup.make(store.manifest.store_id);
  using _ = lockBackup(backup.folder);
  const problems: BackupReport["problems"] = [];
  const tell = (what: string) => void problems.push({ where: backup.folder, what });
  const before = await backup.readMoments(tell), last = before.findLast(({ moment }) => moment)?.moment;
  await backup.keepOnly(before);
  let kept = await KeptParts.read(backup, last?.parts ?? [], tell, onProgress);
  let written = await writeMomentParts(store, backup, kept, onProgress);
  if (!written.isWhole && kept.files > 0) {
    // Two files of one hash have come and gone: nothing is taken for known then.
    kept = await KeptParts.read(backup, [], tell, onProgress);
    written = await writeMomentParts(store, backup, kept, onProgress);
  }
  if (!written.isWhole) {
    problems.push({
      where: store.dataFolder,
      what: "it has other files than its totals say; `usync-db verify` tells more",
    });
  }
  const { at, parts, files, segments, damaged } = written;
  for (const { file_id, what, is_kept } of damaged) {
    const outcome = is_kept ? "the backup has it as it was before" : "the backup does not have it";
    problems.push({ where: store.dataFolder, file_id, what: `${what}; ${outcome}` });
  }
  const { store_id, tier, shards, settings } = store.manifest;
  const moment: BackupMoment = {
    ...{ format: FORMAT, version: VERSION, at, store: { store_id, tier, shards, settings } },
    ...{ files, segments, parts, damaged },
  };
  const named = await backup.writeMoment(moment);
  const moments = momentsToKeep([...before, { named, moment }], ({ named }) => named.at, retention, new Date(at));
  await backup.keepOnly(moments);
  return {
    ...{ folder: backup.folder, at, files, segments },
    ...{ written_files: written.writtenFiles, written_bytes: written.writtenBytes, moments: moments.length, problems },
  };
}

/** The newest moment that is not after a time; the newest of all when there is none. */
export async function momentAt(backup: BackupFolder, at: Date | undefined): Promise<NamedMoment> {
  const moments = await backup.moments(),
    found = moments.findLast((moment) => !at || Date.parse(moment.at) <= at.getTime());
  if (found) return found;
  throw new UsyncError(`The backup in ${backup.folder} has no moment${at ? ` of ${at.toISOString()} or before` : ""}`, {
    hint: moments.length === 0 ? "Make one: `usync-db backup`." : `The first one is of ${moments[0].at}.`,
  });
}
