import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { UsyncError } from "../../src/domain/errors.ts";
import { isFree } from "../../src/postgres_server/free_port.ts";
import { type BinariesSource, type Connection, PostgresServer, withConnection } from "../../src/postgres_server/mod.ts";
import { HOST_ACCESS } from "../../src/postgres_server/server_settings.ts";
import { runs } from "../support/effort.ts";
import { copyFolder } from "./copy_folder.ts";
import { sharedFolder, testBin, testTarGz } from "./test_archives.ts";
import { tarOf } from "./small_archives.ts";
import { testFolder } from "./test_folder.ts";

const WINDOWS = Deno.build.os === "windows";
const ROOT = !WINDOWS && Deno.uid() === 0;

/** One row of one statement. */
function row(connection: Connection, statement: string): Promise<Record<string, unknown>> {
  return withConnection(connection, async (sql) => (await sql.unsafe(statement))[0]);
}

type SourceOf = () => Promise<BinariesSource>;

/** A server that is stopped and removed at the end of the test, however it ends; a copy of a ready one without a source. */
async function testServer(source?: SourceOf, ...names: string[]) {
  const folder = await testFolder(...names);
  const server = new PostgresServer(folder.path);
  if (source === undefined) await copyFolder(await readyServer(), server.layout.root);
  else await server.install(await source());
  return {
    server,
    folder: folder.path,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

let ready: Promise<string> | undefined;

/** The files of a server that was started once and stopped: copying them is quicker than initdb. */
function readyServer(): Promise<string> {
  return ready ??= (async () => {
    const server = new PostgresServer(await sharedFolder());
    await server.install(await fromFolder());
    await server.start({ stay: true });
    await server.stop();
    return server.layout.root;
  })();
}

const fromFolder: SourceOf = async () => ({ kind: "folder", folder: await testBin() });
const fromTarGz: SourceOf = async () => ({ kind: "archive", file: (await testTarGz()).file });

Deno.test("in a folder with a name of any letters: installed, started, reached with the password only, stopped", async () => {
  // Whether we or another program have it: 5432 is busy.
  using _busy = isFree(5432) ? Deno.listen({ hostname: "127.0.0.1", port: 5432 }) : undefined;
  await using test = await testServer(fromTarGz, "Jörg Müller 数据", "usync db");
  const { server } = test;
  assert.equal((await server.status()).state, "stopped");
  const connection = await server.start({ stay: true });
  assert.notEqual(connection.port, 5432);

  const facts = await row(
    connection,
    `select current_database() as database, current_user as user, current_setting('server_encoding') as encoding,
         datcollate, datctype, current_setting('data_checksums') as checksums,
         current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets
       from pg_database where datname = current_database()`,
  );
  assert.deepEqual({ ...facts }, {
    database: "usync",
    user: "usync",
    encoding: "UTF8",
    datcollate: "C",
    datctype: "C",
    checksums: "on",
    addresses: "127.0.0.1",
    sockets: "",
  });
  for (const password of ["", "wrong", connection.password.slice(1)]) {
    await assert.rejects(row({ ...connection, password }, "select 1"), { code: /^(28P01|28000)$/ });
  }
  const status = await server.status();
  assert.equal(status.state, "running");
  assert.equal(status.port, connection.port);
  assert.match(status.version!, /^18\./);
  assert.ok(status.database_bytes! > 1e6);

  assert.equal(await server.stop(), true);
  assert.equal((await server.status()).state, "stopped");
  assert.equal(await server.stop(), false);
  assert.ok(isFree(connection.port));
});

Deno.test("nobody but the password's owner gets in: rules, listening addresses, file rights", async () => {
  await using test = await testServer();
  const { server } = test;
  const connection = await server.start({ stay: true });
  const hba = await Deno.readTextFile(path.join(server.layout.cluster, "pg_hba.conf"));
  assert.equal(hba, HOST_ACCESS);
  const rules = await withConnection(
    connection,
    (sql) =>
      sql`select type, database::text, user_name::text, address, netmask, auth_method, error from pg_hba_file_rules`,
  );
  assert.deepEqual(rules.map((rule) => ({ ...rule })), [{
    type: "host",
    database: "{all}",
    user_name: "{all}",
    address: "127.0.0.1",
    netmask: "255.255.255.255",
    auth_method: "scram-sha-256",
    error: null,
  }]);
  const { rolpassword } = await row(connection, "select rolpassword from pg_authid where rolname = 'usync'");
  assert.match(String(rolpassword), /^SCRAM-SHA-256\$/);
  const others = await row(
    connection,
    "select count(*)::int as n from pg_authid where rolcanlogin and rolname <> 'usync'",
  );
  assert.equal(others.n, 0);
  await assert.rejects(Deno.connect({ hostname: "::1", port: connection.port }));
  if (WINDOWS) return console.warn("NOT CHECKED: rights of the password file on Windows (Wine keeps no access lists)");
  for (const file of [server.layout.passwordFile, path.join(server.layout.cluster, "PG_VERSION")]) {
    assert.equal((await Deno.stat(file)).mode! & 0o077, 0, file);
  }
  if (!ROOT) return console.warn("NOT CHECKED: reading the password as another user (needs root)");
  const asOther = new Deno.Command("cat", {
    args: [server.layout.passwordFile],
    uid: 4711,
    gid: 4711,
    stderr: "piped",
  });
  const { success, stdout } = await asOther.output();
  assert.deepEqual([success, stdout.length], [false, 0]);
});

Deno.test("a busy port is left for another one, which is remembered", async () => {
  await using test = await testServer();
  const { server, folder } = test;
  const first = await server.start({ stay: true });
  await server.stop();
  {
    using _busy = Deno.listen({ hostname: "127.0.0.1", port: first.port });
    const second = await server.start({ stay: true });
    assert.notEqual(second.port, first.port);
    await server.stop();
    assert.equal((await new PostgresServer(folder).status()).port, second.port);
  }
  const third = await new PostgresServer(folder).start({ stay: true });
  assert.notEqual(third.port, first.port);
});

Deno.test("a second instance uses the same server, and the last one stops it", async () => {
  await using test = await testServer();
  const one = new PostgresServer(test.folder);
  const other = new PostgresServer(test.folder);
  const [a, b] = await Promise.all([one.start(), other.start()]);
  assert.deepEqual(a, b);
  await one.close();
  assert.equal((await other.status()).state, "running");
  await other.close();
  assert.equal((await other.status()).state, "stopped");
});

Deno.test("a server that is meant to stay outlives those that use it", async () => {
  await using test = await testServer();
  await test.server.start({ stay: true });
  {
    await using user = new PostgresServer(test.folder);
    await user.start();
  }
  const status = await test.server.status();
  assert.deepEqual([status.state, status.stays], ["running", true]);
  await test.server.stop();
  {
    await using user = new PostgresServer(test.folder);
    await user.start();
  }
  assert.equal((await test.server.status()).state, "stopped");
});

Deno.test("the server is killed: its data are there after the next start", async () => {
  await using test = await testServer();
  const connection = await test.server.start({ stay: true });
  await row(connection, "create table kept as select generate_series(1, 1000) as n");
  const { pid } = await test.server.status();
  Deno.kill(pid!, "SIGKILL");
  await until(async () => (await test.server.status()).state === "crashed");
  const again = await test.server.start({ stay: true });
  assert.equal((await row(again, "select count(*)::int as n from kept")).n, 1000);
  assert.notEqual((await test.server.status()).pid, pid);
});

Deno.test("a stale postmaster.pid is no obstacle, also when its number is another process's", async () => {
  await using test = await testServer();
  const pidFile = path.join(test.server.layout.cluster, "postmaster.pid");
  // Of the same account where root runs it as another: the case that PostgreSQL itself refuses.
  const account = ROOT ? { uid: 65534, gid: 65534 } : {};
  const sleeper = new Deno.Command(WINDOWS ? Deno.execPath() : "sleep", {
    args: WINDOWS ? ["eval", "setTimeout(() => {}, 600_000)"] : ["600"],
    ...account,
  }).spawn();
  try {
    for (const pid of [sleeper.pid, 4_000_000]) {
      const seconds = Math.floor(Date.now() / 1000);
      await Deno.writeTextFile(
        pidFile,
        `${pid}\n${test.server.layout.cluster}\n${seconds}\n5433\n\n127.0.0.1\n\nready   \n`,
      );
      if (ROOT) await Deno.chown(pidFile, 65534, 65534);
      await test.server.start({ stay: true });
      assert.equal((await test.server.status()).state, "running");
      await test.server.stop();
    }
  } finally {
    sleeper.kill("SIGKILL");
    await sleeper.status;
  }
});

Deno.test("a cluster that root has copied without its owners starts", { ignore: !ROOT }, async () => {
  await using test = await testServer();
  const { cluster } = test.server.layout;
  for (const name of ["", ...readdirSync(cluster, { recursive: true, encoding: "utf8" })]) {
    await Deno.chown(path.join(cluster, name), 0, 0);
  }
  const connection = await test.server.start({ stay: true });
  assert.equal((await row(connection, "select 1 as n")).n, 1);
});

Deno.test("a copy of the folder of a running server gets a server of its own", async () => {
  await using test = await testServer();
  await using other = await testFolder("copy");
  const original = await test.server.start({ stay: true });
  await copyFolder(test.server.layout.root, path.join(other.path, "postgres"));
  const copy = new PostgresServer(other.path);
  assert.equal((await copy.status()).state, "crashed");
  const connection = await copy.start({ stay: true });
  try {
    assert.notEqual(connection.port, original.port);
    assert.equal((await test.server.status()).state, "running");
  } finally {
    await copy.stop();
  }
  assert.equal((await test.server.status()).state, "running");
});

Deno.test("installing again changes nothing, and other binaries not while it runs", async () => {
  await using test = await testServer(fromTarGz);
  const { server } = test;
  const before = await server.status();
  const { port } = await server.start({ stay: true });
  await server.install(await fromTarGz());
  await server.install();
  assert.deepEqual([(await server.status()).binaries, (await server.status()).port], [before.binaries, port]);
  await assert.rejects(server.install(await fromFolder()), /running/);
  await server.stop();
  await server.install(await fromFolder());
  await server.start({ stay: true });
  const names = await Array.fromAsync(Deno.readDir(server.layout.root), ({ name }) => name);
  const copied = WINDOWS && /[^ -~]/.test(server.layout.root);
  assert.equal(names.includes("binaries"), copied, names.join());
});

Deno.test("binaries that do not run do not take the place of those that do", async () => {
  await using test = await testServer(fromTarGz);
  const { server } = test, before = await server.status();
  const programs = ["initdb", "pg_ctl", "postgres"].map((name) => `bin/${name}${WINDOWS ? ".exe" : ""}`);
  const archive = path.join(server.layout.root, "..", "broken.tar.gz");
  await Deno.writeFile(archive, await tarOf(programs.map((name) => ({ name, text: "not a program" }))));
  await assert.rejects(server.install({ kind: "archive", file: archive }), /Cannot (run|use) /);
  assert.deepEqual(await server.status(), before);
  const names = await Array.fromAsync(Deno.readDir(server.layout.root), ({ name }) => name);
  assert.deepEqual(names.sort(), ["binaries", "cluster", "lock", "password", "server.json"]);
  if (!WINDOWS) await server.start(); // Wine leaves a folder behind then that cannot be removed
});

Deno.test("uninstalling keeps the data, and installing again finds them", async () => {
  await using test = await testServer(fromTarGz);
  const { server } = test;
  await row(await server.start({ stay: true }), "create table kept as select 7 as n");
  await server.uninstall({ deleteData: false });
  const names = await Array.fromAsync(Deno.readDir(server.layout.root), ({ name }) => name);
  assert.deepEqual(names.sort(), ["cluster", "lock", "password", "server.json"]);
  assert.equal((await server.status()).state, "incomplete");
  await assert.rejects(server.start(), /not installed/);
  await server.install(await fromFolder());
  assert.equal((await row(await server.start({ stay: true }), "select n from kept")).n, 7);
  await server.uninstall({ deleteData: true });
  assert.equal((await server.status()).state, "absent");
  assert.deepEqual(await Array.fromAsync(Deno.readDir(test.folder)), []);
});

Deno.test("data of another major version are not touched", async () => {
  await using test = await testServer();
  await Deno.writeTextFile(path.join(test.server.layout.cluster, "PG_VERSION"), "16\n");
  await assert.rejects(test.server.install(await fromFolder()), /of PostgreSQL 16/);
});

Deno.test("a lost password is told, not replaced", async () => {
  await using test = await testServer();
  await Deno.remove(test.server.layout.passwordFile);
  await assert.rejects(test.server.start(), /password file .* is gone/);
});

Deno.test("root is told which folder is closed to the server's account", { ignore: !ROOT }, async () => {
  await using folder = await testFolder("closed", "data");
  await Deno.chmod(path.dirname(folder.path), 0o700);
  await assert.rejects(
    new PostgresServer(folder.path).install(await fromFolder()),
    (error: UsyncError) => {
      assert.match(error.message, /closed to others/);
      assert.match(error.hint!, /chmod o\+x/);
      return true;
    },
  );
});

Deno.test("root hands the server to the owner of the data folder", { ignore: !ROOT }, async () => {
  await using folder = await testFolder("owned");
  // Of the account 1 (daemon) everywhere; 4711 is nobody's, so that `nobody` takes its place.
  for (const [owner, expected] of [[4711, 65534], [1, 1]]) {
    await Deno.chown(folder.path, owner, owner);
    const server = new PostgresServer(folder.path);
    await server.install(await fromFolder());
    await server.start({ stay: true });
    try {
      const { pid } = await server.status();
      const ids = Array(4).fill(expected).join("\t");
      assert.ok((await Deno.readTextFile(`/proc/${pid}/status`)).includes(`Uid:\t${ids}\n`));
      assert.equal((await Deno.stat(server.layout.passwordFile)).uid, 0);
    } finally {
      await server.uninstall({ deleteData: true });
    }
  }
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!await condition()) await new Promise((done) => setTimeout(done, 100));
}

Deno.test({
  name: "the server is killed while it is being reached: it is started again, or that is told",
  ignore: WINDOWS, // a server that is killed while it starts a process leaves its port taken under Wine
  fn: async () => {
    await using test = await testServer();
    const { server } = test;
    for (let kill = 0; kill < runs(2, 6); kill++) {
      await server.start({ stay: true });
      const { pid } = await server.status();
      const answers = [server.start({ stay: true }).then(({ port }) => port), server.status().then(({ port }) => port)];
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
      Deno.kill(pid!, "SIGKILL");
      for (const answer of await Promise.allSettled(answers)) {
        if (answer.status === "fulfilled") assert.ok(answer.value! > 0);
        else assert.ok(answer.reason instanceof UsyncError, answer.reason);
      }
    }
  },
});
