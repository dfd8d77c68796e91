import { fileURLToPath } from "node:url";
import { COLUMNS } from "./rows.ts";
import { type Run, run } from "./run.ts";

/** Without the project's configuration and lock file, which know nothing of it. */
const DUCKDB = [
  ...[Deno.execPath(), "run", "-A", "--quiet", "--no-config", "--no-lock"],
  fileURLToPath(new URL("peers/duckdb.ts", import.meta.url)),
];
/** A command that ends well where DuckDB can be used, and fetches it the first time. */
export const TRY_DUCKDB: string[] = [...DUCKDB, ":memory:", "SELECT 1"];

const TABLE = `CREATE TABLE segments (id INTEGER PRIMARY KEY, size INTEGER, offset INTEGER, hash TEXT, message_id TEXT,
  message_id_hash INTEGER, subject TEXT, grp TEXT, server TEXT, status INTEGER, uploaded_at TEXT);`;
const INDEX = "CREATE INDEX by_message_id ON segments (message_id_hash);";

/** The sqlite3 shell takes in a ready CSV and makes the index. */
export function sqliteShell(csv: string, database: string): Promise<Run> {
  const script = `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192; ${TABLE}
.mode csv
.import "${csv}" segments
${INDEX}`;
  return run(["sqlite3", database], { stdin: script });
}

/** Python's sqlite3 does the same, in batches of 10,000. */
export async function pythonSqlite(csv: string, database: string): Promise<Run> {
  const script = `
import csv, itertools, sqlite3, sys
db = sqlite3.connect(sys.argv[2], isolation_level=None)
db.executescript("""PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192; ${TABLE}""")
db.execute("BEGIN")
with open(sys.argv[1], newline="") as file:
    rows = csv.reader(file)
    while batch := list(itertools.islice(rows, 10000)):
        db.executemany("INSERT INTO segments VALUES (?,?,?,?,?,?,?,?,?,?,?)", batch)
db.execute("COMMIT")
db.execute("${INDEX}")
`;
  return await run([await python(), "-c", script, csv, database]);
}

/** DuckDB does the same. */
export function duckDb(csv: string, database: string): Promise<Run> {
  const statements = [
    // INTEGER has 32 bits here, what is in order needs no key to be found, and OFFSET is a word of the language.
    TABLE.replace(" PRIMARY KEY", "").replaceAll("INTEGER", "BIGINT").replace("offset", '"offset"'),
    `COPY segments FROM '${csv.replaceAll("'", "''")}' (HEADER false, AUTO_DETECT false, QUOTE '"')`,
    ...[INDEX, "CHECKPOINT", "SELECT count(*) FROM segments"],
  ];
  return run([...DUCKDB, database, ...statements]);
}

/** Latencies in ms of the same queries with Python's sqlite3: `[p50, p99]` of reading 100 segments, and of a lookup. */
export async function pythonQueries(database: string): Promise<Record<string, [number, number]>> {
  const script = `
import json, random, sqlite3, sys, time
db = sqlite3.connect(sys.argv[1])
rows = db.execute("SELECT id, message_id, message_id_hash FROM segments WHERE id % 97 = 0 LIMIT 20000").fetchall()
random.seed(1)
def measure(work):
    times = []
    for _ in range(2000):
        row = random.choice(rows)
        start = time.perf_counter()
        work(row)
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return [times[1000], times[1980]]
file = lambda row: db.execute("SELECT * FROM segments WHERE id >= ? AND id < ?", (row[0] >> 24 << 24, (row[0] >> 24) + 1 << 24)).fetchall()
find = lambda row: [r for r in db.execute("SELECT * FROM segments WHERE message_id_hash = ?", (row[2],)) if r[4] == row[1]]
print(json.dumps({"file read": measure(file), "Message-ID lookup": measure(find)}))
`;
  return JSON.parse((await run([await python(), "-c", script, database])).stdout);
}

/** Seconds that Python's expat takes to read an NZB, with handlers that collect the same. */
export async function pythonExpat(nzb: string): Promise<number> {
  const script = `
import sys, time, xml.parsers.expat
files = []; text = []
def start(name, attributes):
    global text
    text = []
    if name == "file": files.append((attributes, [], []))
    elif name == "segment": files[-1][2].append([attributes["bytes"], attributes["number"], None])
def end(name):
    if name == "segment": files[-1][2][-1][2] = "".join(text)
    elif name == "group": files[-1][1].append("".join(text))
parser = xml.parsers.expat.ParserCreate()
parser.StartElementHandler = start; parser.EndElementHandler = end; parser.CharacterDataHandler = lambda data: text.append(data)
started = time.perf_counter()
with open(sys.argv[1], "rb") as file: parser.ParseFile(file)
print(time.perf_counter() - started)
`;
  return Number((await run([await python(), "-c", script, nzb])).stdout);
}

/** pgloader copies a SQLite database to PostgreSQL, indexes included. */
export async function pgloader(database: string, url: string): Promise<Run> {
  await dropLoaded(url);
  const loaded = await run(["pgloader", "--with", "prefetch rows = 10000", database, url]); // more exhausts its heap
  if (/FATAL|ERROR/.test(loaded.stdout)) throw new Error(`pgloader failed: ${loaded.stdout.slice(-2000)}`);
  return loaded;
}

/** Seconds that psql takes for `\\copy` of a ready CSV, then primary key and index. */
export async function psqlCopy(csv: string, url: string): Promise<number> {
  await dropLoaded(url);
  await psql(
    url,
    `CREATE TABLE segments (id bigint, size bigint, "offset" bigint, hash text, message_id text,
    message_id_hash int, subject text, grp text, server text, status int, uploaded_at text)`,
  );
  const started = performance.now();
  await psql(url, `\\copy segments (${COLUMNS.replace("offset", '"offset"')}) from '${csv}' with (format csv)`);
  await psql(url, "ALTER TABLE segments ADD PRIMARY KEY (id)");
  await psql(url, "CREATE INDEX ON segments (message_id_hash)");
  const seconds = (performance.now() - started) / 1000;
  await dropLoaded(url);
  return seconds;
}

/** Drops what `pgloader` has made. */
export async function dropLoaded(url: string): Promise<void> {
  await psql(url, "DROP TABLE IF EXISTS segments");
}

async function psql(url: string, command: string): Promise<void> {
  await run(["psql", url, "-q", "-c", command]);
}

let interpreter: Promise<string> | undefined;

/** The Python itself: the command may be a script that looks for it first. */
export function python(): Promise<string> {
  interpreter ??= run(["python3", "-c", "import sys; print(sys.executable)"]).then(({ stdout }) => stdout.trim());
  return interpreter;
}
