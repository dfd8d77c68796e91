import { UsyncError } from "../domain/errors.ts";
import { KEEP_HINT, KEEP_PATTERN, SETTINGS } from "../store/settings.ts";

/** How many of the last days, weeks and months keep a moment each. */
export interface Retention {
  d: number;
  w: number;
  m: number;
}

export const DEFAULT_KEEP = SETTINGS["backup.keep"].default;
/** All moments that are younger are kept, so many of them at most. */
const DAY = 86_400_000, MAX_OF_A_DAY = 100;

/** Reads what "7d,4w,12m" says. Throws a `UsyncError` when it says nothing. */
export function parseRetention(text: string): Retention {
  const retention: Retention = { d: 0, w: 0, m: 0 };
  if (!KEEP_PATTERN.test(text)) {
    throw new UsyncError(`Cannot keep ${text}: not numbers of days, weeks and months`, { hint: KEEP_HINT });
  }
  for (const part of text.split(",").map((part) => part.trim())) {
    retention[part.slice(-1) as keyof Retention] = Number(part.slice(0, -1));
  }
  return retention;
}

/**
 * The moments that are kept, of some that are oldest first: the newest one, those of the last 24 hours, and the last one of
 * each of so many days, weeks and months up to now (in UTC).
 */
export function momentsToKeep<T>(moments: T[], atOf: (moment: T) => string, { d, w, m }: Retention, now: Date): T[] {
  const kept = new Set<T>(moments.slice(-1));
  const ofDay = moments.filter((moment) => now.getTime() - Date.parse(atOf(moment)) < DAY);
  for (const moment of ofDay.slice(-MAX_OF_A_DAY)) kept.add(moment);
  for (const [count, periodOf] of [[d, dayOf], [w, weekOf], [m, monthOf]] as const) {
    const first = periodOf(now) - count, last = new Map<number, T>();
    for (const moment of moments) last.set(periodOf(new Date(atOf(moment))), moment);
    for (const [period, moment] of last) if (period > first) kept.add(moment);
  }
  return moments.filter((moment) => kept.has(moment));
}

function dayOf(time: Date): number {
  return Math.floor(time.getTime() / DAY);
}

/** Weeks begin on Monday. */
function weekOf(time: Date): number {
  return Math.floor((dayOf(time) + 3) / 7);
}

function monthOf(time: Date): number {
  return time.getUTCFullYear() * 12 + time.getUTCMonth();
}
