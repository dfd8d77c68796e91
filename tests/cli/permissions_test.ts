import assert from "node:assert/strict";
import { chownSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { testTarGz } from "../postgres_server/test_archives.ts";
import { testFolder } from "../postgres_server/test_folder.ts";
import { HAS_SCRIPT, onTerminal as runOnTerminal } from "../support/on_terminal.ts";
import { type CliResult, runProcess } from "../support/run_cli.ts";
import { OLDER_DENO, testedProgram } from "../support/tested_program.ts";
import { startServe } from "../support/test_service.ts";

const SAMPLES = fileURLToPath(new URL("../testdata", import.meta.url));
const WINDOWS = Deno.build.os === "windows";
const LINUX_ROOT = Deno.build.os === "linux" && Deno.uid() === 0;
const DAEMON = 1;

/** A folder to start the program in, with samples in `in`, beside a folder `outside` with the same. */
async function appFolder(): Promise<AsyncDisposable & { app: string; outside: string }> {
  const folder = await testFolder("app ü");
  const app = folder.path, outside = join(dirname(app), "outside");
  for (const target of [join(app, "in"), outside]) cpSync(SAMPLES, target, { recursive: true });
  return { app, outside, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/**
 * What the program prints on a terminal, where it may ask for more than the executable's permissions and somebody types
 * `answer` each time.
 */
function onTerminal(app: string, args: string[], answer = ""): Promise<string> {
  const typed = { question: /Allow\?/g, answered: /Granted|Denied/g, answer };
  return runOnTerminal([...testedProgram(), ...args], { cwd: app, ...typed });
}

/** Runs the program in a folder with just the permissions of the executable, and nobody to ask. */
function run(app: string, ...args: string[]): Promise<CliResult> {
  return runProcess(args, { cwd: app, program: testedProgram() });
}

async function succeed(app: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(app, ...args);
  assert.equal(code, 0, `${args.join(" ")}: ${stdout}${stderr}`);
  return stdout + stderr;
}

/** Refused, with what was refused, what to do, and no stack. */
async function assertRefused(app: string, args: string[], expected: RegExp): Promise<void> {
  const { code, stdout, stderr } = await run(app, ...args);
  assert.equal(code, 1, `${args.join(" ")}: ${stdout}${stderr}`);
  assert.match(stderr, expected, `${args.join(" ")}: ${stderr}`);
  if (OLDER_DENO && stderr.includes("ECONNREFUSED")) return; // it tells its own refusal so
  assert.match(
    stderr,
    /: this program is not allowed to .*\n {2}It works in the folder that it is started in.*\.\n/,
    args.join(" "),
  );
  assert.doesNotMatch(stderr, /internal error|\n\s+at /);
}

Deno.test("with the permissions of the executable all works inside its folder, and what is outside is refused and named", async () => {
  await using folder = await appFolder();
  const { app, outside } = folder;
  const inside = [
    ...[[], ["import", "in"], ["status"], ["search", "holiday"], ["migrate", "--shards", "3"], ["verify"]],
    ...[["export", "--all", "--format", "ndjson", "--output", "all.ndjson"], ["migrate", "--back"], ["optimize"]],
  ];
  for (const args of inside) await succeed(app, ...args);
  const before = readdirSync(outside);
  const refused: [string[], RegExp][] = [
    [["import", join(outside, "holiday.nzb")], /not allowed to read "/],
    [["--data", join(outside, "data"), "status"], /not allowed to read "/],
    [["--data", join(outside, "data"), "import", "in"], /not allowed to write "/],
    [["export", "--all", "--format", "csv", "--output", join(outside, "x.csv")], /not allowed to (read|write) "/],
    [["postgres", "install", "--archive", join(outside, "pg.zip")], /not allowed to read "/],
    [["postgres", "install", "--bin", outside], /not allowed to read "/],
    [
      ["migrate", "--to", "postgres", "--url", "postgres://u:p@192.0.2.1/x"],
      OLDER_DENO ? /cannot be reached \(connect ECONNREFUSED/ : /not allowed to reach "192\.0\.2\.1:5432"/,
    ],
    [
      ["postgres", "install", "--url", "https://192.0.2.1/pg.zip", "--sha256", "0".repeat(64)],
      /not allowed to reach "192\.0\.2\.1:443"/,
    ],
  ];
  for (const [args, expected] of refused) await assertRefused(app, args, expected);
  assert.deepEqual(readdirSync(outside), before);
});

Deno.test("with the permissions of the executable a UsenetSync database in WAL mode is imported, and nothing is left of its copy", async () => {
  await using folder = await appFolder();
  const { app } = folder, path = join(app, "usenetsync.db");
  const db = new DatabaseSync(path);
  db.exec(`
    PRAGMA journal_mode = wal;
    CREATE TABLE folders (folder_id, path, name);
    CREATE TABLE files (file_id, folder_id, path, name, size, hash, created_at);
    CREATE TABLE segments (file_id, segment_index, redundancy_index, size, hash, offset_start, message_id, subject,
      internal_subject, newsgroup, server, upload_status, uploaded_at);
    INSERT INTO files (file_id, path, name, size) VALUES ('sea', 'sea.jpg', 'sea.jpg', 5);
    INSERT INTO segments (file_id, segment_index, redundancy_index, size) VALUES ('sea', 0, 0, 5);
  `);
  db.close();
  assert.equal(readFileSync(path)[18], 2, "not in WAL mode");
  assert.match(await succeed(app, "import", "usenetsync.db"), /1 file added/);
  assert.deepEqual(readdirSync(join(app, "data")).filter((name) => name.startsWith("spill-")), []);
});

/** The road through a PostgreSQL of the data folder; `owner`: who the application folder belongs to. */
async function postgresRoad(app: string): Promise<void> {
  await succeed(app, "import", "in");
  const before = await succeed(app, "export", "--all", "--format", "ndjson");
  const moved = await succeed(app, "migrate", "--to", "postgres", "--archive", "pg.tar.gz");
  assert.match(moved, /Moved 4 files with 7 segments to the tier postgres/);
  assert.doesNotMatch(moved, /could not be narrowed/);
  assert.match(await succeed(app, "postgres", "start"), /is running on 127\.0\.0\.1:/);
  assert.equal(await succeed(app, "export", "--all", "--format", "ndjson"), before);
  await succeed(app, "postgres", "stop");
  await succeed(app, "migrate", "--to", "sqlite");
  await succeed(app, "migrate", "--discard-old");
  assert.equal(await succeed(app, "export", "--all", "--format", "ndjson"), before);
  // Programs that may be run must not be changed in their place; a second installation replaces them all the same.
  await succeed(app, "postgres", "install", "--archive", "pg.tar.gz");
  await succeed(app, "postgres", "uninstall");
  await succeed(app, "postgres", "install", "--archive", "pg.tar.gz");
  await succeed(app, "--yes", "postgres", "uninstall", "--delete-data");
  assert.ok(!existsSync(join(app, "data", "postgres")));
}

Deno.test("with the permissions of the executable a PostgreSQL is installed, used and removed", async () => {
  await using folder = await appFolder();
  copyFileSync((await testTarGz()).file, join(folder.app, "pg.tar.gz"));
  await postgresRoad(folder.app);
});

Deno.test("the same where root runs it in another's folder (Linux, root)", { ignore: !LINUX_ROOT }, async () => {
  await using folder = await appFolder();
  copyFileSync((await testTarGz()).file, join(folder.app, "pg.tar.gz"));
  mkdirSync(join(folder.app, "data"));
  chownSync(join(folder.app, "data"), DAEMON, DAEMON);
  await postgresRoad(folder.app);
});

Deno.test("with the permissions of the executable the service serves its page, and commands work through it", async () => {
  await using folder = await appFolder();
  const { app } = folder;
  copyFileSync((await testTarGz()).file, join(app, "pg.tar.gz"));
  const service = await startServe("data", ["--port", "0"], { cwd: app, program: testedProgram() });
  const headers = { Authorization: `Bearer ${service.token}` };
  const get = async (path: string) => await (await fetch(service.url + path, { headers })).text();
  assert.match(await get("/"), /<!doctype html>/i);
  await succeed(app, "import", "in");
  const body = readFileSync(join(app, "in", "holiday.nzb"));
  const answer = await fetch(`${service.url}/api/import?name=a.nzb`, { method: "POST", body, headers });
  assert.equal((await answer.json()).unchanged, 2);
  await succeed(app, "migrate", "--to", "postgres", "--archive", "pg.tar.gz");
  assert.equal(JSON.parse(await get("/api/status")).tier, "postgres");
  assert.match(await succeed(app, "search", "holiday"), /holiday\.part2\.rar/);
  assert.match(await get("/metrics"), /^usync_/m);
  service.child.kill(WINDOWS ? "SIGKILL" : "SIGINT");
  const { stderr } = await service.end();
  assert.doesNotMatch(stderr, /not allowed/);
  await succeed(app, "postgres", "stop");
});

const ANY = OLDER_DENO ? " (this executable is for tests, of an older Deno, and may run any)" : "";

Deno.test(`no other program may be run: PostgreSQL only in data/postgres of the folder it is started in${ANY}`, {
  ignore: OLDER_DENO,
}, async () => {
  await using folder = await appFolder();
  const { app } = folder;
  copyFileSync((await testTarGz()).file, join(app, "pg.tar.gz"));
  await succeed(app, "--data", "other", "import", "in");
  const install = ["--data", "other", "migrate", "--to", "postgres", "--archive", "pg.tar.gz"];
  await assertRefused(app, install, /not allowed to start ".*other.postgres.binaries.bin.postgres/);
  assert.deepEqual(readdirSync(join(app, "other", "postgres")).filter((name) => name !== "lock"), []);
  assert.match(await succeed(app, "--data", "other", "verify"), /4 files and 7 segments: all good/);
});

Deno.test("on a terminal nothing is asked for inside the folder, and what is outside may be allowed (needs script)", {
  ignore: !HAS_SCRIPT,
}, async () => {
  await using folder = await appFolder();
  const { app, outside } = folder;
  copyFileSync((await testTarGz()).file, join(app, "pg.tar.gz"));
  const inside = [
    ...[[], ["import", "in"], ["migrate", "--shards", "3"], ["migrate", "--to", "postgres", "--archive", "pg.tar.gz"]],
    ...[["postgres", "start"], ["search", "holiday"], ["verify"], ["postgres", "stop"], ["migrate", "--to", "sqlite"]],
    ...[["--yes", "migrate", "--discard-old"], ["postgres", "uninstall"], ["optimize"], ["files", "--json"], [
      "--help",
    ]],
  ];
  for (const args of inside) {
    const output = await onTerminal(app, args);
    assert.match(output, /exit status 0$/, `${args.join(" ")}: ${output}`);
    assert.doesNotMatch(output, /Allow\?|requests/, `${args.join(" ")}: ${output}`);
  }
  const file = join(outside, "holiday.nzb");
  assert.match(
    await onTerminal(app, ["import", file], "y"),
    /requests read access[^]*2 files? of 1 input were there/,
  );
  assert.match(await onTerminal(app, ["import", file], "n"), /not allowed to read "[^]*exit status 1$/);
});
