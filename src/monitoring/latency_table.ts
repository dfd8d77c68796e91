import { METRICS } from "../store/operations.ts";
import type { Histogram } from "./histogram.ts";
import type { Latencies } from "./latencies.ts";
import { CIRCUMSTANCES } from "./circumstances.ts";

/** How long an operation took, in milliseconds. */
export interface Latency {
  count: number;
  p50: number;
  p99: number;
  longest: number;
}

const NOT_FIRST = CIRCUMSTANCES.filter((circumstance) => circumstance !== "first");

/** Latencies by operation; the first ones of processes, which open files and fill caches, are told apart. */
export function latencyTable(latencies: Latencies): Record<string, Latency> {
  const rows = METRICS.flatMap((operation): [string, Histogram][] => [
    [operation, latencies.sum(operation, NOT_FIRST)],
    [`${operation} (first)`, latencies.sum(operation, ["first"])],
  ]);
  return Object.fromEntries(rows.filter(([, { count }]) => count > 0).map(([name, row]) => [name, latencyOf(row)]));
}

function latencyOf(histogram: Histogram): Latency {
  const [p50, p99, longest] = [histogram.quantile(0.5), histogram.quantile(0.99), histogram.longest].map(rounded);
  return { count: histogram.count, p50, p99, longest };
}

/** To a microsecond. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
