import assert from "node:assert/strict";
import path from "node:path";
import { PostgresServer, type ServerStatus } from "../../src/postgres_server/mod.ts";
import { testBin, testTarGz } from "./test_archives.ts";
import { testFolder } from "./test_folder.ts";
import { type RawRequest, serveFile, TestServer } from "./test_server.ts";
import { runs } from "../support/effort.ts";
import { runCli, runProcess, SOURCE, spawnCli } from "../support/run_cli.ts";

const LINUX = Deno.build.os === "linux";

/** Kills at any moment. */
const KILLS = runs(1, 8);

/** Allows all that is allowed by its name, as `deno task start` does: that leaves out /proc. */
const ALL_BY_NAME = ["read", "write", "env", "sys", "run", "net"].map((name) => `--allow-${name}`);

/** Runs a command that must succeed, and gives the status it prints. */
async function succeed(data: string, ...args: string[]): Promise<ServerStatus> {
  const { code, stdout, stderr } = await runCli(["--data", data, "--json", "postgres", ...args]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** Starts `usync-db --data DATA ARGS…`, kills it (as kill -9 does) once `moment` has come, and waits for its end. */
async function killedCommand(moment: () => Promise<boolean>, data: string, ...args: string[]): Promise<void> {
  const child = spawnCli(["--data", data, ...args]);
  const output = child.output();
  let ended = false;
  output.then(() => ended = true);
  while (!await moment()) {
    if (ended) {
      const { stdout, stderr } = await output;
      throw new Error(`It ended too early: ${new TextDecoder().decode(stdout)}${new TextDecoder().decode(stderr)}`);
    }
    await new Promise((done) => setTimeout(done, 2));
  }
  child.kill("SIGKILL");
  await output;
}

/** Names below `<data>/postgres` that match. */
async function below(data: string, pattern: RegExp): Promise<string[]> {
  try {
    const names = await Array.fromAsync(Deno.readDir(path.join(data, "postgres")), ({ name }) => name);
    return names.filter((name) => pattern.test(name));
  } catch {
    return [];
  }
}

async function has(...parts: string[]): Promise<boolean> {
  return await Deno.stat(path.join(...parts)).then(() => true, () => false);
}

/** How many servers work in the cluster's folder: processes there whose parent is not one of them. */
async function servers(data: string): Promise<number> {
  const cluster = path.join(data, "postgres", "cluster");
  const parents = new Map<number, number>();
  for await (const { name } of Deno.readDir("/proc")) {
    const cwd = await Deno.readLink(`/proc/${name}/cwd`).catch(() => "");
    if (!/^\d+$/.test(name) || cwd !== cluster) continue;
    const status = await Deno.readTextFile(`/proc/${name}/status`).catch(() => "");
    const parent = /^PPid:\t(\d+)$/m.exec(status)?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  return [...parents.values()].filter((parent) => !parents.has(parent)).length;
}

/** The server runs, once, with what it needs and nothing that was broken off. Stops it. */
async function checkRunning(data: string): Promise<void> {
  const status = await succeed(data, "start");
  assert.equal(status.state, "running");
  if (LINUX) assert.equal(await servers(data), 1);
  assert.deepEqual(await below(data, /^(unpacking|creating|\..*tmp$|downloads)/), []);
  assert.equal((await succeed(data, "stop")).state, "stopped");
  if (LINUX) assert.equal(await servers(data), 0);
}

const downloaded = (requests: RawRequest[]) => requests.filter(({ method }) => method === "GET");

Deno.test("killed during the download: the next run fetches the rest only", async () => {
  await using folder = await testFolder();
  const { file: tarGz, sha256 } = await testTarGz();
  const file = await Deno.readFile(tarGz);
  await using server = new TestServer((request, index) => ({ ...serveFile(file, request), pauseMs: index ? 0 : 5 }));
  const part = path.join(folder.path, "postgres", "downloads", `${sha256}.part`);
  const size = async () => (await Deno.stat(part).catch(() => ({ size: 0 }))).size;
  const install = ["install", "--url", server.url, "--sha256", sha256, "--yes"];
  await killedCommand(async () => await size() > 3_000_000, folder.path, "postgres", ...install);
  const have = await size();
  assert.ok(have < file.length);
  assert.equal((await succeed(folder.path, "status")).state, "incomplete");
  assert.equal((await succeed(folder.path, ...install)).state, "stopped");
  assert.deepEqual(downloaded(server.requests).map(({ from }) => from), [undefined, have]);
});

Deno.test("killed while unpacking and in initdb: the next run continues without fetching anything again", async () => {
  await using folder = await testFolder();
  const { file: tarGz, sha256 } = await testTarGz();
  const file = await Deno.readFile(tarGz);
  await using server = new TestServer((request) => serveFile(file, request));
  const install = ["install", "--url", server.url, "--sha256", sha256, "--yes"];
  const { path: data } = folder;

  const unpacking = async () => {
    const [staging] = await below(data, /^unpacking-/);
    return staging !== undefined && await has(data, "postgres", staging, "bin");
  };
  await killedCommand(unpacking, data, "postgres", ...install);
  assert.deepEqual(await below(data, /^binaries$/), []);
  assert.equal((await below(data, /^unpacking-/)).length, 1);

  const initdb = async () => {
    const [staging] = await below(data, /^creating-[0-9a-f-]+$/);
    return staging !== undefined && await has(data, "postgres", staging, "base");
  };
  await killedCommand(initdb, data, "postgres", ...install);
  assert.deepEqual(await below(data, /^binaries$/), ["binaries"]);
  assert.deepEqual(await below(data, /^cluster$/), []);
  assert.equal((await succeed(data, "status")).state, "incomplete");

  assert.equal((await succeed(data, "install")).state, "stopped");
  assert.equal(downloaded(server.requests).length, 1);
  await checkRunning(data);
});

Deno.test("killed while starting, at different moments: the next start finds or starts the one server", async () => {
  await using folder = await testFolder();
  const { path: data } = folder;
  await succeed(data, "install", "--bin", await testBin());
  const cluster = path.join(data, "postgres", "cluster");
  const moments: (() => Promise<boolean>)[] = [
    () => has(cluster, "usync.conf"),
    () => has(data, "postgres", "logs", "start.log"),
    () => has(cluster, "postmaster.pid"),
  ];
  for (const moment of moments) {
    await killedCommand(moment, data, "postgres", "start");
    await checkRunning(data);
    await Deno.remove(path.join(cluster, "usync.conf"));
    await Deno.remove(path.join(data, "postgres", "logs"), { recursive: true });
  }
});

Deno.test("the program that uses a server is killed: the next one adopts it and stops it at its end", async () => {
  await using folder = await testFolder();
  await succeed(folder.path, "install", "--bin", await testBin());
  const module = new URL("../../src/postgres_server/mod.ts", import.meta.url).href;
  const code = `import { PostgresServer } from ${JSON.stringify(module)};
    await new PostgresServer(${JSON.stringify(folder.path)}).start();
    console.log("started");
    setInterval(() => {}, 1000);`;
  const user = path.join(folder.path, "user.ts");
  await Deno.writeTextFile(user, code);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", path.resolve(import.meta.dirname!, "../../deno.json"), user],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  assert.match(new TextDecoder().decode((await reader.read()).value), /started/);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  {
    await using next = new PostgresServer(folder.path);
    const orphan = await next.status();
    assert.deepEqual([orphan.state, orphan.stays], ["running", false]);
    await next.start();
    assert.equal((await next.status()).pid, orphan.pid);
  }
  assert.equal((await succeed(folder.path, "status")).state, "stopped");
  if (LINUX) assert.equal(await servers(folder.path), 0);
});

Deno.test("killed at any moment, again and again: the next run makes it good", async () => {
  await using folder = await testFolder();
  const { file: tarGz } = await testTarGz();
  const install = ["postgres", "install", "--archive", tarGz];
  const started = performance.now();
  await succeed(folder.path, ...install.slice(1));
  const took = performance.now() - started;
  await succeed(folder.path, "uninstall", "--delete-data", "--yes");
  for (let kill = 0; kill < KILLS; kill++) {
    const end = performance.now() + took * (0.2 + 0.7 * Math.random());
    const moment = () => Promise.resolve(performance.now() > end);
    // It may be quicker than the first time, and be done.
    await killedCommand(moment, folder.path, ...install).catch(() => {});
    if (kill % 2 === 1) await killedCommand(moment, folder.path, "postgres", "start").catch(() => {});
  }
  await succeed(folder.path, ...install.slice(1));
  await checkRunning(folder.path);
});

Deno.test({
  name: "after a power cut the server starts where all may be read but /proc, too, and its number is another process's",
  ignore: !LINUX,
  fn: async () => {
    await using folder = await testFolder();
    const { path: data } = folder;
    await succeed(data, "install", "--bin", await testBin());
    const { port } = await succeed(data, "start");
    await succeed(data, "stop");
    const account = Deno.uid() === 0 ? { uid: 65534, gid: 65534 } : {};
    const sleeper = new Deno.Command("sleep", { args: ["600"], ...account }).spawn();
    try {
      const pidFile = path.join(data, "postgres", "cluster", "postmaster.pid"), second = Math.floor(Date.now() / 1000);
      const lines = [sleeper.pid, path.dirname(pidFile), second, port, "", "127.0.0.1", "", "ready   ", ""];
      await Deno.writeTextFile(pidFile, lines.join("\n"));
      if (Deno.uid() === 0) await Deno.chown(pidFile, 65534, 65534);
      const program = SOURCE.flatMap((arg) => arg === "-A" ? ALL_BY_NAME : [arg]);
      const { code, stderr } = await runProcess(["--data", data, "postgres", "start"], { program });
      assert.equal(code, 0, stderr);
      await succeed(data, "stop");
    } finally {
      sleeper.kill("SIGKILL");
      await sleeper.status;
    }
  },
});
