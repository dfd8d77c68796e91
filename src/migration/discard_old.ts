import type { FolderStore } from "../data_folder/folder_store.ts";
import type { LeftPlace } from "../data_folder/leftovers.ts";
import { whereText } from "../data_folder/where_text.ts";
import { messageOf } from "../domain/errors.ts";

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
    /** What kept it. */
    why: string;
    /** Whether it is not tried again: asked to remove nothing else, and it lies on a server that is not the data folder's. */
    given_up: boolean;
  }[];
}

/**
 * Removes what migrations have left behind, while none runs. What could not be removed is tried again at every start. Where
 * there was nothing but that, what lies on servers of others is given up.
 */
export function discardOld(store: FolderStore): Promise<Discarded> {
  return store.oneMigration(async () => {
    const { old } = store.manifest, left = await store.discardOld();
    const kept = old.filter(({ folder }) => left.some(({ place }) => place.folder === folder));
    return { discarded: old.length - kept.length, left: left.map(leftOf) };
  });
}

function leftOf({ place, error, isGivenUp }: LeftPlace): Discarded["left"][number] {
  const schema = place.tier === "postgres" ? place.folder : null;
  return { where: whereText(place), schema, why: messageOf(error), given_up: isGivenUp };
}
