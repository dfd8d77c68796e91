import assert from "node:assert/strict";
import { join } from "node:path";
import { type FolderStore, migrate, openStore } from "../support/folder_store.ts";
import { UsyncError } from "../../src/domain/errors.ts";
import { digestOf, fill } from "../migration/test_store.ts";
import { olderBin } from "../postgres_server/test_archives.ts";
import { IS_THOROUGH } from "../support/effort.ts";
import { askStore, type Operation } from "../support/operations.ts";
import { OwnServer } from "../support/own_server.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** An ordinary user with a name and a password that have to be quoted everywhere. */
const USER = 'Jörg "O\'Neil"', PASSWORD = "p@ss/w:ö#%?& \\'\"";

/** Makes the user with a database in which it may create, and nothing more; gives the address. */
async function makeUser(server: OwnServer): Promise<string> {
  await server.asSuperuser(async (sql) => {
    const user = `"${USER.replaceAll('"', '""')}"`, password = `'${PASSWORD.replaceAll("'", "''")}'`;
    await sql.unsafe(`CREATE ROLE ${user} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${password}`);
    await sql.unsafe("CREATE DATABASE archive");
    await sql.unsafe("REVOKE ALL ON DATABASE archive FROM public");
    await sql.unsafe(`GRANT CONNECT, CREATE ON DATABASE archive TO ${user}`);
  });
  return server.url({ user: USER, password: PASSWORD, database: "archive" });
}

/** What an ordinary day asks of a store, with writes. */
const DAY: Operation[] = [
  { kind: "putFile", file: postedRecord("day-1", 200) },
  { kind: "putFiles", files: [postedRecord("day-2", 3), { ...postedRecord("day-1", 200), name: "über.part01.rar" }] },
  { kind: "updateSegments", updates: [{ file_id: "day-2", index: 1, message_id: "new@x", status: "uploaded" }] },
  { kind: "findMessageId", message_id: "new@x" },
  { kind: "search", words: "uber part*", limit: 3 },
  { kind: "pending", options: { limit: 20 } },
  { kind: "files", options: { limit: 5 } },
  { kind: "deleteFile", file_id: "day-2" },
  { kind: "verify" },
  { kind: "optimize" },
  { kind: "totals" },
];

async function liveThrough(store: FolderStore): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const operation of DAY) answers.push(await askStore(store, operation));
  return answers;
}

/** Schemas that are not PostgreSQL's own. */
function schemas(server: OwnServer): Promise<string[]> {
  return server.asSuperuser(async (sql) => {
    const rows = await sql`SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^public$'`;
    return rows.map(({ nspname }) => nspname as string);
  }, "archive");
}

for (const version of IS_THOROUGH ? [14, 16, 17, 18] : [18]) {
  Deno.test({
    name: `a store lives in PostgreSQL ${version} of an ordinary user, and leaves nothing there when it moves out`,
    ignore: version !== 18 && Deno.build.os !== "linux", // the system makes no difference to the older ones
    fn: () =>
      inTempFolder(async (folder) => {
        await using server = await OwnServer.start(version === 18 ? {} : { bin: await olderBin(version) });
        const url = await makeUser(server);
        await using there = await openStore(join(folder, "there")), here = await openStore(join(folder, "here"));
        for (const store of [there, here]) await fill(store, 20_000);
        await migrate(there, { tier: "postgres", url });
        assert.equal(there.tier, "postgres");
        assert.equal(await digestOf(there), await digestOf(here));
        assert.deepEqual(await liveThrough(there), await liveThrough(here));
        assert.equal(await digestOf(there), await digestOf(here));
        assert.equal((await schemas(server)).length, 1);
        await migrate(there, { tier: "sqlite" });
        await there.discardOld();
        assert.equal(await digestOf(there), await digestOf(here));
        assert.deepEqual(await schemas(server), []);
      }),
  });
}

Deno.test("what a server of the user's own refuses is told, with what to do, and the store stays as it is", () =>
  inTempFolder(async (folder) => {
    await using server = await OwnServer.start();
    const url = await makeUser(server), data = join(folder, "data");
    await server.asSuperuser(async (sql) => {
      await sql.unsafe("CREATE ROLE guest LOGIN PASSWORD 'guest'");
      await sql.unsafe("GRANT CONNECT ON DATABASE archive TO guest");
      await sql.unsafe("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0");
    });
    await using store = await openStore(data);
    await fill(store, 1000);
    const digest = await digestOf(store);
    const user = { user: USER, password: PASSWORD };
    const refused: [string, RegExp, RegExp][] = [
      [server.url({ ...user, password: "other" }), /refuses this user or password/, /Check the address/],
      [server.url({ user: "nobody" }), /refuses this user or password/, /Check the address/],
      [server.url({ database: "none" }), /there is no such database/, /CREATE DATABASE/],
      [server.url({ ...user, database: "postgres" }), /this user may not do that/, /right to create a schema/],
      [server.url({ user: "guest", password: "guest", database: "archive" }), /may not do that/, /create a schema/],
      [server.url({ database: "ascii" }), /its encoding is SQL_ASCII/, /ENCODING 'UTF8'/],
      [url.replace(`:${server.port}/`, ":1/"), /the server cannot be reached/, /Start it/],
      ["postgres://no.such.host.invalid/x", /there is no such host/, /Check the address/],
      ["mysql://127.0.0.1/x", /address/, /postgres:\/\//],
    ];
    for (const [address, what, hint] of refused) {
      await assert.rejects(migrate(store, { tier: "postgres", url: address }), (error) => {
        assert.ok(error instanceof UsyncError, address);
        assert.match(error.message, what, address);
        assert.match(error.hint!, hint, address);
        assert.doesNotMatch(error.message + error.hint, /p@ss|guest:guest/, "no password");
        return true;
      });
    }
    assert.deepEqual([store.tier, await digestOf(store)], ["sqlite", digest]);
    assert.deepEqual(await schemas(server), []);
    assert.deepEqual([store.manifest.move, store.manifest.removing], [null, []]);
  }));
