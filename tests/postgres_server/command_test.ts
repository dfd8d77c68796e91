import assert from "node:assert/strict";
import path from "node:path";
import { findInstalled } from "../../src/postgres_server/mod.ts";
import { HAS_SCRIPT, onTerminal } from "../support/on_terminal.ts";
import { runCli, SOURCE, spawnCli } from "../support/run_cli.ts";
import { testBin, testTarGz, testZip } from "./test_archives.ts";
import { testFolder } from "./test_folder.ts";
import { serveFile, TestServer } from "./test_server.ts";

const WINDOWS = Deno.build.os === "windows";

Deno.test("install, start, status, stop, uninstall: results on standard output, the rest on standard error", async () => {
  await using folder = await testFolder();
  const data = path.join(folder.path, "data");
  const zip = await testZip();
  const absent = JSON.parse((await runCli(["--data", data, "--json", "postgres", "status"])).stdout);
  assert.deepEqual(absent, {
    state: "absent",
    version: null,
    binaries: null,
    source: null,
    cluster: null,
    host: "127.0.0.1",
    port: null,
    user: "usync",
    database: "usync",
    password_file: null,
    pid: null,
    started_at: null,
    stays: false,
    database_bytes: null,
  });
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder.path)), [], "status makes nothing");

  const installed = await runCli(["--data", data, "--json", "postgres", "install", "--archive", zip]);
  assert.equal(installed.code, 0, installed.stderr);
  assert.match(
    installed.stderr,
    /Unpacking PostgreSQL\nSetting up the database\n/,
  );
  assert.ok(!/\r(?!\n)|\[2K/.test(installed.stderr), "no bar and no colors off a terminal");
  assert.equal(installed.stdout.trim().split("\n").length, 1);

  const started = await runCli(["--data", data, "postgres", "start"]);
  assert.match(started.stdout, /^PostgreSQL 18\.\d+ is running on 127\.0\.0\.1:\d+ \(process \d+, since /);
  const status = JSON.parse((await runCli(["--data", data, "--json", "postgres", "status"])).stdout);
  assert.deepEqual([status.state, status.stays, status.source], ["running", true, zip]);

  // What a program of the user would do with it.
  const { default: postgres } = await import("postgres");
  const password = await Deno.readTextFile(status.password_file);
  const sql = postgres({ ...status, username: status.user, password, onnotice() {} });
  assert.equal((await sql`select 1 as one`)[0].one, 1);
  await sql.end();

  const kept = await runCli(["--data", data, "postgres", "uninstall"]);
  assert.match(kept.stderr, /The data is still in /);
  const refused = await runCli(["--data", data, "postgres", "uninstall", "--delete-data"]);
  assert.deepEqual([refused.code, refused.stdout], [1, ""]);
  assert.match(refused.stderr, /--yes/);
  const deleted = JSON.parse(
    (await runCli(["--data", data, "--json", "--yes", "postgres", "uninstall", "--delete-data"])).stdout,
  );
  assert.equal(deleted.state, "absent");
});

Deno.test("wrong usage ends with 2 and does nothing", async () => {
  await using folder = await testFolder();
  const wrong = [
    ["install", "--url", "http://127.0.0.1/x"],
    ["install", "--sha256", "0".repeat(64)],
    ["install", "--url", "http://127.0.0.1/x", "--sha256", "12"],
    ["install", "--url", "ftp://127.0.0.1/x", "--sha256", "0".repeat(64)],
    ["install", "--archive", "a", "--bin", "b"],
    ["frobnicate"],
  ];
  for (const args of wrong) {
    assert.equal((await runCli(["--data", folder.path, "postgres", ...args])).code, 2, args.join(" "));
  }
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

Deno.test("what cannot be done ends with 1 and says what to do", async () => {
  await using folder = await testFolder();
  const file = path.join(folder.path, "file");
  await Deno.writeTextFile(file, "not an archive");
  const cases: [string, string[], RegExp][] = [
    [folder.path, ["start"], /not installed here\n.*postgres install/],
    [folder.path, ["install", "--archive", path.join(folder.path, "none.zip")], /there is no such file/],
    [folder.path, ["install", "--archive", file], /neither a zip nor a tar\.gz/],
    [folder.path, ["install", "--bin", folder.path], /it has no initdb/],
    [file, ["install", "--archive", file], / is a file\n/],
  ];
  for (const [data, args, expected] of cases) {
    const { code, stdout, stderr } = await runCli(["--data", data, "postgres", ...args]);
    assert.deepEqual([code, stdout], [1, ""], stderr);
    assert.match(stderr, expected);
    assert.ok(!/\n\s+at /.test(stderr), `no stack trace: ${stderr}`);
  }
});

Deno.test("a wrong checksum installs nothing", async () => {
  await using folder = await testFolder();
  const file = await Deno.readFile(await testZip());
  await using server = new TestServer((request) => serveFile(file, request));
  const args = ["--yes", "postgres", "install", "--url", server.url, "--sha256", "0".repeat(64)];
  const { code, stderr } = await runCli(["--data", folder.path, ...args]);
  assert.equal(code, 1);
  assert.match(stderr, /SHA-256/);
  const left = await Array.fromAsync(Deno.readDir(path.join(folder.path, "postgres")), ({ name }) => name);
  assert.deepEqual(left, ["lock"]);
});

Deno.test("without a terminal and without --yes nothing is fetched or used unasked", async () => {
  await using folder = await testFolder();
  const { code, stdout, stderr } = await runCli(["--data", folder.path, "postgres", "install"]);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /An answer is needed: .*\n.*--yes|there is no download for this system .*\n.*--archive FILE/);
});

Deno.test("a PostgreSQL on the machine is found, the newest first, and a broken one is passed over", async () => {
  await using folder = await testFolder();
  const bin = await testBin();
  await Deno.writeTextFile(path.join(folder.path, WINDOWS ? "postgres.exe" : "postgres"), "no program");
  const found = await findInstalled(undefined, [folder.path, path.join(folder.path, "none"), bin, bin]);
  assert.deepEqual(found.map(({ folder }) => folder), [await Deno.realPath(bin)]);
  assert.match(found[0].version, /^18\./);
});

Deno.test("an installed PostgreSQL is used where it is with --yes", { ignore: WINDOWS }, async () => {
  const [found] = await findInstalled();
  if (found === undefined) return console.warn("NOT CHECKED: this machine has no PostgreSQL installed");
  await using folder = await testFolder();
  const { code, stdout, stderr } = await runCli(["--data", folder.path, "--json", "--yes", "postgres", "install"]);
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).binaries, found.folder);
  const started = await runCli(["--data", folder.path, "--json", "postgres", "start"]);
  assert.equal(JSON.parse(started.stdout).version, found.version, started.stderr);
  assert.equal((await runCli(["--data", folder.path, "postgres", "stop"])).code, 0);
});

Deno.test("whoever declines the installed PostgreSQL is told what else there is", { ignore: !HAS_SCRIPT }, async () => {
  if ((await findInstalled())[0] === undefined) {
    return console.warn("NOT CHECKED: this machine has no PostgreSQL installed");
  }
  await using folder = await testFolder();
  const typed = { question: /\[y\/N\]/g, answered: /\[y\/N\] n/g, answer: "n" };
  const output = await onTerminal([...SOURCE, "--data", folder.path, "postgres", "install"], typed);
  assert.match(output, /PostgreSQL was not installed: the one in .* was declined/);
  assert.match(output, /--archive FILE, --bin FOLDER, or --url ADDRESS with --sha256 HEX/);
  assert.match(output, /migrate --url ADDRESS/);
  assert.match(output, /exit status 1$/);
});

Deno.test("Ctrl+C at a question ends the program, and answers nothing", { ignore: !HAS_SCRIPT }, async () => {
  if ((await findInstalled())[0] === undefined) {
    return console.warn("NOT CHECKED: this machine has no PostgreSQL installed");
  }
  await using folder = await testFolder();
  const typed = { question: /\[y\/N\]/g, answered: /\^C/g, answer: "\x03" };
  const output = await onTerminal([...SOURCE, "--data", folder.path, "postgres", "install"], typed);
  assert.doesNotMatch(output, /declined/);
  assert.match(output, /exit status 130$/);
});

Deno.test("data that a store lies in, or has left something in, is not deleted", async () => {
  await using folder = await testFolder();
  const run = (...args: string[]) => runCli(["--data", folder.path, ...args]);
  assert.equal((await run()).code, 0);
  const file = path.join(folder.path, "store.json"), manifest = JSON.parse(await Deno.readTextFile(file));
  const here = { tier: "postgres", folder: "usync_1", shards: 1, url: null };
  const cases: [Record<string, unknown>, RegExp][] = [
    [here, /the store is in it\n {2}Move it elsewhere .*migrate --to sqlite.*migrate --discard-old/],
    [{ move: here }, /a move of the store into it is unfinished\n.*migrate --to sqlite/],
    [{ old: [{ ...here, outdated: true }] }, /an old store is in it\n.*migrate --discard-old/],
    [{ removing: [here] }, /an old store is in it\n.*migrate --discard-old/],
  ];
  for (const [part, expected] of cases) {
    await Deno.writeTextFile(file, JSON.stringify({ ...manifest, ...part }));
    const { code, stdout, stderr } = await run("--yes", "postgres", "uninstall", "--delete-data");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /Cannot delete the data of this PostgreSQL: /);
    assert.match(stderr, expected);
  }
  await Deno.writeTextFile(file, JSON.stringify({ ...manifest, ...here, url: "postgres://elsewhere/d" }));
  assert.equal((await run("--yes", "postgres", "uninstall", "--delete-data")).code, 0);
});

Deno.test("Ctrl+C ends a download with 130, and it is continued", { ignore: WINDOWS }, async () => {
  await using folder = await testFolder();
  const { file: tarGz, sha256 } = await testTarGz();
  const file = await Deno.readFile(tarGz);
  await using server = new TestServer((request, index) => ({ ...serveFile(file, request), pauseMs: index ? 0 : 10 }));
  const args = ["postgres", "install", "--url", server.url, "--sha256", sha256];
  const child = spawnCli(["--data", folder.path, ...args, "--yes"]);
  const part = path.join(folder.path, "postgres", "downloads", `${sha256}.part`);
  const size = async () => (await Deno.stat(part).catch(() => ({ size: 0 }))).size;
  while (await size() < 1_000_000) {
    await new Promise((done) => setTimeout(done, 10));
  }
  child.kill("SIGINT");
  const { code, stderr } = await child.output();
  assert.equal(code, 130);
  assert.match(new TextDecoder().decode(stderr), /continues where it stopped/);
  assert.equal((await runCli(["--data", folder.path, ...args, "--yes"])).code, 0);
  assert.ok(server.requests[1].from! > 0);
});
