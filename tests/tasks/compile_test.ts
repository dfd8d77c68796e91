import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { unusedFolders } from "../../tasks/compile/unused_folders.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { metadataOf } from "../support/tested_program.ts";
import { propertiesOf } from "../support/windows_properties.ts";
import { smallExe } from "./small_exe.ts";

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** Compiles with a base of ours, since Deno's own may not be there; gives the bytes of the executable. */
async function compile(target: string, file: string, base: string, folder: string): Promise<Uint8Array> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", path("tasks/compile.ts"), target, "--output", folder],
    env: { DENORT_BIN: base },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const bytes = readFileSync(join(folder, file));
  const sum = createHash("sha256").update(bytes).digest("hex");
  assert.equal(readFileSync(join(folder, "SHA256SUMS"), "utf8"), `${sum}  ${file}\n`);
  return bytes;
}

/** Texts of modules that have no place in an executable, and of those that do. */
const FOREIGN = [
  "Property failed after ",
  "Deque Systems",
  "chromiumSwitches",
  "postgres_keeper.ts",
  "storm_server.ts",
];
const OURS = ["get.enterprisedb.com/postgresql/", "The line begins when there are two measurements", "uPlot"];

function assertInside(bytes: Uint8Array, base: Uint8Array): void {
  const inside = Buffer.from(bytes), before = Buffer.from(base);
  for (const text of FOREIGN) assert.ok(!inside.includes(text) || before.includes(text), `${text} is inside`);
  for (const text of OURS) assert.ok(inside.includes(text), `${text} is not inside`);
  const workers = readdirSync(path("src"), { recursive: true, encoding: "utf8" })
    .flatMap((name) => /[^/\\]*_worker\.ts$/.exec(name)?.[0] ?? []);
  assert.ok(workers.length >= 3);
  for (const worker of workers) assert.ok(inside.includes(worker), `${worker} is not inside`);
  const { permissions, entrypoint_key, v8_flags } = metadataOf(bytes);
  assert.match(String(entrypoint_key), /cli\/main\.ts$/);
  assert.ok((v8_flags as string[]).includes("--max-semi-space-size=2"));
  for (const [kind, values] of Object.entries(config.permissions.executable)) {
    const allowed = permissions[`allow_${kind}`] as string[]; // on Windows Deno writes names of variables in capitals
    assert.deepEqual(allowed.map((name) => name.toUpperCase()), values.map((name) => name.toUpperCase()), kind);
  }
  assert.deepEqual([permissions.allow_ffi, permissions.allow_all ?? false], [null, false]);
  const added = bytes.length - base.length;
  assert.ok(added > 1e6 && added < 18e6, `${added} bytes are inside`);
}

Deno.test("the executable for Windows has inside what runs in production, and no more", () =>
  inTempFolder(async (folder) => {
    const base = join(folder, "base.exe");
    writeFileSync(base, smallExe());
    const bytes = await compile("windows", "usync-db.exe", base, join(folder, "dist"));
    assertInside(bytes, smallExe());
    const { icons, texts } = propertiesOf(bytes);
    assert.deepEqual([icons, texts.ProductVersion, texts.ProductName], [1, config.version, "usync-db"]);
  }));

Deno.test({
  name: "the executable for Linux has inside what runs in production, and no more (on Linux)",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inTempFolder(async (folder) => {
      const base = "/bin/true"; // any executable does
      assertInside(await compile("linux", "usync-db-linux", base, join(folder, "dist")), readFileSync(base));
    }),
});

Deno.test("a folder that is to be left out of an executable, and is not there, is named", () => {
  assert.throws(() => unusedFolders(path("tests")), /^Error: @zip\.js\/zip\.js \d+\.\d+\.\d+ has no folder dist in /);
});

Deno.test("a base runtime that is not there is told, with what to do", () =>
  inTempFolder(async (folder) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", path("tasks/compile.ts"), "windows", "--output", folder],
      env: { DENORT_BIN: join(folder, "none.exe") },
    }).output();
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), /Cannot make usync-db\.exe: .*name it with DENORT_BIN/s);
  }));
