import type { Problem } from "../store/store.ts";
import type { Place } from "./manifest.ts";
import { shardPaths } from "./manifest.ts";

/** How many transactions each shard in a folder has had; null for one that cannot be read. */
export interface ShardCommits {
  folder: string;
  commits: (number | null)[];
}

/** A shard that is not in the state in which the store was used last: a copy of another time lies in its place. */
export interface UnlikeShard {
  /** Its file. */
  file: string;
  commits: number;
  /** How many it had. */
  expected: number;
}

/**
 * The shards that are not as the store was left. `isExact`: it was given free in order, so that none can have had more transactions.
 */
export function unlikeShards(
  place: Place,
  before: ShardCommits | undefined,
  now: (number | null)[],
  isExact: boolean,
): UnlikeShard[] {
  if (before?.folder !== place.folder) return [];
  const files = shardPaths("", place);
  return now.flatMap((commits, i) => {
    const expected = before.commits[i];
    if (commits === null || typeof expected !== "number") return [];
    const isLike = isExact ? commits === expected : commits >= expected;
    return isLike ? [] : [{ file: files[i], commits, expected }];
  });
}

/** What is wrong with such shards, as a verification tells it. */
export function unlikeProblems(shards: UnlikeShard[] = []): Problem[] {
  return shards.map(({ file, commits, expected }) => ({
    where: file,
    what:
      `it is a copy of another time: it has had ${commits} transactions, when the store was closed it had ${expected}`,
  }));
}
