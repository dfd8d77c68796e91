import { join } from "node:path";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { readJsonState } from "../files/read.ts";
import { replaceFileNow } from "../files/replace.ts";
import { millisecondsOf, settingOf, type Settings } from "../store/settings.ts";
import type { BackupReport } from "./make_backup.ts";

/** The last backup that was made. */
export interface LastBackup {
  /** RFC 3339. */
  at: string;
  folder: string;
  files: number;
  segments: number;
  /** What was found damaged. */
  problems: number;
}

/** The last backup that could not be made. */
export interface FailedBackup {
  at: string;
  folder: string;
  error: string;
  hint: string | null;
}

/** What is known of the backups of a store; `status --json` prints it. */
export interface BackupStatus {
  /** Where a service makes them by itself; null where it makes none. */
  folder: string | null;
  last: LastBackup | null;
  /** Null where none has failed since the last one. */
  failed: FailedBackup | null;
  /** What is wrong, in words: they fail, or the last one is old. */
  warning: string | null;
}

/** Milliseconds after which a backup that failed is tried again. */
const RETRY_AFTER = 600_000;

/** What became of the last backups of a store: the file `backups.json` of its data folder. It may be removed. */
export class BackupRecord {
  readonly #path: string;
  #last: LastBackup | null = null;
  #failed: FailedBackup | null = null;

  constructor(dataFolder: string) {
    this.#path = join(dataFolder, "backups.json");
    const { last, failed } = readJsonState<Pick<BackupStatus, "last" | "failed">>(this.#path);
    [this.#last, this.#failed] = [last ?? null, failed ?? null];
  }

  made({ at, folder, files, segments, problems }: BackupReport): void {
    this.#last = { at, folder, files, segments, problems: problems.length };
    this.#failed = null;
    this.#write();
  }

  failed(folder: string, error: unknown): void {
    const hint = error instanceof UsyncError ? error.hint ?? null : null;
    this.#failed = { at: new Date().toISOString(), folder, error: messageOf(error), hint };
    this.#write();
  }

  #write(): void {
    try {
      replaceFileNow(this.#path, JSON.stringify({ last: this.#last, failed: this.#failed }, null, 2) + "\n");
    } catch {
      // a full disk: whoever asked for the backup learns its outcome all the same
    }
  }

  /** Whether a service is to make one now. */
  isDue(settings: Settings, now: Date): boolean {
    const folder = settingOf(settings, "backup.folder"), every = millisecondsOf(settingOf(settings, "backup.every"));
    if (folder === "") return false;
    const since = (at: string) => now.getTime() - Date.parse(at);
    const last = this.#last?.folder === folder ? this.#last : undefined, failed = this.#failed;
    if (failed?.folder === folder && since(failed.at) < Math.min(RETRY_AFTER, every)) return false;
    return !last || since(last.at) >= every;
  }

  status(settings: Settings, now: Date): BackupStatus {
    const folder = settingOf(settings, "backup.folder") || null;
    return { folder, last: this.#last, failed: this.#failed, warning: this.#warning(settings, folder, now) };
  }

  #warning(settings: Settings, folder: string | null, now: Date): string | null {
    const last = this.#last, failed = this.#failed, every = settingOf(settings, "backup.every");
    if (failed) return `the backup of ${failed.at} failed: ${failed.error}`;
    if (last && last.problems > 0) return "the last backup found damage: `usync-db verify` tells more";
    if (folder === null) return null;
    if (!last || last.folder !== folder) return "none was made yet: `usync-db serve` makes them";
    const isOld = now.getTime() - Date.parse(last.at) >= 2 * millisecondsOf(every);
    return isOld ? `the last one is older than ${every}: they are made while \`usync-db serve\` runs` : null;
  }
}
