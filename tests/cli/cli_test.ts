import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCli, runProcess } from "../support/run_cli.ts";
import { inDataFolder, inTempFolder } from "../support/temp_folder.ts";

const SAMPLES = fileURLToPath(new URL("../testdata", import.meta.url));
const BAD = fileURLToPath(new URL("testdata", import.meta.url));

async function json(args: string[], data: string) {
  const { code, stdout, stderr } = await runCli(["--data", data, "--json", ...args]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

Deno.test("import takes in files and folders, and a second time changes nothing", () =>
  inDataFolder(async (data) => {
    const first = await json(["import", SAMPLES], data);
    const { inputs, refused, added, segments, more_notes, bad_notes, passed_over } = first;
    assert.deepEqual([inputs, refused, added, first.replaced, first.unchanged, segments], [2, 0, 4, 0, 0, 7]);
    assert.deepEqual([more_notes, bad_notes, passed_over], [0, 0, { files: 0, names: [] }]);
    const again = await runCli(["--data", data, "import", SAMPLES]);
    assert.equal(again.code, 0);
    assert.match(again.stdout, /^Nothing changed: 4 files/);
    const status = await json(["status"], data);
    assert.deepEqual([status.tier, status.files, status.segments, status.posted, status.pending, status.due], [
      ...["sqlite", 4, 7, 5, 2, null],
    ]);
  }));

Deno.test("without a command, the store is made and its status shown", () =>
  inTempFolder(async (folder) => {
    const { code, stdout, stderr } = await runProcess([], { cwd: folder });
    assert.equal(code, 0);
    assert.match(stderr, /^\nMade a new, empty store in .*data\.\nNext:\n {2}usync-db import /);
    assert.equal((await runProcess([], { cwd: folder })).stderr, "");
    assert.match(stdout, /^Data folder: .*data\nTier: +sqlite/);
    assert.ok(existsSync(join(folder, "data", "store.json")));
  }));

Deno.test("bad inputs are listed with their places, the rest is stored, the exit status is 1", () =>
  inDataFolder(async (data, folder) => {
    const missing = join(folder, "nowhere.nzb"), unknown = join(folder, "a.txt");
    writeFileSync(unknown, "text");
    const paths = [BAD, missing, unknown, join(SAMPLES, "holiday.nzb")];
    const { code, stdout, stderr } = await runCli(["--data", data, "import", ...paths]);
    assert.equal(code, 1);
    assert.match(stdout, /4 files added/);
    assert.match(stderr, /^Not imported \(4\):$/m);
    assert.match(stderr, /cut_off\.nzb:7:\d+: /);
    assert.match(stderr, /one_bad_line\.ndjson:2: size: /);
    assert.match(stderr, /nowhere\.nzb: there is no such file or folder/);
    assert.match(stderr, /a\.txt: this is of an unknown kind: it begins with "text"/);
    const { files } = await json(["files"], data);
    assert.deepEqual(files.map((file: { name: string }) => file.name), [
      "a",
      "a",
      "holiday.part2.rar",
      "holiday.part1.rar",
    ]);
  }));

Deno.test("standard input is told by its first bytes", () =>
  inDataFolder(async (data) => {
    const stdin = readFileSync(join(SAMPLES, "uploads.ndjson"), "utf8");
    const { code, stdout } = await runCli(["--data", data, "import", "-"], { stdin });
    assert.equal(code, 0);
    assert.match(stdout, /2 files added/);
    const nzb = readFileSync(join(SAMPLES, "holiday.nzb"), "utf8");
    assert.match((await runCli(["--data", data, "import", "-"], { stdin: nzb })).stdout, /2 files added/);
  }));

Deno.test("an export imported into a second store gives an equal export", () =>
  inDataFolder(async (data, folder) => {
    await json(["import", SAMPLES], data);
    const exported = join(folder, "all.ndjson.gz"), other = join(folder, "other");
    const report = await json(["export", "--all", "--output", exported], data);
    assert.deepEqual([report.files, report.segments], [4, 7]);
    await json(["import", exported], other);
    const [a, b] = [
      await runCli(["--data", data, "export", "--all"]),
      await runCli(["--data", other, "export", "--all"]),
    ];
    assert.equal(a.stdout, b.stdout);
    assert.equal(a.stdout.trimEnd().split("\n").length, 4);
    assert.ok(!readdirSync(folder).some((name) => name.endsWith(".part")));
  }));

Deno.test("what an NZB held comes out as an NZB that holds the same", () =>
  inDataFolder(async (data, folder) => {
    await json(["import", join(SAMPLES, "holiday.nzb")], data);
    const nzb = join(folder, "out.nzb"), other = join(folder, "other");
    await json(["export", "--all", "--format", "nzb", "--output", nzb], data);
    await json(["import", nzb], other);
    const [a, b] = [
      await runCli(["--data", data, "export", "--all"]),
      await runCli(["--data", other, "export", "--all"]),
    ];
    assert.equal(a.stdout, b.stdout);
  }));

Deno.test("queries answer in text and in JSON", () =>
  inDataFolder(async (data) => {
    await json(["import", SAMPLES], data);
    const found = await json(["find", "<h7Yc2NpD9sKq4EfU@ngPost.com>"], data);
    const [{ segment, file }] = found.found;
    assert.deepEqual([segment.index, segment.size, file.name, found.has_more], [0, 739795, "holiday.part1.rar", false]);
    const { segments } = await json(["segments", "notes"], data);
    assert.deepEqual(segments.map((segment: { status: string }) => segment.status), ["pending"]);
    assert.deepEqual((await json(["search", "ETE*"], data)).files.map((file: { name: string }) => file.name), [
      "été.mkv",
    ]);
    const first = await json(["pending", "--limit", "1"], data);
    assert.equal(first.next, "6f0c1f7e-55b0-4a63-9d1c-0a4f6f0d2b11:0:1");
    const second = await json(["pending", "--after", first.next], data);
    assert.deepEqual([second.segments.length, second.segments[0].file_id, second.next], [1, "notes", null]);
    const folder = await json(["files", "--folder", "f-1"], data);
    assert.deepEqual(folder.files.map((file: { name: string }) => file.name), ["été.mkv"]);
    const text = await runCli(["--data", data, "search", "holiday", "rar"]);
    assert.match(text.stdout, /^FILE_ID\t.*NAME\n.*holiday\.part2\.rar\n.*holiday\.part1\.rar\n$/);
  }));

Deno.test("verify and optimize find and leave all good; a damaged shard is named", () =>
  inDataFolder(async (data) => {
    await json(["import", SAMPLES], data);
    await json(["optimize"], data);
    assert.deepEqual(await json(["verify"], data), { files: 4, segments: 7, problems: [] });
    const shard = join(data, "sqlite-1", "shard-00.sqlite");
    const bytes = readFileSync(shard), at = bytes.indexOf("holiday.part1");
    bytes[at] ^= 1;
    writeFileSync(shard, bytes);
    const { code, stdout } = await runCli(["--data", data, "verify"]);
    assert.equal(code, 1);
    assert.match(stdout, /shard-00\.sqlite: the file nzb-[0-9a-f]+: its row does not match/);
  }));

Deno.test("settings are kept, and make a move due", () =>
  inDataFolder(async (data) => {
    await json(["import", SAMPLES], data);
    assert.equal((await json(["config", "get"], data))["sqlite.max-segments"], 1e6);
    assert.deepEqual(await json(["config", "set", "sharded.max-segments", "7"], data), { "sharded.max-segments": 7 });
    assert.deepEqual(await json(["config", "get", "sharded.max-segments"], data), { "sharded.max-segments": 7 });
    for (const wrong of [["nonsense", "1"], ["sharded.max-segments", "many"], ["sharded.max-segments", "-1"]]) {
      assert.equal((await runCli(["--data", data, "config", "set", "--", ...wrong])).code, 2);
    }
  }));

Deno.test("errors say what failed and what to do, with the exit status for it", () =>
  inDataFolder(async (data) => {
    const none = await runCli(["--data", data, "files"]);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /There is no store in .*\n {2}Name the right folder/);
    assert.ok(!existsSync(data));
    await json([], data);
    const unknown = await runCli(["--data", data, "--json", "segments", "nope"]);
    assert.equal(unknown.code, 1);
    assert.match(JSON.parse(unknown.stderr).error, /There is no file nope/);
    for (const wrong of [["frobnicate"], ["files", "--limit", "0"], ["export"], ["export", "--all", "x"], ["--nope"]]) {
      const { code, stdout, stderr } = await runCli(["--data", data, ...wrong]);
      assert.deepEqual([code, stdout], [2, ""], stderr);
      assert.match(stderr, /error: /);
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
  }));

Deno.test("files are deleted by their ids or by their folder, which asks", () =>
  inDataFolder(async (data) => {
    const made = await runCli(["--data", data, "import", SAMPLES]);
    assert.match(made.stderr, /^Made a new, empty store in /);
    const folders = await runCli(["--data", data, "folders"]);
    assert.match(folders.stdout, /^FOLDER_ID\tFILES\tSEGMENTS\tPENDING\tBYTES\tNAME\nf-1\t1\t2\t1\t\d+\t\S+\nnzb-/);
    assert.equal((await json(["folders", "--limit", "1"], data)).next, "f-1");
    const newest = await json(["files", "--newest"], data);
    assert.deepEqual(newest.files.length, 4);
    const some = await runCli(["--data", data, "--json", "delete", "notes", "none"]);
    assert.deepEqual([some.code, JSON.parse(some.stdout)], [1, { deleted: 1, missing: ["none"] }]);
    const asked = await runCli(["--data", data, "delete", "--folder", "f-1"]);
    assert.deepEqual([asked.code, asked.stdout], [1, ""]);
    assert.match(asked.stderr, /An answer is needed: Delete 1 file of the folder f-1\?\n {2}Run again with --yes\./);
    assert.equal((await runCli(["--data", data, "--yes", "delete", "--folder", "f-1"])).stdout, "Deleted 1 file.\n");
    assert.equal((await json(["status"], data)).files, 2);
  }));

Deno.test("every command has its help, and the version is told", async () => {
  const top = await runCli(["--help"]);
  assert.equal(top.code, 0);
  const list = top.stdout.slice(top.stdout.indexOf("Commands:"));
  const commands = [...list.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1]).filter((name) => name !== "help");
  assert.ok(commands.length >= 11, top.stdout);
  for (const command of commands) {
    const { code, stdout } = await runCli(["help", command]);
    assert.equal(code, 0, command);
    assert.match(stdout, new RegExp(`^Usage: usync-db (\\[options\\] )?${command}`));
  }
  assert.match((await runCli(["--version"])).stdout, /^\d+\.\d+\.\d+\n$/);
});
