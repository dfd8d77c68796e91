import { type Metric, METRICS, QUERIES } from "../store/operations.ts";
import type { Tier } from "../store/store.ts";
import { Histogram } from "./histogram.ts";
import type { Latencies } from "./latencies.ts";
import type { Circumstance } from "./circumstances.ts";
import type { Work } from "./stopwatch.ts";

/** A promise that is not kept. */
export interface Warning {
  /** What is slower than it should be. */
  what: string;
  /** The likely reason, and what can be done. */
  why: string;
}

/** Milliseconds that 99 of 100 queries stay under. */
export const PROMISES: Readonly<Record<Tier, number>> = { sqlite: 5, sharded: 10, postgres: 5 };

const PROMISED = METRICS.filter((name) =>
  Object.values(QUERIES).some(({ metric, cost }) => metric === name && cost === "answer")
);
/** Those under which the promises hold; it is natural that first and large ones take longer. */
const JUDGED: Circumstance[] = ["usual", "move", "load", "upkeep"];
/** So many must have been slow, for fewer may have had bad luck. */
const ENOUGH = 10;
/** Milliseconds that half of the single writes take where a disk is slow. */
const SLOW_WRITE = 50;
/** The part of the memory that is free at least where there is enough. */
const FREE_MEMORY = 0.05;

const WORKS: Record<Work, string> = {
  move: "a migration",
  load: "an import",
  upkeep: "verify, optimize or an export",
};

/** Queries of a kind that were too slow. */
export interface MissedPromise {
  operation: Metric;
  p99: number;
  count: number;
  /** How many took longer than promised, and of them those while something else ran. */
  slow: number;
  slowDuring: Record<Work, number>;
}

/** How many queries of a day took longer than promised. */
export interface SlowQueries {
  /** UTC: "2025-08-02". */
  day: string;
  count: number;
  slow: number;
  /** Milliseconds that 99 of 100 took at most. */
  p99: number;
}

/** The queries of a day that a promise is made for, and how many of them were too slow for the tier. */
export function slowQueriesOf(day: string, tier: Tier, latencies: Latencies): SlowQueries {
  const all = new Histogram();
  for (const metric of PROMISED) all.add(latencies.sum(metric, JUDGED));
  return {
    ...{ day, count: all.count, slow: all.count - all.countUpTo(PROMISES[tier]) },
    p99: Math.round(all.quantile(0.99) * 1000) / 1000,
  };
}

/** What may explain slow queries. */
export interface Evidence {
  tier: Tier;
  /** The tier that the store should be on, null when it is right where it is. */
  due: Tier | null;
  /** What `optimize` would put in order, null when there is nothing. */
  upkeepDue: string | null;
  databaseBytes: number;
  /** Bytes of the machine that the database is on, null where nobody knows. */
  memory: { total: number; available: number } | null;
  /** Half of the single writes took at most so many milliseconds; null when there were too few. */
  writeTime: number | null;
  isWindows: boolean;
}

/** The queries that missed the promise of the tier: more than one of a hundred, and enough of them to be sure. */
export function missedPromises(tier: Tier, latencies: Latencies): MissedPromise[] {
  const slowOf = (operation: Metric, circumstance: Circumstance) => {
    const histogram = latencies.get(operation, circumstance);
    return histogram ? histogram.count - histogram.countUpTo(PROMISES[tier]) : 0;
  };
  return PROMISED.map((operation) => {
    const all = latencies.sum(operation, JUDGED);
    const [move, load, upkeep] = (["move", "load", "upkeep"] as const).map((work) => slowOf(operation, work));
    const slow = slowOf(operation, "usual") + move + load + upkeep;
    return { operation, p99: all.quantile(0.99), count: all.count, slow, slowDuring: { move, load, upkeep } };
  }).filter(({ slow, count }) => slow >= ENOUGH && slow > count / 100);
}

/** How long half of the single writes took in milliseconds; null when there were too few to tell. */
export function writeTime(latencies: Latencies): number | null {
  const writes = latencies.sum("write", ["usual"]);
  for (const operation of ["update", "delete"] as const) writes.add(latencies.sum(operation, ["usual"]));
  return writes.count < ENOUGH ? null : writes.quantile(0.5);
}

/** A warning for each reason that explains promises that were missed. */
export function warningsOf(missed: MissedPromise[], evidence: Evidence): Warning[] {
  const byReason = Map.groupBy(missed, (query) => reasonOf(query, evidence));
  return [...byReason].map(([why, queries]) => {
    const times = queries.map(({ operation, p99, slow, count }) =>
      `${operation} ${p99.toPrecision(3)} ms (${slow} of ${count} longer than promised)`
    );
    return { what: `99 of 100 queries should take less than ${PROMISES[evidence.tier]} ms: ${times.join(", ")}`, why };
  });
}

function reasonOf({ slow, slowDuring }: MissedPromise, evidence: Evidence): string {
  const [work, during] = (Object.entries(slowDuring) as [Work, number][]).reduce((a, b) => b[1] > a[1] ? b : a);
  if (during > slow / 2) {
    return `${during} of ${slow} slow ones came while ${WORKS[work]} was running; wait for its end`;
  }
  return reasonAtRest(evidence);
}

/** Why queries are slow while nothing else runs: the first reason that what is known of the store speaks for. */
function reasonAtRest(evidence: Evidence): string {
  const { due, upkeepDue, databaseBytes, memory, writeTime, isWindows } = evidence;
  if (due !== null) return `the store has outgrown its tier; usync-db migrate moves it to ${due}`;
  if (upkeepDue !== null) return `${upkeepDue}; usync-db optimize puts that in order`;
  if (memory !== null && databaseBytes > memory.total) {
    return `the database (${gigabytes(databaseBytes)}) is larger than the memory (${gigabytes(memory.total)}), ` +
      "so that queries wait for the disk; a faster disk or more memory helps";
  }
  if (memory !== null && memory.available < memory.total * FREE_MEMORY) {
    return `the memory is nearly used up (${gigabytes(memory.available)} of ${gigabytes(memory.total)} are free); ` +
      "close other programs";
  }
  if (writeTime !== null && writeTime > SLOW_WRITE) {
    return `the disk is slow: half of the single writes took more than ${Math.floor(writeTime)} ms to be safe on it; ` +
      "put the data folder on a faster disk";
  }
  const antivirus = isWindows ? "; antivirus software may scan the data folder: exclude it there" : "";
  return `nothing that is measured explains it: other programs may keep the disk or the processor busy${antivirus}`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(3)} GB`;
}
