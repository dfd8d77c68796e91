import { type NumberSetting, settingOf, type Settings } from "./settings.ts";
import type { Tier, Totals } from "./store.ts";

/** All tiers, each with room for more than the one before. */
export const TIERS = ["sqlite", "sharded", "postgres"] as const satisfies readonly Tier[];

/** How near a store is to a limit of its tier. */
export interface LimitUse {
  limit: "content_bytes" | "segments" | "database_bytes";
  used: number;
  most: number;
}

/** The limits of a tier and how far each is used; the last tier has none. */
export function limitUses(tier: Tier, totals: Totals, settings: Settings): LimitUse[] {
  if (tier === "postgres") return [];
  const limits = { content_bytes: "max-content-bytes", segments: "max-segments", database_bytes: "max-database-bytes" };
  return (Object.keys(limits) as LimitUse["limit"][]).map((limit) => ({
    limit,
    used: totals[limit],
    most: settingOf(settings, `${tier}.${limits[limit]}` as NumberSetting),
  }));
}

/**
 * The tier that a store of this size should be on, when that is not the one it is on. A limit that is reached is passed;
 * a store never moves down by itself.
 */
export function dueTier(tier: Tier, totals: Totals, settings: Settings): Tier | null {
  const isPast = (tier: Tier) => limitUses(tier, totals, settings).some(({ used, most }) => used >= most);
  let due = tier;
  if (due === "sqlite" && isPast("sqlite")) due = "sharded";
  if (due === "sharded" && isPast("sharded")) due = "postgres";
  return due === tier ? null : due;
}
