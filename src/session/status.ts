import { resolve } from "node:path";
import type { FolderStore } from "../data_folder/folder_store.ts";
import type { Shape } from "../migration/plan_move.ts";
import type { Tier, Totals } from "../store/store.ts";
import { dueTier, type LimitUse, limitUses } from "../store/tier_policy.ts";

/** What a store is like and what is due; `status --json` prints it. */
export interface Status extends Totals {
  data_folder: string;
  tier: Tier;
  /** Null while there are no segments. */
  bytes_per_segment: number | null;
  limits: LimitUse[];
  /** The tier that the store should move to, null when it is right where it is. */
  due: Tier | null;
  /** What a migration that was cut off is to give. */
  unfinished: Shape | null;
  /** What migrations have left behind, the latest last. */
  old: Shape[];
}

export async function statusOf(store: FolderStore): Promise<Status> {
  const totals = await store.totals();
  return {
    data_folder: resolve(store.dataFolder),
    tier: store.tier,
    ...totals,
    bytes_per_segment: totals.segments === 0 ? null : Math.round(totals.database_bytes / totals.segments * 10) / 10,
    limits: limitUses(store.tier, totals, store.settings),
    due: dueTier(store.tier, totals, store.settings),
    unfinished: store.manifest.move && shapeOf(store.manifest.move),
    old: store.manifest.old.map(shapeOf),
  };
}

function shapeOf({ tier, shards }: Shape): Shape {
  return { tier, shards };
}
