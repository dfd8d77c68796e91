import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RoadsReport, TimedRow } from "../../tasks/bench/roads/report.ts";
import { ROAD_NAMES } from "../../tasks/bench/roads/run_roads.ts";
import { IS_THOROUGH } from "../support/effort.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { testPostgres } from "../support/test_postgres.ts";

const BENCH = fileURLToPath(new URL("../../tasks/bench/bench.ts", import.meta.url));
const POSTGRES_URL = await testPostgres();
/** What is measured, what of it once more, and an input of that: every step is a program of its own, which takes a while to start. */
const [ROADS, AGAIN, INPUT] = IS_THOROUGH && Deno.build.os !== "windows"
  ? [ROAD_NAMES, "small-files", "small-files-600.db"]
  : [["usenetsync", "ndjson"], "ndjson", "usual-2000.ndjson"];

/** Runs the benchmark; gives the JSON that it prints. */
// deno-lint-ignore no-explicit-any
async function bench(...args: string[]): Promise<any> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", BENCH, "--json", "--postgres", POSTGRES_URL, ...args],
  }).output();
  assert.ok(success, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("the benchmark measures a small store on every tier", async () => {
  const { segments, rows } = await bench("--segments", "3000");
  assert.equal(segments, 3000);
  const measured = rows.map(({ what }: { what: string }) => what);
  for (
    const what of ["generating", "memory of the load", "file read", "Message-ID lookup", "search page", "migration"]
  ) {
    assert.ok(measured.some((name: string) => name.startsWith(what)), what);
  }
  assert.ok(measured.includes("bytes a segment in PostgreSQL") && measured.includes("reading NZB"));
});

Deno.test(`the roads ${ROADS.join(", ")} store what their inputs have, and inputs are used again`, () =>
  inTempFolder(async (folder) => {
    const inputs = join(folder, "inputs"), output = join(folder, "output");
    const args = ["--segments", "4000", "--inputs", inputs, "--output", output];
    const report: RoadsReport = await bench("--roads", ROADS.join(), "--repeat", "1", ...args);
    assert.deepEqual(JSON.parse(readFileSync(join(output, "roads.json"), "utf8")), report);
    assert.deepEqual(checkRoads(report), ROADS);
    const table = readFileSync(join(output, "roads.md"), "utf8");
    for (const row of report.rows) assert.ok(table.includes(`| ${row.what}`), row.what);

    const { mtime } = Deno.statSync(join(inputs, INPUT));
    assert.deepEqual(checkRoads(await bench("--roads", AGAIN, "--repeat", "2", ...args)), [AGAIN]);
    assert.deepEqual(Deno.statSync(join(inputs, INPUT)).mtime, mtime);
    assert.equal(existsSync(join(inputs, "usync-bench-work")), false);
  }));

/** Checks that nothing has failed and that numbers are plausible; gives the roads that were measured. */
function checkRoads({ repeat, rows, failures }: RoadsReport): string[] {
  assert.deepEqual(failures, []);
  for (const row of rows) {
    if ("amount" in row) checkRow(row, repeat);
    else assert.ok([...row.ours, ...row.peer?.values ?? []].every((value) => value > 0), row.what);
  }
  return [...new Set(rows.map(({ road }) => road))];
}

function checkRow({ what, amount, stored, ours, peers }: TimedRow, repeat: number): void {
  assert.equal(stored, amount, what);
  for (const runs of [ours, ...peers.map(({ runs }) => runs)]) {
    assert.equal(runs.length, repeat, what);
    for (const { seconds, memoryMb } of runs) assert.ok(seconds > 0 && (memoryMb === null || memoryMb > 1), what);
  }
}
