import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsyncError } from "../../src/domain/errors.ts";
import { migrateBack, openStore } from "../support/folder_store.ts";
import { Service } from "../../src/service/service.ts";
import { LocalSession } from "../../src/session/local_session.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { allOf, postedRecord, recordOf } from "../support/records_of.ts";
import { runCli } from "../support/run_cli.ts";
import { runs } from "../support/effort.ts";
import { CAN_MOUNT, onSmallDisk } from "../support/small_disk.ts";
import { testPostgres } from "../support/test_postgres.ts";

const POSTGRES_URL = await testPostgres();

/** Defines a test that needs a small disk. */
function diskTest(name: string, bytes: number, run: (folder: string) => Promise<void>): void {
  if (!CAN_MOUNT) console.warn(`could not run (no small disk can be mounted here): ${name}`);
  Deno.test({ name, ignore: !CAN_MOUNT, fn: () => onSmallDisk(bytes, run) });
}

/** Fills a disk but for so many bytes; returns what makes room again. */
function fillDisk(folder: string, leave: number): () => void {
  const filler = join(folder, "filler"), { bavail, bsize } = statfsSync(folder);
  writeFileSync(filler, new Uint8Array(Math.max(0, bavail * bsize - leave)));
  return () => rmSync(filler);
}

function isDiskFull(error: unknown): boolean {
  assert.ok(error instanceof UsyncError, `${error}`);
  assert.match(error.message, /the disk is full$/);
  assert.match(error.hint ?? "", /Free some space/);
  return true;
}

const KEPT = Array.from({ length: 20 }, (_, i) => postedRecord(`kept ${i}`, 50));

diskTest("a disk that fills up during a load leaves a store that works, and loads again", 40e6, async (folder) => {
  await using store = await openStore(join(folder, "data"));
  await store.putFiles(KEPT);
  const before = await allOf(store), records = [...generateFiles({ segments: 60_000, seed: 6 })];
  const makeRoom = fillDisk(folder, 2e6);
  const load = store.bulkLoad();
  await assert.rejects(load.put(records), isDiskFull);
  await assert.rejects(store.putFile(postedRecord("one more", 200_000)), isDiskFull);
  const byId = new Map([...before, ...records].map((record) => [record.file_id, record]));
  const there = await allOf(store);
  for (const record of there) assert.deepEqual(record, byId.get(record.file_id));
  for (const { file_id } of KEPT) assert.ok(await store.record(file_id));
  assert.equal((await store.search("kept")).files.length, KEPT.length);
  makeRoom();
  await load.finish();
  const counts = await store.putFiles(records);
  assert.deepEqual([counts.replaced, counts.added + counts.unchanged], [0, records.length]);
  assert.equal((await store.totals()).files, KEPT.length + records.length);
  assert.equal(await store.putFile(postedRecord("one more", 200_000)), "added");
  assert.deepEqual((await store.verify()).problems, []);
});

diskTest("a full disk is told by name, and what was stored is there after", 40e6, async (folder) => {
  const data = join(folder, "data"), input = join(folder, "input.ndjson");
  {
    await using store = await openStore(data);
    await store.putFiles(KEPT);
  }
  const records = [...generateFiles({ segments: 40_000, seed: 6 })];
  writeFileSync(input, records.map((record) => JSON.stringify(record) + "\n").join(""));
  const makeRoom = fillDisk(folder, 1e6);
  const { code, stderr } = await runCli(["--data", data, "import", input]);
  assert.equal(code, 1);
  assert.match(stderr, /the disk is full\n {2}Free some space/);
  assert.doesNotMatch(stderr, /\n {4}at |internal error/);
  makeRoom();
  assert.equal((await runCli(["--data", data, "verify"])).code, 0);
  assert.equal((await runCli(["--data", data, "import", input])).code, 0);
  await using store = await openStore(data);
  assert.equal((await store.totals()).files, KEPT.length + records.length);
});

diskTest("a disk without any room is told at every step, and nothing is harmed", 30e6, async (folder) => {
  const data = join(folder, "data");
  {
    await using store = await openStore(data);
    await store.putFiles(KEPT);
  }
  const manifest = readFileSync(join(data, "store.json"));
  const makeRoom = fillDisk(folder, 0);
  for (
    const args of [["status"], ["import", join(folder, "none.nzb")], ["config", "set", "sqlite.max-segments", "7"]]
  ) {
    const { code, stderr } = await runCli(["--data", data, ...args]);
    if (code !== 0) assert.match(stderr, /^usync-db: Cannot (use|write) .*\n {2}\S/);
    assert.doesNotMatch(stderr, /\n {4}at |internal error/);
  }
  const other = await runCli(["--data", join(folder, "other"), "status"]);
  assert.equal(other.code, 1);
  assert.doesNotMatch(other.stderr, /internal error/);
  assert.deepEqual(readFileSync(join(data, "store.json")), manifest);
  makeRoom();
  await using store = await openStore(data);
  assert.deepEqual(
    new Set((await allOf(store)).map(({ file_id }) => file_id)),
    new Set(KEPT.map(({ file_id }) => file_id)),
  );
  assert.deepEqual((await store.verify()).problems, []);
});

diskTest("serve and migrate on a full disk tell how much is missing, however full it is", 30e6, async (folder) => {
  const data = join(folder, "data");
  {
    await using store = await openStore(data);
    await store.putFiles(KEPT);
  }
  let told = 0;
  for (const left of runs(2, 7) === 2 ? [0, 4096] : [0, 4096, 36_000, 40_000, 45_000, 50_000, 65_000]) {
    const makeRoom = fillDisk(folder, left);
    for (const work of [serve, (session: LocalSession) => session.migrate({ tier: "postgres", url: POSTGRES_URL })]) {
      try {
        await using session = await LocalSession.open(data);
        await work(session);
      } catch (error) {
        told++;
        assert.ok(error instanceof UsyncError, `with ${left}: ${(error as Error).stack}`);
        assert.match(error.message, /^Cannot .* is full$|^Cannot migrate: the disk is full, about .* are missing$/);
        assert.match(error.hint!, /^Free some space: .* MB are left there, about .* are needed/);
      }
    }
    makeRoom();
    await using store = await openStore(data);
    assert.deepEqual((await store.verify()).problems, []);
    if (store.tier === "postgres") await migrateBack(store);
  }
  assert.ok(told >= 3);
});

async function serve(session: LocalSession): Promise<void> {
  const service = await Service.start(session, { port: 0 });
  await service.close();
}

diskTest(
  "a large input that does not fit beside the store is told, and leaves nothing behind",
  90e6,
  async (folder) => {
    const data = join(folder, "data");
    await using store = await openStore(data);
    await store.putFiles(KEPT);
    const makeRoom = fillDisk(folder, 5e6);
    const source = function* () {
      for (let i = 0; i < 150; i++) yield recordOf(`large ${i}`, { meta: { filler: "x".repeat(500_000) } });
    };
    const load = store.bulkLoad();
    await assert.rejects(load.put(source(), { allOrNothing: true }), (error) => {
      assert.ok(error instanceof UsyncError, `${error}`);
      assert.match(error.message, /^Cannot write .*spill-.*\.tmp: /);
      assert.match(error.hint ?? "", /Free some space/);
      return true;
    });
    makeRoom();
    await load.finish();
    assert.equal((await store.totals()).files, KEPT.length);
    assert.deepEqual(readdirSync(join(data, "sqlite-1")).filter((name) => !name.startsWith("shard-00.sqlite")), []);
    assert.deepEqual((await store.verify()).problems, []);
  },
);
