import { readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../files/replace.ts";
import { type GrowthPoint, withPoint } from "./growth.ts";
import { Latencies, type LatenciesJson } from "./latencies.ts";

/** The version of the file's format that this program writes. */
const VERSION = 1;
/** Days whose latencies are kept. */
const DAYS = 7;
const DAY = 86_400_000;

/** A point of growth as it is kept: seconds since 1970, files, segments, content bytes, database bytes. */
type PointJson = [number, number, number, number, number];

interface HistoryJson {
  version: number;
  store_id: string;
  growth: PointJson[];
  /** By day, in UTC: "2025-08-02". */
  latencies: { [day: string]: LatenciesJson };
}

/**
 * What was measured of a store over time, beside it in `history.json`. It is worth little against the store: where it cannot
 * be read it starts anew, where it cannot be written it is not.
 */
export class History {
  readonly #path: string;
  readonly #storeId: string;
  #growth: GrowthPoint[] = [];
  #latencies = new Map<string, Latencies>();

  private constructor(path: string, storeId: string) {
    this.#path = path;
    this.#storeId = storeId;
  }

  /** The history of a store in a data folder; an empty one where there is none of it. */
  static read(dataFolder: string, storeId: string): History {
    const path = join(dataFolder, "history.json"), history = new History(path, storeId);
    try {
      const { version, store_id, growth, latencies }: HistoryJson = JSON.parse(readFileSync(path, "utf8"));
      if (version !== VERSION || store_id !== storeId) return history;
      const points = growth.map(pointFrom);
      const days = Object.entries(latencies).map(([day, json]) => [day, Latencies.from(json)] as const);
      history.#growth = points;
      history.#latencies = new Map(days);
    } catch {
      // not there, or damaged
    }
    return history;
  }

  /** How large the store was, oldest first. */
  get growth(): readonly GrowthPoint[] {
    return this.#growth;
  }

  addPoint(point: GrowthPoint): void {
    this.#growth = withPoint(this.#growth, point);
  }

  /** Adds latencies that were measured by now, and forgets those that are too old. */
  addLatencies(latencies: Latencies, now: Date): void {
    if (!latencies.isEmpty) {
      const ofDay = this.#latencies.get(dayOf(now)) ?? new Latencies();
      ofDay.add(latencies);
      this.#latencies.set(dayOf(now), ofDay);
    }
    const isKept = daysUpTo(now, DAYS);
    for (const day of this.#latencies.keys()) if (!isKept.has(day)) this.#latencies.delete(day);
  }

  /** All latencies of so many days, today included. */
  latencies(now: Date, days = DAYS): Latencies {
    const sum = new Latencies();
    for (const day of daysUpTo(now, days)) {
      const ofDay = this.#latencies.get(day);
      if (ofDay) sum.add(ofDay);
    }
    return sum;
  }

  /** The latencies of each of the last days that has some, oldest first. */
  latenciesByDay(now: Date): [day: string, latencies: Latencies][] {
    const isKept = daysUpTo(now, DAYS);
    return [...this.#latencies].filter(([day]) => isKept.has(day)).sort(([a], [b]) => a < b ? -1 : 1);
  }

  /** Replaces the file in one step. Where that fails, as on a full disk, it stays as it was. */
  async write(): Promise<void> {
    const json: HistoryJson = {
      version: VERSION,
      store_id: this.#storeId,
      growth: this.#growth.map(pointJson),
      latencies: Object.fromEntries([...this.#latencies].map(([day, latencies]) => [day, latencies.toJSON()])),
    };
    try {
      await replaceFile(this.#path, JSON.stringify(json) + "\n");
    } catch {
      // see above
    }
  }
}

function pointJson({ at, files, segments, content_bytes, database_bytes }: GrowthPoint): PointJson {
  return [Math.round(Date.parse(at) / 1000), files, segments, content_bytes, database_bytes];
}

function pointFrom(point: PointJson): GrowthPoint {
  if (point.length !== 5 || !point.every((number) => Number.isFinite(number) && number >= 0)) {
    throw new RangeError("not a point of growth");
  }
  const [seconds, files, segments, content_bytes, database_bytes] = point;
  return { at: new Date(seconds * 1000).toISOString(), files, segments, content_bytes, database_bytes };
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

function daysUpTo(now: Date, days: number): Set<string> {
  return new Set(Array.from({ length: days }, (_, ago) => dayOf(new Date(now.getTime() - ago * DAY))));
}
