import { join } from "node:path";
import { pgloader, psqlCopy, pythonSqlite, sqliteShell } from "./peers.ts";
import { writeRows } from "./rows.ts";
import { canRun, runCommand, runStep } from "./run_step.ts";

/** Millions of segments a second, or milliseconds, or bytes a segment, or MB, by what was measured. */
export interface ScaleRow {
  segments: number;
  /** Of us, up to "ready to query", in millions of segments a second. */
  rates: Record<string, number>;
  /** Of others, on the same rows. */
  peerRates: Record<string, number>;
  /** By tier and query: p50, p99 and the longest, in ms. */
  latencies: Record<string, [number, number, number]>;
  bytesPerSegment: Record<string, number>;
  /** The most memory of the process, in MB. */
  memory: Record<string, number>;
}

const QUERIES = ["file read", "Message-ID lookup", "search page"];

/** Takes one size through all tiers. `url`: of the PostgreSQL server; without, it is left out. */
export async function measureSize(
  segments: number,
  folder: string,
  { url, withPeers }: { url: string | undefined; withPeers: boolean },
): Promise<ScaleRow> {
  const row: ScaleRow = { segments, rates: {}, peerRates: {}, latencies: {}, bytesPerSegment: {}, memory: {} };
  await measureOurs(row, join(folder, "data"), url);
  if (withPeers) await measurePeers(row, folder, url);
  return row;
}

async function measureOurs(row: ScaleRow, data: string, url: string | undefined): Promise<void> {
  const rate = (seconds: number) => row.segments / seconds / 1e6;
  const load = await runStep("load", data, `${row.segments}`, "10");
  row.rates["import into ten shards"] = rate(load.seconds["loading, generating included"] - load.seconds.generating);
  row.memory["import into ten shards"] = load.memory;
  row.bytesPerSegment.sharded = load.numbers["bytes a segment"];
  await measureQueries(row, "sharded", data);
  for (const [tier, name] of [["sqlite", "to one file"], ["sharded", "to ten shards"], ["postgres", "to PostgreSQL"]]) {
    if (tier === "postgres" && !url) break;
    const move = await runStep("migrate", data, tier, tier === "postgres" ? url! : "");
    await runCommand(data, "migrate", "--discard-old");
    row.rates[`migration ${name}, verified`] = rate(move.seconds["migration, verified"]);
    if (tier === "postgres") {
      row.rates[`migration ${name}, all indexes`] = rate(move.seconds["migration up to all indexes"]);
    }
    row.memory[`migration ${name}`] = move.memory;
    row.bytesPerSegment[tier] = move.numbers["bytes a segment"];
    row.latencies[`lookup while it moves ${name}`] = latencyOf(move.numbers, "lookup meanwhile");
    if (tier !== "sharded") await measureQueries(row, tier, data);
  }
}

async function measureQueries(row: ScaleRow, tier: string, data: string): Promise<void> {
  const { numbers } = await runStep("query", data);
  for (const query of QUERIES) row.latencies[`${query}, ${tier}`] = latencyOf(numbers, query);
}

function latencyOf(numbers: Record<string, number>, name: string): [number, number, number] {
  return [numbers[`${name} p50`], numbers[`${name} p99`], numbers[`${name} longest`]];
}

async function measurePeers(row: ScaleRow, folder: string, url: string | undefined): Promise<void> {
  const csv = join(folder, "rows.csv"), database = join(folder, "peer.sqlite"), python = join(folder, "python.sqlite");
  const rate = (seconds: number) => row.segments / seconds / 1e6;
  await writeRows(csv, row.segments, 1);
  if (await canRun("python3", "--version")) {
    row.peerRates["Python's sqlite3"] = rate((await pythonSqlite(csv, python)).seconds);
    await Deno.remove(python);
  }
  if (await canRun("sqlite3", "--version")) {
    row.peerRates["sqlite3 shell, .import"] = rate((await sqliteShell(csv, database)).seconds);
    row.bytesPerSegment["one table in SQLite"] = (await Deno.stat(database)).size / row.segments;
    if (url && await canRun("pgloader", "--version")) {
      try {
        row.peerRates["pgloader, SQLite to PostgreSQL"] = rate((await pgloader(database, url)).seconds);
      } catch (error) {
        console.error(`pgloader has given up at ${row.segments} segments: ${(error as Error).message}`);
      }
    }
    await Deno.remove(database);
  }
  if (url && await canRun("psql", "--version")) {
    row.peerRates["psql \\copy, key and index"] = rate(await psqlCopy(csv, url));
  }
  await Deno.remove(csv);
}

const ms = (value: number) => value < 10 ? value.toFixed(2) : value.toFixed(0);

/** The measured numbers as Markdown: rates, latencies, and what it takes, a column a size. */
export function scaleTables(rows: ScaleRow[], server: string): string {
  const table = (
    title: string,
    keyOf: (row: ScaleRow) => Record<string, unknown>,
    format: (value: never) => string,
  ) => {
    const keys = [...new Set(rows.flatMap((row) => Object.keys(keyOf(row))))];
    const cells = (key: string) =>
      rows.map((row) => key in keyOf(row) ? format(keyOf(row)[key] as never) : "–").join(" | ");
    const sizes = rows.map(({ segments }) => `${segments / 1e6} M`).join(" | ");
    return [
      `| ${title} | ${sizes} |`,
      `| --- |${" ---: |".repeat(rows.length)}`,
      ...keys.map((key) => `| ${key} | ${cells(key)} |`),
    ].join("\n");
  };
  return [
    table("million segments a second", (row) => row.rates, (value: number) => value.toFixed(2)),
    table("the same of others", (row) => row.peerRates, (value: number) => value.toFixed(2)),
    table(
      "ms: p50 / p99 / longest",
      (row) => row.latencies,
      ([p50, p99, longest]: [number, number, number]) => `${ms(p50)} / ${ms(p99)} / ${ms(longest)}`,
    ),
    table("bytes a segment", (row) => row.bytesPerSegment, (value: number) => value.toFixed(0)),
    table("MB of memory", (row) => row.memory, (value: number) => value.toFixed(0)),
    `PostgreSQL: ${server}.`,
  ].join("\n\n") + "\n";
}
