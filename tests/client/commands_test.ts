import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { IS_THOROUGH } from "../support/effort.ts";
import { type CliResult, runCli } from "../support/run_cli.ts";
import { startServe } from "../support/test_service.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const SAMPLES = fileURLToPath(new URL("../testdata", import.meta.url));
const BAD = fileURLToPath(new URL("../cli/testdata", import.meta.url));
const STDIN = readFileSync(join(SAMPLES, "uploads.ndjson"), "utf8").replaceAll('"notes"', '"other notes"');

/** What is run one after the other, on a new store; `OUT` is a file to write. */
const COMMANDS: string[][] = [
  [],
  ["import", join(SAMPLES, "holiday.nzb")],
  ["import", SAMPLES],
  ["import", SAMPLES, BAD, "nowhere.nzb"],
  ["import", "-", "--format", "ndjson"],
  ["status"],
  ["files"],
  ["files", "--limit", "2"],
  ["files", "--folder", "f-1"],
  ["segments", "notes"],
  ["segments", "nope"],
  ["find", "<h7Yc2NpD9sKq4EfU@ngPost.com>"],
  ["find", "nope"],
  ["search", "holiday", "rar"],
  ["search", "ete*", "--limit", "1"],
  ["search", "a", "--after", "x"],
  ["pending"],
  ["pending", "--limit", "1"],
  ["pending", "--after", "6f0c1f7e-55b0-4a63-9d1c-0a4f6f0d2b11:0:1"],
  ...["ndjson", "nzb", "csv"].map((format) => ["export", "--all", "--format", format, "--force", "--output", "OUT"]),
  ["export", "notes", "nope", "--format", "csv", "--output", "OUT"],
  ["export", "--all", "--output", "OUT"],
  ["export", "--folder", "f-1"],
  ["export", "--folder", "none"],
  ["export", "--all"],
  ["verify"],
  ["optimize"],
  ["config", "get"],
  ["config", "set", "sharded.max-segments", "5000"],
  ["config", "set", "sharded.max-segments", "x"],
  ["config", "get", "sharded.max-segments"],
  ["migrate"],
  ["migrate", "--shards", "1"],
  ["migrate", "--shards", "3"],
  ["migrate", "--shards", "3"],
  ["files"],
  ["migrate", "--back"],
  ["migrate", "--back"],
  ["migrate", "--to", "sharded"],
  ["migrate", "--discard-old"],
  ["config", "set", "sharded.max-segments", "5"],
  ["import", SAMPLES],
  ["migrate", "--to", "postgres", "--archive", "nowhere.zip"],
  ["status"],
  ["files", "--limit", "0"],
];

/** Runs a command; what it wrote to `OUT` is a part of its result. */
async function run(folder: string, args: string[], json: boolean): Promise<CliResult & { out: string }> {
  const output = join(folder, "out");
  const result = await runCli([
    ...["--data", join(folder, "data"), ...(json ? ["--json"] : [])],
    ...args.map((arg) => arg === "OUT" ? output : arg),
  ], { stdin: args.includes("-") ? STDIN : undefined });
  const out = args.includes("OUT") && result.code === 0 ? readFileSync(output, "utf8") : "";
  // What differs by the place and the moment: the name of the folder, sizes on the disk, and what is measured.
  const sameFor = (text: string) =>
    text.replaceAll(JSON.stringify(folder).slice(1, -1), "FOLDER").replaceAll(folder, "FOLDER")
      .replace(/"(database_bytes\w*|bytes_per_segment|disk_free_bytes|used)":[\d.]+/g, '"$1":0')
      .replace(/(Database: +|Limit: +|takes |before: ).*/g, "$1").replace(/\([\d.]+ [kMG]?B\) stays/g, "stays")
      .replace(/"latencies":.*"warnings":\[.*?\]/, '"latencies":0').replace(/\n\nin the last 7 days[^]*/, "\n");
  return { code: result.code, stdout: sameFor(result.stdout), stderr: sameFor(result.stderr), out };
}

for (const json of IS_THOROUGH ? [true, false] : [true]) {
  Deno.test(`every command gives the same with a service as without, ${json ? "as JSON" : "in words"}`, () =>
    inTempFolder(async (without) => {
      await inTempFolder(async (served) => {
        // The same store from the start: names of what is made later follow from it.
        assert.equal((await runCli(["--data", join(without, "data"), "status"])).code, 1);
        assert.equal((await runCli(["--data", join(without, "data")])).code, 0);
        await cp(join(without, "data"), join(served, "data"), { recursive: true });
        const service = await startServe(join(served, "data"));
        try {
          for (const args of COMMANDS) {
            const expected = await run(without, args, json);
            assert.deepEqual(await run(served, args, json), expected, args.join(" "));
          }
        } finally {
          service.child.kill(Deno.build.os === "windows" ? "SIGKILL" : "SIGTERM");
          assert.equal((await service.end()).stderr, "");
        }
      });
    }));
}
