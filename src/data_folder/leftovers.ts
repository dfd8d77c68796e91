import { messageOf } from "../domain/errors.ts";
import { type Manifest, type Place, placeOf } from "./manifest.ts";
import { needsServer, removePlace } from "./open_backend.ts";
import { removeReplacedServers } from "./own_servers.ts";

/** What could not be removed. */
export interface LeftPlace {
  place: Place;
  error: unknown;
  /** Whether it is not tried again. */
  isGivenUp: boolean;
}

/** What it needs of the store. */
interface Owner {
  readonly dataFolder: string;
  manifest(): Manifest;
  update(changes: Partial<Manifest>): void;
  /** Whether somebody still reads what lies there. */
  isRead(folder: string): boolean;
  isClosed(): boolean;
}

/**
 * What migrations leave behind, and its removal. A failure of that stops nothing, since what matters was done before: it is
 * kept to be told, and later starts try again.
 */
export class Leftovers {
  readonly #owner: Owner;
  readonly #failures = new Map<string, string>();

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** What could not be cleaned up since the store was opened, and why. */
  get failures(): ReadonlyMap<string, string> {
    return this.#failures;
  }

  /** Does a part of the clean-up; `what` names that for people. */
  async try(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#failures.delete(what);
    } catch (error) {
      this.#failures.set(what, messageOf(error));
    }
  }

  /** `try` for what is done at once. */
  tryNow(what: string, work: () => void): void {
    try {
      work();
      this.#failures.delete(what);
    } catch (error) {
      this.#failures.set(what, messageOf(error));
    }
  }

  /** Removes all old stores; see `FolderStore.discardOld`. */
  async discardOld(): Promise<LeftPlace[]> {
    const { old, removing } = this.#owner.manifest(), givesUp = old.length === 0;
    if (!givesUp) this.#owner.update({ old: [], removing: [...removing, ...old.map(placeOf)] });
    const failures = await this.remove({ servers: true });
    const left = [...failures].map(([place, error]) => ({ place, error, isGivenUp: givesUp && !!place.url }));
    this.#forget(new Set(left.filter(({ isGivenUp }) => isGivenUp).map(({ place }) => place)));
    return left;
  }

  /** Removes the latest old store. */
  async discardLatest(): Promise<void> {
    const { old, removing } = this.#owner.manifest();
    this.#owner.update({ old: old.slice(0, -1), removing: [...removing, placeOf(old[old.length - 1])] });
    await this.remove();
  }

  /** Removes what nothing needs any more; see `FolderStore.removeLeftovers`. */
  async remove({ servers = false } = {}): Promise<Map<Place, unknown>> {
    const { dataFolder, manifest, isRead, isClosed } = this.#owner;
    const failures = new Map<Place, unknown>(), removed = new Set<Place>();
    const isNow = (place: Place) => !isRead(place.folder) && (servers || !needsServer(dataFolder, place));
    for (const place of manifest().removing.filter(isNow)) {
      try {
        await removePlace(dataFolder, place);
        removed.add(place);
      } catch (error) {
        failures.set(place, error);
        this.#failures.set(place.folder, messageOf(error));
      }
    }
    if (!isClosed()) this.tryNow("store.json", () => this.#forget(removed)); // what is gone may be removed again
    if (servers) await this.try("an earlier PostgreSQL", () => removeReplacedServers(dataFolder, manifest()));
    return failures;
  }

  /** Strikes places out of what is being removed. */
  #forget(places: Set<Place>): void {
    if (places.size === 0) return;
    this.#owner.update({ removing: this.#owner.manifest().removing.filter((place) => !places.has(place)) });
  }
}
