import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FileRecord } from "../../src/domain/records.ts";
import { type FolderStore, openStore } from "../support/folder_store.ts";
import { exportTexts, newExportReport } from "../../src/transfer/export_files.ts";
import { namedInput } from "../../src/transfer/find_inputs.ts";
import { InputImport } from "../../src/transfer/import_inputs.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { linesOf, spawnProgram } from "../support/child_program.ts";
import { runs } from "../support/effort.ts";
import { postedRecord } from "../support/records_of.ts";
import { runCli, spawnCli } from "../support/run_cli.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const RUNS = runs(4, 25);
/** Most kills hit an import; the others, writes of the API. */
const IMPORT_KILLS = Math.ceil(RUNS * 0.7), WRITE_KILLS = RUNS - IMPORT_KILLS;

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Kills a process; false when it has ended before. */
function kill(child: Deno.ChildProcess): boolean {
  try {
    child.kill("SIGKILL");
    return true;
  } catch {
    return false;
  }
}

/** Files of which a load makes several transactions. `version` is in all of them. */
function versionOf(version: number): FileRecord[] {
  const files = [...generateFiles({ segments: 12_000, seed: 11 })];
  return files.map((file, i) => ({ ...file, meta: { version, filler: `${i}`.repeat(15_000) } }));
}

async function exported(store: FolderStore): Promise<string> {
  return (await Array.fromAsync(exportTexts(store.stream(), "ndjson", newExportReport()))).join("");
}

Deno.test("killed at any moment of an import, all files are whole, and the next import completes it", () =>
  inTempFolder(async (folder) => {
    const versions = [versionOf(0), versionOf(1)].map((records, version) => {
      const input = join(folder, `${version}.ndjson`);
      writeFileSync(input, records.map((record) => JSON.stringify(record) + "\n").join(""));
      return { records: new Map(records.map((record) => [record.file_id, JSON.stringify(record)])), input, export: "" };
    });
    let took = 0;
    for (const [i, version] of versions.entries()) {
      const data = join(folder, `whole ${i}`), started = performance.now();
      const { code, stderr } = await runCli(["--data", data, "import", version.input]);
      assert.equal(code, 0, stderr);
      took = performance.now() - started;
      await using store = await openStore(data);
      version.export = await exported(store);
    }
    const seen = { none: 0, some: 0, all: 0, ended: 0 };
    for (let i = 0; i < IMPORT_KILLS; i++) {
      // Every fifth time a new store; else what the last one has completed is replaced by the other version.
      const data = join(folder, `data ${Math.floor(i / 5)}`), isNew = i % 5 === 0;
      const [now, before] = i % 2 ? [versions[1], versions[0]] : [versions[0], versions[1]];
      const child = spawnCli(["--data", data, "import", now.input]), end = child.output();
      await sleep(took * (0.5 + 0.6 * Math.random()));
      const hasEnded = !kill(child);
      if (hasEnded) seen.ended++;
      await end;
      await using store = await openStore(data);
      let stored = 0;
      const there = new Set<string>();
      for await (const record of store.stream()) {
        const text = JSON.stringify(record);
        there.add(record.file_id);
        if (text === now.records.get(record.file_id)) stored++;
        else {assert.ok(
            !isNew && text === before.records.get(record.file_id),
            `${record.file_id} is neither new nor old`,
          );}
      }
      if (!isNew) assert.equal(there.size, before.records.size);
      assert.deepEqual((await store.verify()).problems, []);
      seen[stored === 0 ? "none" : stored < now.records.size ? "some" : "all"]++;
      // The machine may be quicker or slower than it was: towards the moments that leave some.
      took *= stored === 0 ? 1.1 : hasEnded || stored === now.records.size ? 0.85 : 1;
      const load = store.bulkLoad(), again = new InputImport(load, data);
      await again.run([namedInput(now.input)]);
      await load.finish();
      assert.equal(again.report.unchanged, stored);
      assert.equal(again.report.added + again.report.replaced + stored, now.records.size);
      assert.equal(await exported(store), now.export);
      if (i % 10 === 9) assert.deepEqual((await store.verify()).problems, []);
    }
    console.log(`killed ${IMPORT_KILLS} times: ${JSON.stringify(seen)} stored`);
    assert.ok(seen.none + seen.some > 0, "every import had stored everything before its kill");
  }));

/** Writes that the program acknowledges by what it prints: one lane for each number, every lane in order. */
const WRITES = (data: string) => `
  const store = await openStore(${JSON.stringify(data)}), template = ${JSON.stringify(postedRecord("f", 70))};
  const write = async (lane, i) => {
    const file_id = lane + " " + i % 20;
    if (i % 20 === 19) await store.deleteFile(lane + " " + (i - 4) % 20);
    else if (i % 3 === 2) await store.updateSegments([{ file_id: lane + " " + (i - 1) % 20, index: 69, server: "s" + i }]);
    else await store.putFile({ ...template, file_id, size: i });
    console.log(lane + " " + i);
  };
  await Promise.all([0, 1, 2, 3].map(async (lane) => {
    for (let i = 0; ; i++) await write(lane, i);
  }));`;

/** What the files of a lane are after its first \`count\` writes: size, and the last segment's server. */
function stateAfter(lane: number, count: number): Map<string, string> {
  const files = new Map<string, { size: number; server: string | null }>();
  for (let i = 0; i < count; i++) {
    const fileId = `${lane} ${i % 20}`;
    if (i % 20 === 19) files.delete(`${lane} ${(i - 4) % 20}`);
    else if (i % 3 === 2) {
      const changed = files.get(`${lane} ${(i - 1) % 20}`);
      if (changed) changed.server = `s${i}`;
    } else files.set(fileId, { size: i, server: null });
  }
  return new Map([...files].map(([fileId, state]) => [fileId, JSON.stringify(state)]));
}

Deno.test("killed at any moment of writing, all that was acknowledged is there", () =>
  inTempFolder(async (folder) => {
    let acknowledged = 0;
    for (let run = 0; run < WRITE_KILLS; run++) {
      const data = join(folder, `data ${run}`), child = spawnProgram(WRITES(data));
      const counts = [0, 0, 0, 0], moment = 1 + Math.random() * 300;
      for await (const line of linesOf(child.stdout)) {
        const [lane, i] = line.split(" ").map(Number);
        assert.equal(i, counts[lane]++);
        if (++acknowledged && counts.reduce((a, b) => a + b) > moment) kill(child);
      }
      await child.stderr.cancel();
      await child.status;
      await using store = await openStore(data);
      assert.deepEqual((await store.verify()).problems, []);
      const lanes = [0, 1, 2, 3].map(() => new Map<string, string>());
      for await (const { file_id, size, segments } of store.stream()) {
        assert.equal(segments.length, 70);
        lanes[Number(file_id[0])].set(file_id, JSON.stringify({ size, server: segments[69].server }));
      }
      lanes.forEach((there, lane) => {
        // The write that was on its way may be there, too.
        const expected = [counts[lane], counts[lane] + 1].map((count) => describe(stateAfter(lane, count)));
        assert.ok(expected.includes(describe(there)), `lane ${lane} after ${counts[lane]} writes:\n${describe(there)}`);
      });
    }
    assert.ok(acknowledged > WRITE_KILLS);
  }));

function describe(files: Map<string, string>): string {
  return [...files].sort().map((file) => file.join(" ")).join("\n");
}
