import type { GrowthListener } from "../migration/growth.ts";
import type { MoveReport } from "../migration/migrate.ts";
import type { MoveWish, Shape } from "../migration/plan_move.ts";
import type { BinariesSource } from "../postgres_server/mod.ts";
import type { Setting, Settings } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import type { Status } from "./status.ts";

/** Where a store is to move, and what is to be done for it. */
export interface SessionMove extends MoveWish {
  /** The address of the PostgreSQL server to move to; the one of the data folder when left out. */
  url?: string;
  /** Moves what is sound of a damaged store, and lists the rest in a file. */
  salvage?: boolean;
  /** That the PostgreSQL of the data folder is installed before: from this source, else from the binaries that are there. */
  install?: { source?: BinariesSource };
}

/** How far a step of a move is. */
export interface MoveStep {
  /** In words: "Copying". */
  step: string;
  done: number;
  /** Undefined where nobody knows. */
  total: number | undefined;
  unit: "segments" | "bytes";
}

/** Told how a move goes on. */
export interface MoveListener {
  /** Something is worth telling: a whole sentence or phrase. */
  message(text: string): void;
  /** Called often. */
  progress(step: MoveStep): void;
}

/** What was done about old stores. */
export interface Discarded {
  /** How many stores were removed. */
  discarded: number;
  /** What could not be removed. */
  left: {
    /** Where it lies, in words. */
    where: string;
    /** The schema there; null for files of the data folder. */
    schema: string | null;
    why: string;
    /** Whether it is not tried again: asked to remove nothing else, and it lies on a server that is not the data folder's. */
    given_up: boolean;
  }[];
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
  changeSetting(name: Setting, value: number): Promise<void>;
  /** Whether a move so wished for needs a PostgreSQL in the data folder that is not installed yet. */
  lacksServer(move: SessionMove): Promise<boolean>;
  /** Moves the store; see `migrate`. Undefined when there is nothing to do. */
  migrate(move: SessionMove, listener?: MoveListener): Promise<MoveReport | undefined>;
  /** Calls the listener with what becomes of the store's growth to shards; see `Growth`. */
  onGrowth(listener: GrowthListener): void;
  /** Waits for a growth that is due or on its way. */
  settleGrowth(): Promise<void>;
  /** Goes back to the store before the last migration; see `migrateBack`. */
  migrateBack(): Promise<Shape>;
  /** Removes what migrations have left behind. */
  discardOld(): Promise<Discarded>;
}
