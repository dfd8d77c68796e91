import { resolve } from "node:path";
import type { BackupRecord, BackupStatus } from "../backup/backup_record.ts";
import { shardPaths } from "../data_folder/manifest.ts";
import type { CacheUse } from "../cache/cache_use.ts";
import { folderWarning } from "../files/folder_risk.ts";
import type { FolderStore } from "../data_folder/folder_store.ts";
import { freeBytes } from "../files/full_disk.ts";
import { sizeOf } from "../files/read.ts";
import type { Shape } from "../migration/plan_move.ts";
import { type GrowthPoint, growthPoint } from "../monitoring/growth.ts";
import type { LocalMonitor } from "../monitoring/local_monitor.ts";
import type { Latencies } from "../monitoring/latencies.ts";
import { type Latency, latencyTable } from "../monitoring/latency_table.ts";
import {
  type Evidence,
  missedPromises,
  type SlowQueries,
  slowQueriesOf,
  type Warning,
  warningsOf,
  writeTime,
} from "../monitoring/warnings.ts";
import type { ScrubRecord, ScrubStatus } from "../scrub/scrub_record.ts";
import type { Tier, Totals } from "../store/store.ts";
import { dueTier, type LimitUse, limitUses } from "../store/tier_policy.ts";
import { whereText } from "../data_folder/where_text.ts";
import type { InboxStatus } from "./inbox.ts";

/** A store that a migration has left behind. */
export interface OldStore extends Shape {
  /** Whether something was changed since, so that there is no going back to it. */
  outdated: boolean;
  /** What it takes on disk; null where nobody knows. */
  bytes: number | null;
}

/** What a store is like and what is due; `status --json` prints it. */
export interface Status extends Totals, Shape {
  data_folder: string;
  /** Where it lies on a network drive or in what a program copies to others: what that means; null elsewhere. */
  folder_warning: string | null;
  /** Null while there are no segments. */
  bytes_per_segment: number | null;
  /** Bytes that are free on the disk of the data folder; null where nobody may ask, or the store is on a server that has an address. */
  disk_free_bytes: number | null;
  limits: LimitUse[];
  /** The tier that the store should move to, null when it is right where it is. */
  due: Tier | null;
  /** What a migration that was cut off is to give. */
  unfinished: Shape | null;
  /** What migrations have left behind, the latest last. */
  old: OldStore[];
  /** What nothing needs any more and could not be removed yet, and why where it was tried; it is tried again. */
  left: { where: string; why: string | null }[];
  /** When a copy of a store that was in use was opened first: until `verify` finds it whole, something may be missing. */
  copied: string | null;
  /** By operation, over the last seven days; those that end in " (first)" are the first of their kind of each process. */
  latencies: Record<string, Latency>;
  /** By day, over the last seven days, oldest first: the queries that a promise is made for. */
  slow_queries: SlowQueries[];
  /** How large the store was, oldest first, and is now. */
  growth: GrowthPoint[];
  /** Null where nothing is cached. */
  cache: CacheUse | null;
  backup: BackupStatus;
  inbox: InboxStatus;
  scrub: ScrubStatus;
  /** Promises that were missed today or yesterday. */
  warnings: Warning[];
}

/** Days of which the promises are judged: what was mended is forgotten soon. */
const JUDGED_DAYS = 2;

export async function statusOf(
  store: FolderStore,
  monitor: LocalMonitor,
  backups: BackupRecord,
  scrubs: ScrubRecord,
  inbox: InboxStatus,
): Promise<Status> {
  const totals = await store.totals(), { history } = monitor, now = new Date();
  const due = dueTier(store.tier, totals, store.settings);
  return {
    data_folder: resolve(store.dataFolder),
    folder_warning: folderWarning(store.dataFolder),
    ...shapeOf(store.manifest),
    ...totals,
    bytes_per_segment: totals.segments === 0 ? null : Math.round(totals.database_bytes / totals.segments * 10) / 10,
    disk_free_bytes: store.manifest.url ? null : freeBytesOf(store.dataFolder),
    limits: limitUses(store.tier, totals, store.settings),
    due,
    unfinished: store.manifest.move && shapeOf(store.manifest.move),
    old: store.manifest.old.map((place) => ({
      ...shapeOf(place),
      outdated: place.outdated,
      bytes: place.tier === "postgres" ? place.bytes ?? null : bytesOf(shardPaths(store.dataFolder, place)),
    })),
    left: leftOf(store),
    copied: store.manifest.copied ?? null,
    latencies: latencyTable(history.latencies(now)),
    slow_queries: history.latenciesByDay(now).map(([day, latencies]) => slowQueriesOf(day, store.tier, latencies))
      .filter(({ count }) => count > 0),
    growth: [...history.growth, growthPoint(totals, now)],
    cache: monitor.cacheUse(),
    backup: backups.status(store.settings, now),
    inbox,
    scrub: scrubs.status(store.settings, store.manifest.folder),
    warnings: await warningsFor(store, totals, due, history.latencies(now, JUDGED_DAYS)),
  };
}

async function warningsFor(store: FolderStore, totals: Totals, due: Tier | null, latencies: Latencies) {
  const { tier } = store, missed = missedPromises(tier, latencies);
  if (missed.length === 0) return [];
  const evidence: Evidence = {
    ...{ tier, due, databaseBytes: totals.database_bytes, writeTime: writeTime(latencies) },
    upkeepDue: await store.backend.upkeepDue(),
    memory: store.manifest.url ? null : memory(), // a server that has an address may be another machine
    isWindows: Deno.build.os === "windows",
  };
  return warningsOf(missed, evidence);
}

function freeBytesOf(folder: string): number | null {
  try {
    return freeBytes(folder);
  } catch {
    return null; // not allowed to ask
  }
}

function memory(): Evidence["memory"] {
  try {
    return Deno.systemMemoryInfo();
  } catch {
    return null; // not allowed to ask
  }
}

function leftOf({ manifest, cleanUpFailures }: FolderStore): Status["left"] {
  const places = manifest.removing.map((place) => ({
    where: whereText(place),
    why: cleanUpFailures.get(place.folder) ?? null,
  }));
  const known = new Set(manifest.removing.map(({ folder }) => folder));
  const others = [...cleanUpFailures].filter(([what]) => !known.has(what));
  return [...places, ...others.map(([where, why]) => ({ where, why }))];
}

function bytesOf(paths: string[]): number {
  return paths.reduce((sum, path) => sum + sizeOf(path), 0);
}

function shapeOf({ tier, shards }: Shape): Shape {
  return { tier, shards };
}
