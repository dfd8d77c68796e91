import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli, runProcess, SOURCE } from "../support/run_cli.ts";
import { inDataFolder } from "../support/temp_folder.ts";

const GROUPS = ["alt.test"];
const posted = (index: number, message_id = `${index}@host`) => ({ index, size: 1, message_id });
const record = (id: string, segments: unknown[], groups = GROUPS) =>
  JSON.stringify({ file_id: id, path: `${id}.bin`, name: `${id}.bin`, size: 1, groups, segments });

const RECORDS = [
  record("a", [posted(0), posted(1)]),
  record("b", [posted(0), { index: 1, size: 1 }, posted(2, "no id")]),
  record("c", [posted(0), { ...posted(0, "again@host"), redundancy: 1 }]),
  ...["d", "e", "f", "g", "h"].map((id) => record(id, [{ index: 0, size: 1 }])),
  record("i", [posted(0)], []),
];

Deno.test("an NZB counts what was written, and says in a line a reason what it left out", () =>
  inDataFolder(async (data, folder) => {
    const input = join(folder, "in.ndjson"), output = join(folder, "out.nzb");
    writeFileSync(input, RECORDS.join("\n"));
    const run = (...args: string[]) => runCli(["--data", data, ...args]);
    assert.equal((await run("import", input)).code, 0);
    const args = ["export", "--all", "--format", "nzb", "--output", output];
    const { code, stdout, stderr } = await run(...args);
    assert.deepEqual([code, stdout], [0, `Exported 4 files with 6 segments to ${output}.\n`]);
    assert.deepEqual(stderr.split("\n").sort(), [
      "",
      "Left out 1 segment of 1 file, not posted: b.bin.",
      "Left out 1 segment of 1 file, with a Message-ID that cannot stand in an NZB: b.bin.",
      "Left out 5 files of which nothing is posted: d.bin, e.bin, f.bin and 2 more.",
    ]);
    const again = await run(...args);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /Cannot write .*out\.nzb: there is such a file already\n {2}.*--force/);
    const json = JSON.parse((await run("--json", ...args, "--force")).stdout);
    assert.deepEqual([json.files, json.segments], [4, 6]);
    assert.deepEqual(json.notes.find(({ what }: { what: string }) => what === "files_not_posted"), {
      ...{ what: "files_not_posted", files: 5, segments: 5, names: ["d.bin", "e.bin", "f.bin"] },
    });
  }));

Deno.test("an export that cannot be written says where and why, and - is standard output", () =>
  inDataFolder(async (data, folder) => {
    const input = join(folder, "in.ndjson");
    writeFileSync(input, RECORDS[0]);
    const run = (...args: string[]) => runCli(["--data", data, ...args]);
    assert.equal((await run("import", input)).code, 0);
    for (const output of [join(input, "below"), join(folder, "none", "out.ndjson")]) {
      const { code, stdout, stderr } = await run("export", "--all", "--format", "ndjson", "--output", output);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.ok(stderr.startsWith(`usync-db: Cannot write ${output}: `), stderr);
    }
    const usage: [string[], RegExp][] = [
      [["--all", "--output", folder], /does not say which format/],
      [["--all", "--output", folder, "--format", "csv"], /is a folder: only --format nzb/],
      [["a", "--output", folder, "--format", "nzb"], /is a folder: only --format nzb/],
      [["--all", "--output", "x.nzb.gz", "--format", "csv"], /--format csv does not fit --output x\.nzb\.gz/],
      [["--all", "--folder", "f"], /name the files to export, or --folder, or --all/],
    ];
    for (const [args, message] of usage) {
      const { code, stderr } = await run("export", ...args);
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
    const { code, stdout } = await run("export", "--all", "--output", "-");
    assert.deepEqual([code, stdout.split("\n").length], [0, 2]);
    assert.deepEqual(readdirSync(folder).toSorted(), ["data", "in.ndjson"]);
  }));

Deno.test(
  "a full disk under standard output is told",
  { ignore: Deno.build.os !== "linux" },
  () =>
    inDataFolder(async (data) => {
      assert.equal((await runCli(["--data", data])).code, 0);
      const program = ["sh", "-c", 'exec "$0" "$@" > /dev/full', ...SOURCE];
      const { code, stderr } = await runProcess(["--data", data, "status"], { program });
      assert.equal(code, 1);
      assert.match(stderr, /Cannot write what was asked for: .*[Nn]o space left/);
      assert.doesNotMatch(stderr, /internal error/);
    }),
);
