import { BenchContext, type BenchOptions } from "./bench_context.ts";
import { ndjson, nzbs, oneNzb, usenetSync } from "./import_roads.ts";
import type { RoadsReport } from "./report.ts";
import { service } from "./service_road.ts";
import { smallFiles } from "./small_files_road.ts";
import { exportAll, inProcess, postgres } from "./store_roads.ts";

const ROADS: Record<string, (context: BenchContext) => Promise<void>> = {
  nzb: nzbs,
  "one-nzb": oneNzb,
  usenetsync: usenetSync,
  ndjson,
  service,
  "small-files": smallFiles,
  process: inProcess,
  postgres,
  export: exportAll,
};
export const ROAD_NAMES: string[] = Object.keys(ROADS);

/** Measures these roads, one after the other. What goes wrong on one is told and does not stop the others. */
export async function runRoads(names: string[], options: BenchOptions): Promise<RoadsReport> {
  const context = new BenchContext(options);
  try {
    await context.program.run(await context.fresh("data"), "--version"); // the first start compiles the modules
    for (const [i, name] of names.entries()) {
      context.beginRoad(names.length - i);
      await runRoad(context, name);
    }
  } finally {
    await context.clean();
  }
  return context.report;
}

async function runRoad(context: BenchContext, road: string): Promise<void> {
  const started = performance.now();
  try {
    await ROADS[road](context);
  } catch (error) {
    context.report.failures.push({ road, message: (error as Error).message });
  }
  await context.clean();
  console.error(`${road}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
}
