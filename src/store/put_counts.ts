import type { PutCounts, PutOutcome } from "./store.ts";

export function noCounts(): PutCounts {
  return { added: 0, replaced: 0, unchanged: 0, segments: 0 };
}

export function addCounts(to: PutCounts, counts: PutCounts): void {
  to.added += counts.added;
  to.replaced += counts.replaced;
  to.unchanged += counts.unchanged;
  to.segments += counts.segments;
}

export function sumOfCounts(parts: PutCounts[]): PutCounts {
  const sum = noCounts();
  for (const part of parts) addCounts(sum, part);
  return sum;
}

/** What became of the one file that was put. */
export function outcomeOf({ added, replaced }: PutCounts): PutOutcome {
  if (added > 0) return "added";
  return replaced > 0 ? "replaced" : "unchanged";
}
