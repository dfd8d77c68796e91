import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { UsyncError } from "../../src/domain/errors.ts";
import { type FolderStore, openStore } from "../support/folder_store.ts";
import { linesOf, spawnProgram } from "../support/child_program.ts";
import { allOf, postedRecord } from "../support/records_of.ts";
import { runCli } from "../support/run_cli.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const RECORDS = Array.from({ length: 30 }, (_, i) => postedRecord(`f${String(i).padStart(2, "0")}`, 50));

/** A data folder with a store of `RECORDS`, closed. */
function inDataFolder(run: (data: string, manifest: string, shard: string) => Promise<void>): Promise<void> {
  return inTempFolder(async (folder) => {
    const data = join(folder, "data");
    const store = await openStore(data);
    await store.putFiles(RECORDS);
    await store.close();
    await run(data, join(data, "store.json"), join(data, "sqlite-1", "shard-00.sqlite"));
  });
}

async function assertRefused(data: string, message: RegExp, hint: RegExp): Promise<void> {
  let store: FolderStore | undefined;
  await assert.rejects(async () => store = await openStore(data), (error) => {
    assert.ok(error instanceof UsyncError, `${error}`);
    assert.match(error.message, message);
    assert.match(error.hint ?? "", hint);
    return true;
  });
  await store?.close();
}

async function assertWhole(data: string): Promise<void> {
  await using store = await openStore(data);
  assert.deepEqual(await allOf(store), RECORDS);
  assert.deepEqual((await store.verify()).problems, []);
}

Deno.test("a folder that another process holds is refused, with who has it, until that process ends", () =>
  inDataFolder(async (data) => {
    const child = spawnProgram(`
      const store = await openStore(${JSON.stringify(data)});
      console.log(Deno.pid);
      setInterval(() => {}, 1000);`);
    const { value: pid } = await linesOf(child.stdout).next();
    const message = new RegExp(
      `^The data folder .*data is in use by another usync-db \\(process ${pid}, since 2\\S+Z\\)$`,
    );
    for (let i = 0; i < 2; i++) await assertRefused(data, message, /Wait until it has finished/);
    const { code, stderr } = await runCli(["--data", data, "status"]);
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`in use by another usync-db \\(process ${pid},`));
    assert.doesNotMatch(stderr, /\n {4}at /);
    child.kill("SIGKILL");
    await child.status;
    await child.stderr.cancel();
    await assertWhole(data);
  }));

Deno.test("a folder that this process holds is refused, too, until it is closed", () =>
  inDataFolder(async (data) => {
    const store = await openStore(data);
    await assertRefused(data, /in use by another usync-db \(process \d+/, /Wait/);
    await Promise.all([store.close(), store.close()]);
    await assertWhole(data);
    assert.throws(() => store.settings = {}, /The store is closed/);
    await assert.rejects(store.putFile(RECORDS[0]), /The store is closed/);
  }));

Deno.test("a manifest that is damaged is told, and nothing is changed by it", () =>
  inDataFolder(async (data, path, shard) => {
    const sound = readFileSync(path, "utf8"), manifest = JSON.parse(sound), database = readFileSync(shard);
    const damages = [
      ...["", "{", "null", "[]", "3", '"text"', "{}", "\0".repeat(300), sound.slice(0, -3), sound.slice(0, 100)],
      ...[
        { version: 0 },
        { version: "1" },
        { tier: 3 },
        { tier: "cloud" },
        { folder: "../elsewhere" },
        { folder: "" },
        { shards: 0 },
      ].map(
        (change) => JSON.stringify({ ...manifest, ...change }),
      ),
      ...[{ shards: 1.5 }, { shards: "1" }, { move: 3 }, { old: null }, { old: [3] }, { removing: ["../x"] }, {
        settings: 3,
      }, { settings: null }].map((change) => JSON.stringify({ ...manifest, ...change })),
    ];
    for (const text of damages) {
      writeFileSync(path, text);
      await assertRefused(data, /^Cannot open the store: .*store\.json is damaged$/, /from a backup/);
      assert.equal(readFileSync(path, "utf8"), text);
      assert.deepEqual(readFileSync(shard), database);
    }
    writeFileSync(path, JSON.stringify({ ...manifest, version: 99, tier: { kind: "unheard of" } }));
    await assertRefused(data, /the manifest is from a newer version \(99, this program reads 1\)$/, /newest usync-db/);
    writeFileSync(path, sound);
    await assertWhole(data);
  }));

Deno.test("without a manifest a store is only made where no data is", () =>
  inDataFolder(async (data, path) => {
    const sound = readFileSync(path);
    rmSync(path);
    await assertRefused(data, /sqlite-1 holds 30 files, but store\.json is missing$/, /from a backup/);
    assert.equal(existsSync(path), false);
    await assert.rejects(openStore(data, { create: false }), /^UsyncError: There is no store in /);
    writeFileSync(path, sound);
    await assertWhole(data);

    const empty = join(data, "..", "empty");
    await (await openStore(empty)).close();
    rmSync(join(empty, "store.json"));
    await using store = await openStore(empty);
    assert.equal((await store.totals()).files, 0);
  }));

Deno.test("files that are no shard of ours are told, left as they are, and do not keep the folder locked", () =>
  inDataFolder(async (data, _manifest, shard) => {
    const sound = readFileSync(shard);
    const other = (work: (db: DatabaseSync) => void) => () => {
      rmSync(shard);
      const db = new DatabaseSync(shard);
      work(db);
      db.close();
    };
    const random = crypto.getRandomValues(new Uint8Array(60_000));
    const damages: [make: () => void, message: RegExp, hint: RegExp][] = [
      [() => rmSync(shard), /shard-00\.sqlite: the file is not there$/, /from a backup/],
      [() => writeFileSync(shard, ""), /it is not a database of usync-db$/, /from a backup/],
      [() => writeFileSync(shard, random), /it is not a SQLite database$/, /from a backup/],
      [() => writeFileSync(shard, "text"), /it is not a (SQLite database|database of usync-db)$/, /from a backup/],
      [other((db) => db.exec("CREATE TABLE a (b)")), /it is not a database of usync-db$/, /from a backup/],
      [
        () => {
          const newer = Buffer.from(sound);
          newer.writeUInt32BE(99, 60); // user_version
          writeFileSync(shard, newer);
        },
        /it is from a newer version \(99, this program reads \d+\)$/,
        /newest usync-db/,
      ],
    ];
    for (const [make, message, hint] of damages) {
      make();
      const before = existsSync(shard) ? readFileSync(shard) : undefined;
      for (let i = 0; i < 2; i++) await assertRefused(data, message, hint);
      assert.deepEqual(existsSync(shard) ? readFileSync(shard) : undefined, before);
    }
    writeFileSync(shard, sound);
    await assertWhole(data);
  }));

Deno.test("a database that was cut off is told by opening, by reading or by verify, and left as it is", () =>
  inDataFolder(async (data, _manifest, shard) => {
    const sound = new Uint8Array(readFileSync(shard));
    for (let i = 1; i < 16; i++) {
      writeFileSync(shard, sound);
      truncateSync(shard, Math.floor(sound.length * i / 16) - i % 3);
      const before = readFileSync(shard);
      try {
        await using store = await openStore(data);
        const { problems } = await store.verify();
        assert.ok(problems.length > 0);
        await assert.rejects(allOf(store), (error) => error instanceof UsyncError);
      } catch (error) {
        assert.ok(error instanceof UsyncError, `${error}`);
        assert.match(error.message, /^Cannot use the shard .*: it is (damaged|not a SQLite database)$/);
        assert.ok(error.hint);
      }
      assert.deepEqual(readFileSync(shard), before);
    }
    writeFileSync(shard, sound);
    await assertWhole(data);
  }));

Deno.test("a folder that cannot be made is told", () =>
  inTempFolder(async (folder) => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    for (const data of [file, join(file, "below")]) {
      await assertRefused(data, /^Cannot use the data folder .* is a file$/, /Name a folder/);
    }
  }));

Deno.test("what a killed process has left of large inputs and copied databases is removed", () =>
  inDataFolder(async (data, _manifest, shard) => {
    const left = join(shard, "..", `spill-${crypto.randomUUID()}.tmp`), own = join(shard, "..", "spill-back.txt");
    for (const path of [left, own]) writeFileSync(path, "x");
    const copy = join(data, `spill-${crypto.randomUUID()}.tmp`);
    mkdirSync(copy);
    writeFileSync(join(copy, "usenetsync.db"), "x");
    await assertWhole(data);
    assert.deepEqual([left, copy, own].map((path) => existsSync(path)), [false, false, true]);
  }));

Deno.test("a data folder's path may hold what patterns of texts mean something by", () =>
  inTempFolder(async (folder) => {
    const data = join(folder, "a $& b $' c $$ d $1");
    await (await openStore(data)).close();
    assert.ok(existsSync(join(data, "sqlite-1", "shard-00.sqlite")));
  }));

Deno.test("a manifest whose writing was cut off is removed by the next start", () =>
  inDataFolder(async (data, manifest) => {
    writeFileSync(`${manifest}.new`, '{"version": 1, "sto');
    await assertWhole(data);
    assert.equal(existsSync(`${manifest}.new`), false);
  }));
