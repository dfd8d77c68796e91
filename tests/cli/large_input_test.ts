import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync, rmSync, statfsSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { FileRecord } from "../../src/domain/records.ts";
import { openStore } from "../../src/mod.ts";
import { MEMORY_BYTES } from "../../src/store/spill_file.ts";
import { writeUsenetSyncDatabase } from "../../tasks/generator/usenetsync_database.ts";
import { postedRecord } from "../support/records_of.ts";
import { resultOf, spawnCli } from "../support/run_cli.ts";
import { CAN_MOUNT, onSmallDisk } from "../support/small_disk.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { heldIn } from "./import_roads.ts";

/** Bytes of text that each file brings, and how many files bring a quarter more than memory holds. */
const TEXT = 100_000, FILES = Math.ceil(1.25 * MEMORY_BYTES / TEXT);

/** Stands in the middle of the text of the last file. */
const MARK = "the last one";

function textOf(i: number): string {
  const half = "-".repeat(TEXT / 2);
  return `${i} ${half}${i === FILES - 1 ? MARK : ""}${half}`;
}

/** Writes an NZB; gives what spoils it at its end. */
function writeNzb(path: string): () => void {
  const files = Array.from(
    { length: FILES },
    (_, i) =>
      `<file poster="p" date="1700000000" subject="${textOf(i)}"><groups><group>a.b</group></groups><segments>` +
      `<segment bytes="700" number="1">${i}@x</segment></segments></file>\n`,
  );
  const text = `<nzb xmlns="http://www.newzbin.com/DTD/2003/nzb">\n${files.join("")}`;
  writeFileSync(path, `${text}</nzb>\n`);
  return () => writeFileSync(path, text);
}

/** Writes a UsenetSync database; gives what damages the page that the last file is on. */
function writeDatabase(path: string): () => void {
  const records = function* (): Generator<FileRecord> {
    const folder = { folder_id: "d", path: "/d", name: "d" };
    for (let i = 0; i < FILES; i++) {
      yield postedRecord(`f${String(i).padStart(4, "0")}`, 1, { name: textOf(i), path: `${i}`, folder });
    }
  };
  writeUsenetSyncDatabase(path, records());
  return () => {
    const page = Math.floor(readFileSync(path).indexOf(MARK) / 4096), file = openSync(path, "r+");
    writeSync(file, new Uint8Array(4096).fill(0xee), 0, 4096, page * 4096);
    closeSync(file);
  };
}

const INPUTS = { nzb: writeNzb, db: writeDatabase };

/** Imports an input; tells whether a file was seen in which it waited. */
async function importSeen(data: string, input: string) {
  const result = resultOf(spawnCli(["--data", data, "--json", "import", input]));
  let isDone = false, hasWaited = false;
  void result.finally(() => isDone = true);
  while (!isDone) {
    hasWaited ||= heldIn(data).length > 0;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return { ...await result, hasWaited };
}

async function storeWithOne(data: string): Promise<void> {
  await using store = await openStore(data);
  await store.putFile(postedRecord("kept", 70));
}

async function fileCount(data: string): Promise<number> {
  await using store = await openStore(data);
  assert.deepEqual((await store.verify()).problems, []);
  return (await store.totals()).files;
}

for (const [kind, write] of Object.entries(INPUTS)) {
  Deno.test(`more than memory holds, of one ${kind}: refused at its end nothing is left, else all is stored`, () =>
    inTempFolder(async (folder) => {
      const data = join(folder, "data"), good = join(folder, `good.${kind}`), bad = join(folder, `bad.${kind}`);
      write(good);
      const spoil = write(bad);
      spoil();
      await storeWithOne(data);
      const refused = await importSeen(data, bad), { added, segments, notes } = JSON.parse(refused.stdout);
      assert.deepEqual([refused.code, added, segments], [1, 0, 0]);
      assert.ok(notes.some(({ path, bad: isBad }: { path: string; bad: boolean }) => isBad && path === bad));
      assert.deepEqual([await fileCount(data), heldIn(data)], [1, []]);
      const stored = await importSeen(data, good);
      assert.deepEqual([stored.code, JSON.parse(stored.stdout).added], [0, FILES], stored.stderr);
      assert.deepEqual([await fileCount(data), heldIn(data)], [1 + FILES, []]);
      assert.deepEqual([refused.hasWaited, stored.hasWaited], [true, true]);
    }));

  if (!CAN_MOUNT) console.warn(`could not run (no small disk can be mounted here): a full disk and one ${kind}`);
  Deno.test({
    name: `a disk that is full while one ${kind} waits is told, and nothing of it is stored`,
    ignore: !CAN_MOUNT,
    fn: () =>
      inTempFolder((folder) =>
        onSmallDisk(40e6, async (disk) => {
          const data = join(disk, "data"), input = join(folder, `good.${kind}`), filler = join(disk, "filler");
          write(input);
          await storeWithOne(data);
          const { bavail, bsize } = statfsSync(disk);
          writeFileSync(filler, new Uint8Array(bavail * bsize - 4e6));
          const { code, stdout, stderr } = await importSeen(data, input), told = stdout + stderr;
          assert.equal(code, 1, told);
          // Whichever comes first: what waits, or the log of the shard that was just opened.
          assert.match(told, /Cannot write .*spill-.*\.tmp: |Cannot use the shard .*: the disk is full/);
          assert.match(told, /Free some space/);
          assert.doesNotMatch(told, /\n {4}at |internal error/);
          rmSync(filler);
          assert.deepEqual([await fileCount(data), heldIn(data)], [1, []]);
        })
      ),
  });
}
