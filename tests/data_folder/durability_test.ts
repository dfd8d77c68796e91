import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { canRun } from "../../tasks/bench/run_step.ts";
import { programArgs } from "../support/child_program.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const MISSING = await whyNot();

async function whyNot(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "there is strace on Linux only";
  return await canRun("strace", "-f", "-o", "/dev/null", "true") ? undefined : "no strace, or it may not trace here";
}

/** A call that has ended, with the path of the file it was for, and the rest of its line. */
interface Call {
  name: string;
  path: string;
  text: string;
}

/** The calls of a program that write, sync and rename, in the order in which they ended. */
async function traced(folder: string, args: string[]): Promise<Call[]> {
  const log = join(folder, "trace");
  const calls = "trace=write,writev,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2";
  const { success, stderr } = await new Deno.Command("strace", {
    args: ["-f", "-y", "-s", "200", "-e", calls, "-o", log, Deno.execPath(), ...args],
    env: { NO_COLOR: "1" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return readFileSync(log, "latin1").split("\n").flatMap(callOf(new Map()));
}

/** Reads a line of strace; what other threads have interrupted is put together in `begun`, by thread. */
function callOf(begun: Map<string, string>): (line: string) => Call[] {
  return (line) => {
    const [, thread, text] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (text === undefined) return [];
    if (text.endsWith("<unfinished ...>")) {
      begun.set(thread, text);
      return [];
    }
    const whole = text.startsWith("<... ") ? begun.get(thread) ?? "" : text;
    const [, name, path] = /^(\w+)\((?:\d+<([^>]*)>)?/.exec(whole) ?? [];
    return name === undefined ? [] : [{ name, path: utf8(path ?? ""), text: utf8(whole) }];
  };
}

/** strace writes bytes beyond ASCII in octal. */
function utf8(text: string): string {
  const latin1 = text.replaceAll(/\\([0-7]{1,3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
  return new TextDecoder().decode(Uint8Array.from(latin1, (character) => character.charCodeAt(0)));
}

/** Whether everything that was written to the databases is on the disk: each file was synced after its last write. */
function unsynced(calls: Call[], suffix: RegExp): string[] {
  const dirty = new Set<string>();
  for (const { name, path } of calls) {
    if (!suffix.test(path)) continue;
    if (name.includes("write")) dirty.add(path);
    else if (name.includes("sync")) dirty.delete(path);
  }
  return [...dirty];
}

const DATABASES = /\.sqlite(-wal)?$/;

function says(text: string): (call: Call) => boolean {
  return (call) => call.name === "write" && call.text.startsWith("write(1<") && call.text.includes(`"${text}`);
}

function durabilityTest(name: string, run: (folder: string) => Promise<void>): void {
  if (MISSING) console.warn(`could not run (${MISSING}): ${name}`);
  Deno.test({ name, ignore: MISSING !== undefined, fn: () => inTempFolder(run) });
}

durabilityTest("a write of the API is on the disk before it is acknowledged", async (folder) => {
  const data = join(folder, "data"), record = JSON.stringify(postedRecord("f", 200));
  const calls = await traced(
    folder,
    programArgs(`
      const store = await openStore(${JSON.stringify(data)}), record = ${record};
      const steps = [
        () => store.putFile(record),
        () => store.putFile({ ...record, size: 7 }),
        () => store.updateSegments([{ file_id: "f", index: 3, status: "failed" }]),
        () => Promise.all([1, 2, 3].map((i) => store.putFile({ ...record, file_id: "g" + i }))),
        () => store.putFiles([{ ...record, file_id: "h" }]),
        () => store.deleteFile("f"),
        () => store.settings = { "sqlite.max-segments": 9 },
      ];
      for (const [i, step] of steps.entries()) {
        await step();
        console.log("done " + i);
      }
      await store.close();`),
  );
  for (let i = 0, from = 0; i < 7; i++) {
    const at = calls.findIndex(says(`done ${i}`)), before = calls.slice(0, at);
    assert.ok(at > from, `step ${i} was not acknowledged`);
    assert.deepEqual(unsynced(before, DATABASES), [], `step ${i}`);
    const since = calls.slice(from, at), wal = since.filter(({ path }) => path.endsWith("-wal"));
    if (i < 6) assert.ok(wal.some(({ name }) => name === "pwrite64"), `step ${i} has written nothing`);
    else assertReplaced(since, data);
    from = at;
  }
});

/** The manifest was replaced: its new content synced, then renamed, then the folder synced. */
function assertReplaced(calls: Call[], data: string): void {
  const path = join(data, "store.json");
  const renamed = calls.findIndex(({ name, text }) => name.startsWith("rename") && text.includes(`"${path}"`));
  assert.ok(renamed >= 0, "the manifest was not replaced");
  const before = calls.slice(0, renamed).filter((call) => call.path === `${path}.new`);
  assert.deepEqual(before.map(({ name }) => name.includes("sync")), [false, true]);
  assert.ok(
    calls.slice(renamed).some((call) => call.name === "fsync" && call.path === data),
    "the folder was not synced",
  );
}

durabilityTest("an import is on the disk before it is reported", async (folder) => {
  const data = join(folder, "data"), input = join(folder, "input.ndjson");
  const records = Array.from({ length: 200 }, (_, i) => postedRecord(`f${i}`, 100, { meta: { x: "x".repeat(9000) } }));
  writeFileSync(input, records.map((record) => JSON.stringify(record) + "\n").join(""));
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const run = ["run", "-A", "--quiet", "--no-check", "--config", config, main, "--data", data, "import", input];
  const calls = await traced(folder, run);
  const before = calls.slice(0, calls.findIndex(says("Imported 1 input: 200 files added")));
  assert.ok(before.length > 0 && before.length < calls.length);
  assert.ok(before.some(({ name, path }) => name === "pwrite64" && path.endsWith("-wal")));
  assert.deepEqual(unsynced(before, DATABASES), []);
  assertReplaced(before, data);
  const made = before.findIndex(({ name, text }) => name.startsWith("rename") && text.includes("sqlite-1"));
  assert.ok(made >= 0);
  const folders = before.slice(0, made).filter(({ name, path }) => name === "fsync" && path.includes("sqlite-1"));
  assert.ok(folders.some(({ path }) => path.endsWith("sqlite-1.new")), "the folder of the shards was not synced");
});
