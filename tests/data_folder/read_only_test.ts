import assert from "node:assert/strict";
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UsyncError } from "../../src/domain/errors.ts";
import { migrate, openStore } from "../support/folder_store.ts";
import { LocalSession } from "../../src/session/local_session.ts";
import { canRun } from "../../tasks/bench/run_step.ts";
import { allOf, postedRecord } from "../support/records_of.ts";
import { programArgs } from "../support/child_program.ts";
import { CAN_MOUNT, makeReadOnly, onSmallDisk } from "../support/small_disk.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** What runs a program so that it must keep to the rights on files, which root otherwise need not. */
const KEEPING_RIGHTS = Deno.build.os === "windows" || Deno.uid() !== 0
  ? []
  : ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];

const MISSING = Deno.build.os === "windows" ? "folders have no rights of this kind on Windows" : await whyNot();

async function whyNot(): Promise<string | undefined> {
  if (KEEPING_RIGHTS.length === 0) return undefined;
  const [program, ...args] = KEEPING_RIGHTS;
  return await canRun(program, ...args, "true") ? undefined : "no setpriv, or it is not allowed here";
}

/** What opening a folder and putting a file into it gives, under an account that keeps to rights. */
async function tryToPut(data: string): Promise<string> {
  const args = programArgs(`
    try {
      const store = await openStore(${JSON.stringify(data)});
      console.log("opened", (await store.files({ limit: 1 })).length);
      await store.putFile({ file_id: "new", path: "", name: "", size: 1, segments: [] });
      console.log("put");
    } catch (error) {
      console.log(error.name + ": " + error.message + " | " + error.hint);
      Deno.exit(0);
    }`);
  const [program, ...rest] = [...KEEPING_RIGHTS, Deno.execPath(), ...args];
  const { stdout, stderr } = await new Deno.Command(program, { args: rest }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return text(stdout) + text(stderr);
}

function rightsTest(name: string, run: (data: string) => Promise<void>): void {
  if (MISSING) console.warn(`could not run (${MISSING}): ${name}`);
  Deno.test({
    name,
    ignore: MISSING !== undefined,
    fn: () =>
      inTempFolder(async (folder) => {
        const data = join(folder, "data");
        {
          await using store = await openStore(data);
          await store.putFile(postedRecord("f", 100));
        }
        await run(data);
        await using store = await openStore(data);
        assert.deepEqual(await allOf(store), [postedRecord("f", 100)]);
        assert.deepEqual((await store.verify()).problems, []);
      }),
  });
}

rightsTest("a data folder that may only be read is read; what would change it is told", async (data) => {
  const files = readdirSync(data).map((name) => join(data, name));
  for (const path of files) chmodSync(path, path.endsWith("sqlite-1") ? 0o555 : 0o444);
  chmodSync(data, 0o555);
  try {
    assert.match(
      await tryToPut(data),
      /^opened 1\nUsyncError: Cannot change the store in .*: the folder may only be read \| Give your account/,
    );
    assert.match(
      await tryToPut(join(data, "below")),
      /^UsyncError: Cannot make the data folder .*denied.* \| Choose a folder/,
    );
    assert.equal(existsSync(join(data, "below")), false);
  } finally {
    chmodSync(data, 0o755);
    for (const path of files) chmodSync(path, path.endsWith("sqlite-1") ? 0o755 : 0o644);
  }
});

rightsTest("a shard that may only be read is told, and can be read as far as SQLite can", async (data) => {
  const folder = join(data, "sqlite-1"), shard = join(folder, "shard-00.sqlite"), before = readFileSync(shard);
  chmodSync(shard, 0o444);
  try {
    const told = await tryToPut(data);
    assert.match(told, /^opened 1\nUsyncError: Cannot use the shard .*: it cannot be written \| Give your account/);
  } finally {
    chmodSync(shard, 0o644);
  }
  assert.deepEqual(readFileSync(shard), before);
  chmodSync(folder, 0o555);
  try {
    assert.match(
      await tryToPut(data),
      /^(opened 1\n)?UsyncError: Cannot use the shard .*cannot be (opened|written).* \| \w/,
    );
  } finally {
    chmodSync(folder, 0o755);
  }
  assert.deepEqual(readFileSync(shard), before);
});

/** Defines a test on a disk that becomes one that can only be read. */
function diskTest(name: string, run: (disk: string) => Promise<void>): void {
  if (!CAN_MOUNT) console.warn(`could not run (no disk can be mounted here): ${name}`);
  Deno.test({ name, ignore: !CAN_MOUNT, fn: () => onSmallDisk(20e6, run) });
}

for (const shards of [1, 3]) {
  diskTest(
    `a store of ${shards} shards on a read-only disk answers every question, by two programs at a time`,
    async (disk) => {
      const data = join(disk, "data"), records = ["a", "b", "c", "d"].map((id) => postedRecord(id, 100, { name: "x" }));
      {
        await using store = await openStore(data);
        await store.putFiles(records);
        if (shards > 1) await migrate(store, { tier: "sharded", shards });
        await store.discardOld();
      }
      await makeReadOnly(disk);
      await using store = await openStore(data), session = await LocalSession.open(data);
      assert.deepEqual(await allOf(store), records);
      assert.deepEqual((await store.search("x")).files.map(({ file_id }) => file_id).sort(), ["a", "b", "c", "d"]);
      assert.equal((await store.findMessageId(records[0].segments[0].message_id!))?.file_id, "a");
      assert.deepEqual((await store.verify()).problems, []);
      assert.equal((await session.status()).files, 4);
      await inTempFolder(async (folder) => {
        const { files, problems } = await session.backup(join(folder, "backup"));
        assert.deepEqual([files, problems], [4, []]);
      });
      const changes: (() => unknown)[] = [
        () => store.putFile(postedRecord("new", 1)),
        () => store.putFiles([postedRecord("new", 1)]),
        () => store.updateSegments([{ file_id: "a", index: 0, status: "failed" }]),
        () => store.deleteFile("a"),
        () => store.optimize(),
        () => migrate(store, { tier: "sharded", shards: 7 }),
        () => session.migrateBack(),
        () => session.changeSetting("sqlite.max-segments", 7),
      ];
      for (const change of changes) {
        await assert.rejects(async () => await change(), (error) => {
          assert.ok(error instanceof UsyncError, `${change}: ${error}`);
          assert.match(error.message, /^Cannot change the store in .*: the folder may only be read$/);
          return true;
        });
      }
    },
  );
}

diskTest("a store on a read-only disk whose log cannot be read is told", async (disk) => {
  const data = join(disk, "data"), copy = join(disk, "copy");
  {
    await using store = await openStore(data);
    await store.putFile(postedRecord("a", 100));
    cpSync(data, copy, { recursive: true });
  }
  rmSync(join(copy, "sqlite-1", "shard-00.sqlite-shm"));
  await makeReadOnly(disk);
  await assert.rejects(openStore(copy), /^UsyncError: Cannot read the shard .*: its log has changes/);
});
