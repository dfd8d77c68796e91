import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../../src/mod.ts";
import { canRun } from "../../tasks/bench/run_step.ts";
import { allOf, postedRecord } from "../support/records_of.ts";
import { programArgs } from "../support/child_program.ts";
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

rightsTest("a data folder that may only be read is told", async (data) => {
  const files = readdirSync(data).map((name) => join(data, name));
  for (const path of files) chmodSync(path, path.endsWith("sqlite-1") ? 0o555 : 0o444);
  chmodSync(data, 0o555);
  try {
    assert.match(
      await tryToPut(data),
      /^UsyncError: Cannot use the data folder .*denied.* \| Choose a folder that your/,
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
