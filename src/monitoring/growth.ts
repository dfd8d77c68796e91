import type { Totals } from "../store/store.ts";

/** How large a store was at a time. */
export interface GrowthPoint extends Pick<Totals, "files" | "segments" | "content_bytes" | "database_bytes"> {
  /** RFC 3339, UTC. */
  at: string;
}

/** Of the points in a slot of time the first is kept; slots are at most this part of their age long: the older, the fewer. */
const SLOT = 1 / 16;
/** Milliseconds that are between any two points. */
const LEAST_SPACING = 60_000;

/** The point for totals that were read at a time. */
export function growthPoint(totals: Totals, now: Date): GrowthPoint {
  const { files, segments, content_bytes, database_bytes } = totals;
  return { at: now.toISOString(), files, segments, content_bytes, database_bytes };
}

/**
 * The points, oldest first, with a newer one. They are thinned out with age, so that ten years take some 250. The first
 * stays. Points later than the new one are from a clock that was wrong.
 */
export function withPoint(points: GrowthPoint[], point: GrowthPoint): GrowthPoint[] {
  const now = Date.parse(point.at), kept: GrowthPoint[] = [];
  let last = -Infinity;
  for (const older of points) {
    const at = Date.parse(older.at), slot = slotFor(now - at), isFirst = older === points[0];
    if (at >= now || !isFirst && (now - at < LEAST_SPACING || Math.floor(at / slot) === Math.floor(last / slot))) {
      continue;
    }
    kept.push(older);
    last = at;
  }
  return [...kept, point];
}

/** The length of slots at an age: a power of two, so that slots of one length lie whole in those of the next. */
function slotFor(age: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(LEAST_SPACING, age * SLOT)));
}
