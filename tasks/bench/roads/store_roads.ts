import { dropLoaded, duckDb, pgloader, pythonSqlite, sqliteShell, TRY_DUCKDB } from "../peers.ts";
import { runStep } from "../run_step.ts";
import type { BenchContext, Peer } from "./bench_context.ts";

/** Records that the process makes itself into ten shards, without the time of making them; peers load them as a ready CSV. */
export async function inProcess(context: BenchContext): Promise<void> {
  const amount = context.part(1), csv = await context.inputs.rows(amount);
  let data = "";
  const load = async () => {
    data = await context.fresh("data");
    const { seconds, memory } = await runStep("load", data, `${amount}`, "10");
    const loading = seconds["loading, generating included"] - seconds.generating;
    return { seconds: loading, cpuSeconds: null, memoryMb: memory || null };
  };
  const peers: Peer[] = [{
    name: "DuckDB, a ready CSV",
    needs: { "npm:@duckdb/node-api": TRY_DUCKDB },
    run: async () => duckDb(csv, await context.fresh("peer.duckdb")),
  }, {
    name: "sqlite3 shell, a ready CSV",
    needs: { sqlite3: ["sqlite3", "--version"] },
    run: async () => sqliteShell(csv, await context.fresh("peer.sqlite")),
  }, {
    name: "Python's sqlite3, a ready CSV",
    needs: { python3: ["python3", "--version"] },
    run: async () => pythonSqlite(csv, await context.fresh("peer.sqlite")),
  }];
  const name = { road: "process", what: "records made in the process, ten shards", unit: "segments", amount } as const;
  await context.measure(name, load, () => context.stored(data, "segments"), peers);
  await context.addBytes(name.road, data);
  await context.addQueries(name.road, data);
}

/** From ten shards to a PostgreSQL server, every row verified. The server's processor time is not counted, of nobody. */
export async function postgres(context: BenchContext): Promise<void> {
  const { program, postgresUrl: url } = context, amount = context.part(1);
  if (url === undefined) {
    context.report.missing.push("a PostgreSQL server (--postgres URL)");
    return;
  }
  const data = await context.fresh("data"), csv = await context.inputs.rows(amount);
  await runStep("load", data, `${amount}`, "10");
  const goBack = async () => {
    await program.run(data, "migrate", "--back");
    await program.run(data, "migrate", "--discard-old");
  };
  let isMoved = false;
  const move = async () => {
    if (isMoved) await goBack();
    isMoved = true;
    return await program.run(data, "migrate", "--url", url);
  };
  const name = { road: "postgres", what: "to PostgreSQL, every row verified", unit: "segments", amount } as const;
  try {
    await context.measure(name, move, () => context.stored(data, "segments"), [pgloaderPeer(context, csv, url)]);
    await context.addBytes(name.road, data);
    await context.addQueries(name.road, data);
  } finally {
    if (isMoved) await goBack(); // the server may be somebody's
  }
}

/** It copies a table of the same rows from SQLite. */
function pgloaderPeer(context: BenchContext, csv: string, url: string): Peer {
  let database: string | undefined;
  return {
    name: "pgloader, SQLite to PostgreSQL, nothing verified",
    needs: Object.fromEntries(["pgloader", "sqlite3", "psql"].map((program) => [program, [program, "--version"]])),
    run: async () => {
      if (database === undefined) {
        database = await context.fresh("pgloader.sqlite");
        await sqliteShell(csv, database);
      }
      const loaded = await pgloader(database, url);
      await dropLoaded(url);
      return loaded;
    },
  };
}

/** A whole store as NDJSON, and the import of that. */
export async function exportAll(context: BenchContext): Promise<void> {
  const { program } = context, amount = context.part(0.5), road = "export", unit = "segments";
  const data = await context.fresh("data");
  await program.run(data, "import", await context.inputs.ndjson(amount, "usual"));
  let output = "", copy = "";
  const write = async () => {
    output = await context.fresh("all.ndjson");
    return await program.run(data, "export", "--all", "--format", "ndjson", "--output", output);
  };
  await context.measure({ road, what: "export --all to NDJSON", unit, amount }, write, () => countSegments(output));
  const read = async () => {
    copy = await context.fresh("copy");
    return await program.run(copy, "import", output);
  };
  await context.measure({ road, what: "import of that export", unit, amount }, read, () => context.stored(copy, unit));
}

async function countSegments(ndjson: string): Promise<number> {
  using file = await Deno.open(ndjson);
  let count = 0, rest = "";
  for await (const text of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) count += JSON.parse(line).segments.length;
  }
  return count;
}
