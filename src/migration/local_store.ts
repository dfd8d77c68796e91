import type { FolderStore } from "../data_folder/folder_store.ts";
import type { Settings } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import { StoreLayer } from "../store/store_layer.ts";
import { type Discarded, discardOld } from "./discard_old.ts";
import { migrate, migrateBack, type MigrateOptions, type MoveReport } from "./migrate.ts";
import { openGrowingStore, type OpenOptions } from "./open_store.ts";
import type { Shape } from "./plan_move.ts";

/**
 * The store in a data folder that this process holds. `migrate`, `migrateBack`, `discardOld` and a growth run one after the
 * other, in the order they were asked for; `close` ends the one that runs, which the next migration continues, and those
 * that wait fail.
 */
export interface LocalStore extends Store, AsyncDisposable {
  /** The folder that it is in. */
  readonly dataFolder: string;
  /** Whether the folder may only be read, and nothing in it changes. */
  readonly isReadOnly: boolean;
  /** The settings that were changed; others have their defaults. What is set is durable. */
  settings: Settings;
  /**
   * Moves the store to another tier or number of shards: copies what it has checked, verifies every row as the target has
   * stored it, and switches in one step. Reads and writes go on meanwhile. Undefined when there is nothing to do.
   */
  migrate(options?: MigrateOptions): Promise<MoveReport | undefined>;
  /** Goes back to the store that the last migration has left behind, as long as nothing was changed since. */
  migrateBack(): Promise<Shape>;
  /** Removes what migrations have left behind. */
  discardOld(): Promise<Discarded>;
}

/**
 * Opens the store in a data folder and holds the folder until `close`, which waits for a growth that is on its way.
 *
 * ```ts
 * await using store = await openStore("./data");
 * const segment = await store.findMessageId("<part1of2.abc@example.com>");
 * ```
 *
 * Throws a `UsyncError` when the folder is in use, cannot be written, or holds something else.
 */
export async function openStore(dataFolder: string, options: OpenOptions = {}): Promise<LocalStore> {
  return new MovableStore(await openGrowingStore(dataFolder, options));
}

/** A store of a data folder, without what only migrations need of it. */
class MovableStore extends StoreLayer implements LocalStore {
  readonly #store: FolderStore;

  constructor(store: FolderStore) {
    super(store);
    this.#store = store;
  }

  get dataFolder(): string {
    return this.#store.dataFolder;
  }

  get isReadOnly(): boolean {
    return this.#store.isReadOnly;
  }

  get settings(): Settings {
    return this.#store.settings;
  }

  set settings(settings: Settings) {
    this.#store.settings = settings;
  }

  migrate(options?: MigrateOptions): Promise<MoveReport | undefined> {
    return migrate(this.#store, options);
  }

  migrateBack(): Promise<Shape> {
    return migrateBack(this.#store);
  }

  discardOld(): Promise<Discarded> {
    return discardOld(this.#store);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
