import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { openStore } from "../support/folder_store.ts";
import type { Discarded } from "../../src/migration/discard_old.ts";
import { runCli } from "../support/run_cli.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { digestOf, fill } from "./test_store.ts";

/** What answers at an address where no PostgreSQL is. */
const ANSWERS: Record<string, (socket: Socket) => void> = {
  "ends the connection at once": (socket) => socket.end(),
  "breaks the connection at once": (socket) => socket.resetAndDestroy(),
  "ends the connection when asked": (socket) => socket.once("data", () => socket.end()),
  "answers something else": (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
};

/** An address that is wrong leaves the store as it was: nothing of it is kept, and every command works. */
async function assertRefused(data: string, url: string, digest: string, status = 1): Promise<void> {
  const { code, stdout, stderr } = await runCli(["--data", data, "migrate", "--to", "postgres", "--url", url]);
  assert.deepEqual([code, stdout], [status, ""], stderr);
  assert.match(stderr, /^usync-db: Cannot use .*PostgreSQL/m);
  assert.doesNotMatch(stderr, /Uncaught|^\s+at |secret/m);
  const text = readFileSync(join(data, "store.json"), "utf8"), { move, removing } = JSON.parse(text);
  assert.deepEqual([move, removing], [null, []]);
  assert.doesNotMatch(text, /secret/);
  assert.equal((await runCli(["--data", data, "status"])).code, 0);
  await using store = await openStore(data);
  assert.equal(await digestOf(store), digest);
}

async function inFilledStore(work: (data: string, digest: string) => Promise<void>): Promise<void> {
  await inTempFolder(async (data) => {
    let digest = "";
    {
      await using store = await openStore(data);
      await fill(store, 500);
      digest = await digestOf(store);
    }
    await work(data, digest);
  });
}

for (const [name, answer] of Object.entries(ANSWERS)) {
  Deno.test(`a migration to what is no PostgreSQL, since it ${name}, is refused and leaves nothing`, () =>
    inFilledStore(async (data, digest) => {
      const server = createServer({ allowHalfOpen: true }, (socket) => {
        socket.on("error", () => {}); // the client may be gone
        answer(socket);
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      try {
        for (const settings of ["", "?sslmode=prefer"]) {
          await assertRefused(data, `postgres://bob:secret@127.0.0.1:${port}/db${settings}`, digest);
        }
      } finally {
        server.close();
      }
    }));
}

Deno.test("a migration to an address that is none, or where nobody is, is refused and leaves nothing", () =>
  inFilledStore(async (data, digest) => {
    await assertRefused(data, "secret", digest, 2);
    await assertRefused(data, "postgres://bob:secret@127.0.0.1:1/db", digest);
  }));

Deno.test("a store opens although a server from which something is to be removed ends every connection", () =>
  inFilledStore(async (data, digest) => {
    const server = createServer({ allowHalfOpen: true }, (socket) => void socket.on("error", () => {}).end());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const path = join(data, "store.json"), manifest = JSON.parse(readFileSync(path, "utf8"));
    const url = `postgres://bob@127.0.0.1:${(server.address() as AddressInfo).port}/db`;
    manifest.removing = [{ tier: "postgres", folder: "usync_1", shards: 1, url }];
    await Deno.writeTextFile(path, JSON.stringify(manifest));
    try {
      const { code, stderr } = await runCli(["--data", data, "verify"]);
      assert.equal(code, 0, stderr);
      await using store = await openStore(data);
      assert.equal(await digestOf(store), digest);
      assert.equal(store.manifest.removing.length, 1); // tried again when the server is there
      await store.close();
      const discard = ["--data", data, "migrate", "--discard-old"], given = await runCli(discard);
      assert.deepEqual([given.code, given.stdout], [0, "Removed nothing.\n"]);
      assert.match(
        given.stderr,
        /^What lies in the database db of 127\.0\.0\.1:\d+ was not removed: Cannot use the PostgreSQL/m,
      );
      assert.match(given.stderr, /^ {2}It is not tried again\. .*: DROP SCHEMA usync_1 CASCADE$/m);
      assert.deepEqual(JSON.parse(readFileSync(path, "utf8")).removing, []);
      assert.equal((await runCli(discard)).stdout, "There is no old store.\n");
    } finally {
      server.close();
    }
  }));

Deno.test("an old store that cannot be removed now is told, kept in mind and removed later", () =>
  inFilledStore(async (data) => {
    const path = join(data, "store.json"), manifest = JSON.parse(readFileSync(path, "utf8"));
    const url = "postgres://bob:secret@127.0.0.1:1/db",
      here = { tier: "postgres", folder: "usync_2", shards: 1, url: null };
    manifest.old = [{ ...here, folder: "usync_1", url, outdated: true }, { ...here, outdated: true }];
    await Deno.writeTextFile(path, JSON.stringify(manifest));
    await Deno.mkdir(join(data, "postgres", "cluster"), { recursive: true }); // of a server that is not installed any more
    const discard = ["--data", data, "--json", "migrate", "--discard-old"];
    const left = async () => JSON.parse((await runCli(discard)).stdout) as Discarded;
    const removing = () =>
      JSON.parse(readFileSync(path, "utf8")).removing.map((place: { folder: string }) => place.folder);
    const first = await left();
    assert.equal(first.discarded, 0);
    assert.deepEqual(first.left.map(({ where, given_up }) => [where, given_up]), [
      ["the database db of 127.0.0.1:1", false],
      ["the PostgreSQL of the data folder", false],
    ]);
    assert.match(first.left[0].why, /cannot be reached/);
    assert.match(first.left[1].why, /not installed/);
    assert.doesNotMatch(JSON.stringify(first), /secret/);
    assert.deepEqual(removing(), ["usync_1", "usync_2"]);
    assert.deepEqual((await left()).left.map(({ schema, given_up }) => [schema, given_up]), [["usync_1", true], [
      "usync_2",
      false,
    ]]);
    assert.deepEqual(removing(), ["usync_2"]);
    await Deno.remove(join(data, "postgres"), { recursive: true });
    assert.deepEqual(await left(), { discarded: 0, left: [] });
    assert.deepEqual(removing(), []);
  }));
