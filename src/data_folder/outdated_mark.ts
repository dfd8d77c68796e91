import type { OldPlace } from "./manifest.ts";

/** What a mark needs of the store of a data folder. */
export interface MarkedStore {
  /** What migrations have left behind, as the manifest has it. */
  old(): OldPlace[];
  /** Keeps other marks, durably. */
  mark(old: OldPlace[]): void;
}

/**
 * Marks what migrations have left behind as outdated, durably before the first write after a migration. When the writes have
 * ended and none has changed anything, the marks are taken back, so that going back stays possible.
 */
export class OutdatedMark {
  readonly #store: MarkedStore;
  /** Folders that were marked here, and may be good still. */
  #marked = new Set<string>();
  #writes = 0;
  #hasChanged = false;

  constructor(store: MarkedStore) {
    this.#store = store;
  }

  /** Runs a write; `isChange` tells of its result whether it has changed anything. One that fails may have. */
  async during<T>(write: () => Promise<T>, isChange: (result: T) => boolean): Promise<T> {
    const old = this.#store.old(), good = old.filter(({ outdated }) => !outdated);
    if (good.length > 0) {
      this.#store.mark(old.map((place) => ({ ...place, outdated: true })));
      for (const { folder } of good) this.#marked.add(folder);
      this.#hasChanged = false;
    }
    this.#writes++;
    let changes = true;
    try {
      const result = await write();
      changes = isChange(result);
      return result;
    } finally {
      this.#writes--;
      this.#hasChanged ||= changes;
      if (changes) this.#marked.clear();
    }
  }

  /** Takes marks back where nothing was changed; `isSettled`: whether all that was written is durable. */
  settle(isSettled: boolean): void {
    if (this.#marked.size === 0 || this.#writes > 0 || this.#hasChanged || !isSettled) return;
    const marked = this.#marked;
    this.#marked = new Set();
    this.#store.mark(
      this.#store.old().map((place) => marked.has(place.folder) ? { ...place, outdated: false } : place),
    );
  }
}
