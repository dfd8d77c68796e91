import { UsyncError } from "../domain/errors.ts";
import type { Tier } from "../store/store.ts";

/** Shards of the tier `sharded` when nobody says another number. */
export const DEFAULT_SHARDS = 10;
const MOST_SHARDS = 100;

/** What a user asks of a migration. */
export interface MoveWish {
  /** The tier that is due, when left out. */
  tier?: Tier;
  /** 1 to 100; 10 when left out. */
  shards?: number;
}

/** A tier with its number of shards (1 on `sqlite`). */
export interface Shape {
  /** The tier. */
  tier: Tier;
  /** 1 to 100; 1 on the tiers that have none. */
  shards: number;
}

/** Throws a `UsyncError` for a wish that makes no sense, whatever the store is like. */
export function checkWish({ tier = "sharded", shards }: MoveWish): void {
  if (shards === undefined) return;
  if (tier !== "sharded" && shards !== 1) {
    throw new UsyncError(`Cannot use ${shards} shards: the tier ${tier} has none`, { hint: "Use --to sharded." });
  }
  if (tier === "sharded" && (shards < 2 || shards > MOST_SHARDS)) {
    throw new UsyncError(`Cannot use ${shards} shards: from 2 to ${MOST_SHARDS} are possible`);
  }
}

/**
 * The shape that a store is to get: what is wished for, else what an unfinished move was to give, else what the store's
 * size calls for. Undefined when it has that shape. Throws what `checkWish` throws.
 */
export function planMove(
  current: Shape,
  wish: MoveWish,
  unfinished: Shape | null,
  due: Tier | null,
): Shape | undefined {
  checkWish(wish);
  const { shards } = wish;
  const wished = wish.tier ?? (shards === undefined ? undefined : "sharded");
  if (wished === undefined && unfinished) return unfinished;
  const tier = wished ?? due;
  if (tier === null) return undefined;
  const shape = { tier, shards: tier === "sharded" ? shards ?? defaultShards(current) : 1 };
  return shape.tier === current.tier && shape.shards === current.shards ? undefined : shape;
}

function defaultShards({ tier, shards }: Shape): number {
  return tier === "sharded" ? shards : DEFAULT_SHARDS;
}
