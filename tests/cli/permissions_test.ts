import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inTempFolder } from "../support/temp_folder.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const SAMPLES = fileURLToPath(new URL("../testdata", import.meta.url));

/** Runs the program in a folder with just the permissions of the executable, and nobody to ask. */
async function run(folder: string, ...args: string[]): Promise<[number, string]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--config",
      join(folder, "deno.json"),
      "-P=executable",
      "--no-prompt",
      "--no-check",
      "--quiet",
      join(folder, "src", "cli", "main.ts"),
      ...args,
    ],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return [code, text(stdout) + text(stderr)];
}

Deno.test("with the permissions of the executable all works inside its folder, and what is outside is refused and named", () =>
  inTempFolder(async (top) => {
    const folder = join(top, "app"), outside = join(top, "outside");
    mkdirSync(folder);
    cpSync(SAMPLES, outside, { recursive: true });
    cpSync(SAMPLES, join(folder, "in"), { recursive: true });
    // A set's paths are relative to the file it stands in; the executable has its modules inside.
    for (const name of ["deno.json", "deno.lock"]) copyFileSync(join(PROJECT, name), join(folder, name));
    cpSync(join(PROJECT, "src"), join(folder, "src"), { recursive: true });
    const inside = [
      ...[["import", "in"], ["status"], ["search", "holiday"], ["migrate", "--shards", "3"], ["verify"]],
      ...[["export", "--all", "--format", "ndjson", "--output", "all.ndjson"], ["migrate", "--back"], ["optimize"]],
    ];
    for (const args of inside) {
      const [code, output] = await run(folder, ...args);
      assert.equal(code, 0, `${args.join(" ")}: ${output}`);
    }
    const before = readdirSync(outside);
    const refused: [string[], RegExp][] = [
      [["import", join(outside, "holiday.nzb")], /not allowed to read "/],
      [["--data", join(outside, "data"), "status"], /not allowed to read "/],
      [["--data", join(outside, "data"), "import", "in"], /not allowed to write "/],
      [["export", "--all", "--format", "csv", "--output", join(outside, "x.csv")], /not allowed to (read|write) "/],
      [
        ["migrate", "--to", "postgres", "--url", "postgres://u:p@192.0.2.1/x"],
        /not allowed to reach "192\.0\.2\.1:5432"/,
      ],
    ];
    for (const [args, expected] of refused) {
      const [code, output] = await run(folder, ...args);
      assert.equal(code, 1, `${args.join(" ")}: ${output}`);
      assert.match(output, expected, `${args.join(" ")}: ${output}`);
      assert.doesNotMatch(output, /internal error|\n\s+at /);
    }
    assert.deepEqual(readdirSync(outside), before);
  }));
