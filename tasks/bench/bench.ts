/**
 * Measures the program beside what people chain together today, in one run on one machine: `deno task bench --help`.
 * Prints a Markdown table.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { writeNzbFile } from "../generator/write_inputs.ts";
import { pgloader, psqlCopy, pythonExpat, pythonQueries, pythonSqlite, sqliteShell } from "./peers.ts";
import { roadsTable } from "./roads/report.ts";
import { ROAD_NAMES, runRoads } from "./roads/run_roads.ts";
import { writeRows } from "./rows.ts";
import { canRun, runCommand, runStep } from "./run_step.ts";
import { scaleChart } from "./chart.ts";
import { benchServer } from "./own_postgres.ts";
import { measureSize, type ScaleRow, scaleTables } from "./scale.ts";

interface Options {
  segments?: number;
  shards: number;
  postgres?: string;
  json?: boolean;
  scale?: boolean;
  sizes: number[];
  peersUpTo: number;
  /** True: all of them. */
  roads?: string[] | true;
  repeat: number;
  minutes: number;
  inputs?: string;
  program?: string;
  output?: string;
}

const options = new Command("bench")
  .option(
    "--segments <n>",
    "how many segments (default: 1 M; with --roads 2 M, of which each road has its part)",
    Number,
  )
  .option("--shards <n>", "shards to load into", Number, 1)
  .option(
    "--postgres <url>",
    "a PostgreSQL server to migrate to, beside pgloader and psql (default: one of this machine's binaries)",
  )
  .option("--scale", "take several sizes through all tiers, and write scale.json, scale.md and scale.svg")
  .option("--sizes <list>", "the sizes of --scale", (text) => text.split(",").map(Number), [1e6, 1e7, 3e7])
  .option(
    "--peers-up-to <n>",
    "sizes of --scale that others are measured at, too: they take most of the time",
    Number,
    1e7,
  )
  .option(
    "--roads [list]",
    `measure whole commands from start to exit, beside others on the same input: all, or some of ${
      ROAD_NAMES.join(",")
    }`,
    readRoads,
  )
  .option("--repeat <n>", "how often each road is measured; the table shows the median", Number, 3)
  .option("--minutes <n>", "what all roads may take: slow ones are repeated less often, but measured once", Number, 15)
  .option("--inputs <folder>", "where --roads keeps its inputs, for the next run (default: a folder that is removed)")
  .option("--program <file>", "an executable for --roads to measure, instead of the source as the task `start` runs it")
  .option("--output <folder>", "where --scale writes (default: docs/scale), and --roads roads.json and roads.md")
  .option("--json", "print the rows of the table as JSON")
  .parse(Deno.args, { from: "user" })
  .opts<Options>();
const { shards, postgres, json, scale, sizes, peersUpTo } = options;
const count = options.segments ?? 1_000_000;

function readRoads(text: string): string[] {
  const names = text.split(","), unknown = names.filter((name) => !ROAD_NAMES.includes(name));
  if (unknown.length > 0) throw new InvalidArgumentError(`there is no road ${unknown.join(", ")}`);
  return names;
}

interface Row {
  what: string;
  ours: string;
  peer: string;
  ratio: string;
}
const rows: Row[] = [], missing: string[] = [];
const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "usync-bench-" }));

const rate = (seconds: number) => `${(count / seconds / 1e6).toFixed(2)} M segments/s`;
const ms = (value: number) => `${value.toFixed(2)} ms`;

function add(what: string, ours: string, peer = "", ratio = ""): void {
  rows.push({ what, ours, peer, ratio });
}

/** Our rate beside that of a peer. */
function addRates(what: string, ours: number, peer: string, theirs: number): void {
  add(what, rate(ours), `${peer}: ${rate(theirs)}`, `${(theirs / ours).toFixed(1)} times`);
}

/** Whether all programs of a comparison are here; names those that are not. */
async function all(...programs: string[]): Promise<boolean> {
  const absent: string[] = [];
  for (const program of programs) if (!await canRun(program, "--version")) absent.push(program);
  missing.push(...absent);
  return absent.length === 0;
}

async function benchLoad(data: string, csv: string, database: string): Promise<void> {
  const { seconds, numbers, memory } = await runStep("load", data, `${count}`, `${shards}`);
  // The peers read rows that are ready, too.
  const ours = seconds["loading, generating included"] - seconds.generating;
  await writeRows(csv, count, 1);
  add("generating the records, not counted in the next", rate(seconds.generating));
  if (await all("sqlite3")) {
    const theirs = await sqliteShell(csv, database);
    addRates("load up to all indexes", ours, "sqlite3 shell, .import of a ready CSV", theirs.seconds);
    const bytes = (await Deno.stat(database)).size / count;
    add(
      "bytes a segment",
      numbers["bytes a segment"].toFixed(1),
      `the same rows in one table: ${bytes.toFixed(1)}`,
      `${(bytes / numbers["bytes a segment"]).toFixed(1)} times`,
    );
  }
  if (await all("python3")) {
    const theirs = await pythonSqlite(csv, `${database}.python`);
    addRates("load up to all indexes", ours, "Python's sqlite3", theirs.seconds);
    await Deno.remove(`${database}.python`);
  }
  add("memory of the load", `${memory.toFixed(0)} MB`);
}

async function benchQueries(data: string, database: string): Promise<void> {
  const { numbers } = await runStep("query", data);
  const peer = existsSync(database) && await canRun("python3", "--version") ? await pythonQueries(database) : undefined;
  for (const what of ["file read", "Message-ID lookup", "search page"]) {
    const theirs = peer?.[what];
    add(
      `${what}, p50 / p99`,
      `${ms(numbers[`${what} p50`])} / ${ms(numbers[`${what} p99`])}`,
      theirs ? `Python's sqlite3: ${ms(theirs[0])} / ${ms(theirs[1])}` : "",
    );
  }
}

async function benchNzb(): Promise<void> {
  const nzb = join(folder, "bench.nzb");
  await writeNzbFile(nzb, Math.min(count, 500_000), 1);
  const megabytes = (await Deno.stat(nzb)).size / 1e6;
  const { seconds } = await runStep("nzb", nzb);
  const ours = megabytes / seconds.reading;
  if (!await all("python3")) return add("reading NZB", `${ours.toFixed(0)} MB/s`);
  const theirs = megabytes / await pythonExpat(nzb);
  add(
    "reading NZB",
    `${ours.toFixed(0)} MB/s`,
    `Python's expat: ${theirs.toFixed(0)} MB/s`,
    `${(ours / theirs).toFixed(2)} times`,
  );
}

async function benchShards(data: string): Promise<void> {
  const { seconds, numbers, memory } = await runStep("migrate", data, shards === 1 ? "sharded" : "sqlite", "");
  add(`migration ${shards === 1 ? "to ten shards" : "to one file"}, verified`, rate(seconds["migration, verified"]));
  addLookups(numbers);
  add("memory of that", `${memory.toFixed(0)} MB`);
}

function addLookups(numbers: Record<string, number>): void {
  const [p99, longest] = ["p99", "longest"].map((which) => ms(numbers[`lookup meanwhile ${which}`]));
  add("Message-ID lookup meanwhile, p99 / longest", `${p99} / ${longest}`);
}

async function benchPostgres(data: string, csv: string, database: string, url: string): Promise<void> {
  const { seconds, numbers, memory } = await runStep("migrate", data, "postgres", url);
  const copied = seconds["migration up to all indexes"], verified = seconds["migration, verified"];
  if (await all("sqlite3", "pgloader")) {
    const theirs = (await pgloader(database, url)).seconds;
    addRates("to PostgreSQL, up to all indexes", copied, "pgloader, SQLite to PostgreSQL", theirs);
    addRates("to PostgreSQL, every row verified", verified, "pgloader, nothing verified", theirs);
  }
  if (await all("psql")) {
    addRates("to PostgreSQL, up to all indexes", copied, "psql \\copy, then key and index", await psqlCopy(csv, url));
  }
  add("bytes a segment in PostgreSQL", numbers["bytes a segment"].toFixed(1));
  addLookups(numbers);
  add("memory of that migration", `${memory.toFixed(0)} MB`);
  await benchQueries(data, database);
  await runCommand(data, "migrate", "--to", "sqlite");
  await runCommand(data, "migrate", "--discard-old");
}

/** Writes what is there after every size, for a later one may fail. */
async function runScale(server: { url: string; name: string } | undefined): Promise<void> {
  const rows: ScaleRow[] = [], output = options.output ?? "docs/scale";
  await Deno.mkdir(output, { recursive: true });
  for (const size of sizes) {
    const ofSize = join(folder, `${size}`);
    await Deno.mkdir(ofSize);
    rows.push(await measureSize(size, ofSize, { url: server?.url, withPeers: size <= peersUpTo }));
    await Deno.remove(ofSize, { recursive: true });
    await Deno.writeTextFile(join(output, "scale.json"), JSON.stringify(rows, null, 2) + "\n");
    await Deno.writeTextFile(join(output, "scale.md"), scaleTables(rows, server?.name ?? "none on this machine"));
    await Deno.writeTextFile(join(output, "scale.svg"), scaleChart(rows));
    console.error(`${size / 1e6} M segments are measured`);
  }
}

/** Whether anything that was asked for needs a PostgreSQL server. */
function needsServer(): boolean {
  return !Array.isArray(options.roads) || options.roads.includes("postgres");
}

/** Prints the roads, and writes them where that is asked for; false when one has failed. */
async function measureRoads(server: { url: string } | undefined): Promise<boolean> {
  const { roads, segments = 2_000_000, repeat, minutes, inputs = folder, program, output } = options;
  const report = await runRoads(Array.isArray(roads) ? roads : ROAD_NAMES, {
    segments,
    repeat,
    minutes,
    program,
    inputs: resolve(inputs),
    postgresUrl: server?.url,
  });
  const table = roadsTable(report) + "\n", asJson = JSON.stringify(report, null, 2) + "\n";
  if (output !== undefined) {
    await Deno.mkdir(output, { recursive: true });
    await Deno.writeTextFile(join(output, "roads.json"), asJson);
    await Deno.writeTextFile(join(output, "roads.md"), table);
  }
  console.log(json ? asJson : table);
  return report.failures.length === 0;
}

async function runOneSize(server: { url: string } | undefined): Promise<void> {
  const data = join(folder, "data"), csv = join(folder, "rows.csv"), database = join(folder, "peer.sqlite");
  await benchLoad(data, csv, database);
  await benchQueries(data, database);
  await benchShards(data);
  if (server) await benchPostgres(data, csv, database, server.url);
  else missing.push("a PostgreSQL server (--postgres URL)");
  await benchNzb();
}

/** Prints the table of one size. */
function printRows(): void {
  if (json) return console.log(JSON.stringify({ segments: count, shards, rows, missing }));
  console.log(`| ${count.toLocaleString("en-US")} segments | usync-db | beside | |\n| --- | --- | --- | --- |`);
  for (const { what, ours, peer, ratio } of rows) console.log(`| ${what} | ${ours} | ${peer} | ${ratio} |`);
  if (missing.length > 0) console.error(`Not measured, since it is not here: ${[...new Set(missing)].join(", ")}`);
}

try {
  await using server = needsServer() ? await benchServer(postgres, join(folder, "server")) : undefined;
  if (options.roads) Deno.exitCode = await measureRoads(server) ? 0 : 1;
  else if (scale) await runScale(server);
  else {
    await runOneSize(server);
    printRows();
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
