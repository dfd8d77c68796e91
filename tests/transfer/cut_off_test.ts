import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { openStore } from "../../src/mod.ts";
import { findInputs } from "../../src/transfer/find_inputs.ts";
import { InputImport } from "../../src/transfer/import_inputs.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { writeUsenetSyncDatabase } from "../../tasks/generator/usenetsync_database.ts";
import { postedRecord } from "../support/records_of.ts";
import { runCli, spawnCli } from "../support/run_cli.ts";
import { CAN_MOUNT, onSmallDisk } from "../support/small_disk.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const held = (data: string) => existsSync(data) ? readdirSync(data).filter((name) => /^spill-.*\.tmp$/.test(name)) : [];

/** A zip of some copies of a database, each of which must be put into a file to be read. */
async function zipOfDatabases(folder: string, copies: number, segments: number): Promise<string> {
  const database = join(folder, "a.db"),
    path = join(folder, "a.zip"),
    files = generateFiles({ segments, seed: 5, kind: "usenetsync" });
  writeUsenetSyncDatabase(database, files);
  const bytes = readFileSync(database), zip = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false, level: 1 });
  for (let i = 0; i < copies; i++) await zip.add(`${i}.db`, new Uint8ArrayReader(bytes));
  writeFileSync(path, await zip.close());
  return path;
}

Deno.test("an import of an archive that is killed leaves whole files, and nothing once the store is opened again", () =>
  inTempFolder(async (folder) => {
    const data = join(folder, "data"), zip = await zipOfDatabases(folder, 8, 2000);
    const child = spawnCli(["--data", data, "import", zip]), end = child.output();
    let isOver = false;
    end.then(() => isOver = true);
    while (held(data).length === 0 && !isOver) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.ok(!isOver, "it was over before a file was put aside");
    child.kill("SIGKILL");
    await end;
    assert.ok(held(data).length > 0);
    {
      await using store = await openStore(data);
      assert.deepEqual((await store.verify()).problems, []);
      assert.deepEqual(held(data), []);
    }
    const { code, stdout, stderr } = await runCli(["--data", data, "--json", "import", zip]);
    assert.equal(code, 0, stderr);
    const { inputs, added, unchanged, notes } = JSON.parse(stdout);
    assert.deepEqual([inputs, (added + unchanged) % 8, notes, held(data)], [8, 0, [], []]);
  }));

Deno.test({
  name: "what an archive holds that there is no space for is refused with the reason, and leaves nothing behind",
  ignore: !CAN_MOUNT,
  fn: () =>
    inTempFolder(async (folder) => {
      const zip = await zipOfDatabases(folder, 2, 12_000); // 7 MB each
      await onSmallDisk(6_000_000, async (data) => {
        await using store = await openStore(data);
        await store.putFile(postedRecord("kept", 70));
        const load = store.bulkLoad(), run = new InputImport(load, data);
        await run.run(findInputs([zip], run));
        await load.finish();
        const { refused, added, notes } = run.report;
        assert.deepEqual([refused, added, notes.length], [2, 0, 2]);
        for (const { message, hint, bad } of notes) {
          assert.match(message, /Cannot write .*spill-.*\.tmp: .*no space/i);
          assert.deepEqual([bad, /Free some space/.test(hint ?? "")], [true, true]);
        }
        assert.deepEqual(held(data), []);
        assert.deepEqual([(await store.totals()).files, (await store.verify()).problems], [1, []]);
      });
    }),
});
