import { BackupFolder, type ReadMoment } from "./backup_folder.ts";
import type { MomentProgress } from "./moment_parts.ts";

/** What a backup holds, and what of it is damaged. */
export interface BackupCheck {
  folder: string;
  /** Oldest first; those that cannot be read are among the problems. */
  moments: { at: string; files: number; segments: number; bytes: number; is_sound: boolean }[];
  problems: { where: string; what: string }[];
}

/** The moments of a backup, as they say themselves. */
export async function listBackup(path: string): Promise<BackupCheck> {
  using backup = new BackupFolder(path);
  const problems: BackupCheck["problems"] = [];
  const moments = await backup.readMoments((what) => problems.push({ where: backup.folder, what }));
  return { folder: backup.folder, moments: moments.flatMap((moment) => summaryOf(moment, new Set())), problems };
}

/** Reads every file of a backup and compares it with its SHA-256. Throws a `UsyncError` where there is no backup. */
export async function verifyBackup(
  path: string,
  onProgress: (progress: MomentProgress) => void = () => {},
): Promise<BackupCheck> {
  using backup = new BackupFolder(path);
  const problems: BackupCheck["problems"] = [], damaged = new Set<string>();
  const tell = (what: string) => void problems.push({ where: backup.folder, what });
  const moments = await backup.readMoments(tell), ofMark = await backup.damageOfMark();
  if (ofMark !== undefined) tell(ofMark);
  const names = new Map<string, number>();
  for (const { moment } of moments) {
    for (const { name, bytes, index } of moment?.parts ?? []) names.set(name, bytes).set(index, 0);
  }
  const total = names.values().reduce((sum, bytes) => sum + bytes, 0), waiting = names.entries();
  let done = 0;
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, async () => {
    for (const [name, bytes] of waiting) {
      const what = await backup.damageOf("parts", name);
      onProgress({ step: "Checking the backup", done: done += bytes, total, unit: "bytes" });
      if (what === undefined) continue;
      damaged.add(name);
      tell(what);
    }
  }));
  return { folder: backup.folder, moments: moments.flatMap((moment) => summaryOf(moment, damaged)), problems };
}

function summaryOf({ moment }: ReadMoment, damaged: Set<string>): BackupCheck["moments"] {
  if (!moment) return [];
  const { at, files, segments, parts } = moment, bytes = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  return [{ at, files, segments, bytes, is_sound: !parts.some(({ name }) => damaged.has(name)) }];
}
