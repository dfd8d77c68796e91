import type { BackupReport } from "../backup/make_backup.ts";
import type { RepairOptions, RepairReport } from "../backup/repair_store.ts";
import type { Discarded } from "../migration/discard_old.ts";
import type { GrowthListener } from "../migration/growth.ts";
import type { MoveReport } from "../migration/migrate.ts";
import type { MoveWish, Shape } from "../migration/plan_move.ts";
import type { BinariesSource } from "../postgres_server/mod.ts";
import type { Setting, Settings } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import type { ImportRecord } from "../transfer/import_record.ts";
import type { Status } from "./status.ts";

/** Where a store is to move, and what is to be done for it. */
export interface SessionMove extends MoveWish {
  /** The address of the PostgreSQL server to move to; the one of the data folder when left out. */
  url?: string;
  /** Moves what is sound of a damaged store, and lists the rest in a file. */
  salvage?: boolean;
  /** That the PostgreSQL of the data folder is installed before: from this source, else from the binaries that are there. */
  install?: { source?: BinariesSource };
  /**
   * Upgrades the PostgreSQL of the data folder, which the store stays in, to the programs of `install`; see `upgradeServer`.
   * Nothing else but `install` may be asked for.
   */
  upgrade?: boolean;
}

/** How far a step of a move is. */
export interface MoveStep {
  /** In words: "Copying". */
  step: string;
  done: number;
  /** Undefined where nobody knows. */
  total: number | undefined;
  unit: "segments" | "bytes";
  /** Which of how many steps it is, where that is known. */
  at?: { number: number; of: number };
}

/** How a backup is made. */
export interface SessionBackup {
  /** Which moments are kept; see `parseRetention`. */
  keep?: string;
  onProgress?: (step: MoveStep) => void;
}

/** Told how a move goes on. */
export interface MoveListener {
  /** Something is worth telling: a whole sentence or phrase. */
  message(text: string): void;
  /** Called often. */
  progress(step: MoveStep): void;
  /** Breaks the move off where it is; a later one goes on. What a service does is not broken off. */
  signal?: AbortSignal;
}

/**
 * The store of a data folder with all that commands and the service do to it, whoever owns the folder: this process
 * (`LocalSession`) or a service that is running. Errors are `UsyncError`s.
 */
export interface Session extends Omit<Store, "tier">, AsyncDisposable {
  readonly dataFolder: string;
  status(): Promise<Status>;
  /** The settings that were changed. */
  settings(): Promise<Settings>;
  /** Changes a setting, durably. */
  changeSetting(name: Setting, value: number | string): Promise<void>;
  /** Whether a move so wished for needs a PostgreSQL in the data folder that is not installed yet. */
  lacksServer(move: SessionMove): Promise<boolean>;
  /** Moves the store; see `migrate`. Undefined when there is nothing to do. */
  migrate(move: SessionMove, listener?: MoveListener): Promise<MoveReport | undefined>;
  /** Calls the listener with what becomes of the store's growth to shards; see `Growth`. */
  onGrowth(listener: GrowthListener): void;
  /** Waits for a growth that is due or on its way. */
  settleGrowth(): Promise<void>;
  /** Removes what a migration that was cut off has copied. */
  discardMove(): Promise<void>;
  /** Goes back to the store before the last migration; see `migrateBack`. */
  migrateBack(): Promise<Shape>;
  /** Brings the backup in a folder up to date; see `makeBackup`. `folder` is absolute. */
  backup(folder: string, options?: SessionBackup): Promise<BackupReport>;
  /** Repairs the store where it is damaged; see `repairStore`. `from`: an absolute path; the backup of the settings when left out. */
  repair(options?: RepairOptions): Promise<RepairReport>;
  /** Makes the backup that the settings ask for, where one is due. What becomes of it is in the status; never throws. */
  makeDueBackup(): Promise<void>;
  /** The last imports, newest first. */
  imports(): Promise<ImportRecord[]>;
  /** Imports what lies in the inbox, if it is still; see `Inbox`. Gives the milliseconds after which to look again, where files wait. */
  lookAtInbox(ending: AbortSignal): Promise<number | undefined>;
  /** Adds an import to these. What it has stored is stored in any case: never throws. */
  noteImport(record: ImportRecord): Promise<void>;
  /** Reads and checks everything in the background where that is due, until the session is closed; never throws. */
  scrubIfDue(): Promise<void>;
  /** Removes what migrations have left behind. */
  discardOld(): Promise<Discarded>;
}
