import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { readManifest } from "../../src/data_folder/manifest.ts";
import type { MoveStep } from "../../src/session/session.ts";
import { importRecord } from "../../src/transfer/import_record.ts";
import { LocalSession } from "../../src/session/local_session.ts";
import { allOf, postedRecord } from "../support/records_of.ts";
import { inDataFolder } from "../support/temp_folder.ts";
import { testPostgres } from "../support/test_postgres.ts";

const POSTGRES_URL = await testPostgres();

const FILES = [postedRecord("a", 3), postedRecord("b", 70, {}, [5])];

Deno.test("a session stores, tells what the store is like, and moves it there and back", () =>
  inDataFolder(async (data) => {
    await using session = await LocalSession.open(data);
    assert.deepEqual((await session.putFiles(FILES)).added, 2);
    const steps: MoveStep[] = [], listener = { message() {}, progress: (step: MoveStep) => void steps.push(step) };
    const report = await session.migrate({ shards: 2 }, listener);
    assert.deepEqual([report?.to, report?.files, report?.segments], [{ tier: "sharded", shards: 2 }, 2, 73]);
    assert.deepEqual(steps.findLast(({ step }) => step === "Copying"), {
      ...{ step: "Copying", done: 73, total: 73, unit: "segments", at: { number: 1, of: 2 } },
    });
    const { tier, files, pending, old, unfinished, due, bytes_per_segment } = await session.status();
    assert.deepEqual([tier, files, pending, unfinished, due], ["sharded", 2, 1, null, null]);
    assert.deepEqual(old.map(({ tier, shards, outdated }) => [tier, shards, outdated]), [["sqlite", 1, false]]);
    assert.ok(old[0].bytes! > 0 && bytes_per_segment! > 0);
    assert.deepEqual(await session.migrateBack(), { tier: "sqlite", shards: 1 });
    assert.deepEqual(await allOf(session), FILES);
    assert.equal(await session.migrate({}), undefined);
  }));

Deno.test("a session keeps its settings, and refuses an inbox inside the data folder", () =>
  inDataFolder(async (data, folder) => {
    {
      await using session = await LocalSession.open(data);
      await session.changeSetting("sharded.max-segments", 7);
      await assert.rejects(session.changeSetting("inbox", join(data, "in")), /the data folder/);
      await session.changeSetting("inbox", join(folder, "in"));
    }
    await using session = await LocalSession.open(data);
    const settings = await session.settings();
    assert.deepEqual([settings["sharded.max-segments"], settings.inbox], [7, join(folder, "in")]);
  }));

Deno.test("a session asks for a server of the data folder only where the move leads to one that is not there", () =>
  inDataFolder(async (data) => {
    await using session = await LocalSession.open(data);
    assert.equal(await session.lacksServer({}), false);
    assert.equal(await session.lacksServer({ tier: "sharded" }), false);
    assert.equal(await session.lacksServer({ tier: "postgres" }), true);
    assert.equal(await session.lacksServer({ tier: "postgres", url: "postgres://u@127.0.0.1/x" }), false);
  }));

Deno.test("a session keeps the last 200 imports, the newest first, also when it is opened again", () =>
  inDataFolder(async (data) => {
    const record = importRecord({ by: "command", began: new Date(), paths: ["x.nzb"] });
    {
      await using session = await LocalSession.open(data);
      for (let i = 0; i < 201; i++) await session.noteImport({ ...record, added: i });
    }
    await using session = await LocalSession.open(data);
    const added = (await session.imports()).map(({ added }) => added);
    assert.deepEqual(added, Array.from({ length: 200 }, (_, i) => 200 - i));
  }));

Deno.test("whether a server is lacking does not ask PostgreSQL for its size, which pages ask for with every change", () =>
  inDataFolder(async (data) => {
    await using session = await LocalSession.open(data);
    assert.equal(await session.lacksServer({}), false);
    assert.equal(await session.lacksServer({ tier: "postgres" }), true);
    await session.migrate({ tier: "postgres", url: POSTGRES_URL });
    const sql = postgres(POSTGRES_URL, { max: 1, onnotice: () => {} });
    await sql.unsafe(`DROP TABLE ${readManifest(data)!.folder}.totals`);
    await sql.end();
    await assert.rejects(session.totals());
    assert.equal(await session.lacksServer({}), false);
  }));
