import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resultOf, runCli, spawnCli } from "../support/run_cli.ts";
import { inDataFolder } from "../support/temp_folder.ts";

/** Enough that a command works on it for a while. */
function manyRecords(): string {
  return Array.from({ length: 6000 }, (_, file) =>
    JSON.stringify({
      ...{ file_id: `f-${file}`, path: `${file}.bin`, name: `${file}.bin`, size: 30, groups: ["alt.test"] },
      segments: Array.from({ length: 30 }, (_, index) => ({ index, size: 1, message_id: `${file}.${index}@host` })),
    }) + "\n").join("");
}

/** Presses Ctrl+C as soon as `isReached`. */
async function interrupt(child: Deno.ChildProcess, isReached: () => boolean) {
  while (!isReached()) await new Promise((done) => setTimeout(done, 2));
  child.kill("SIGINT");
  return await resultOf(child);
}

Deno.test("Ctrl+C says by the command what it leaves; an export leaves no file behind", {
  ignore: Deno.build.os === "windows", // no test there can press Ctrl+C for one child alone
}, () =>
  inDataFolder(async (data, folder) => {
    const input = join(folder, "many.ndjson");
    writeFileSync(input, manyRecords());
    const run = (...args: string[]) => spawnCli(["--data", data, ...args]);
    const owns = ({ pid }: Deno.ChildProcess) => () =>
      existsSync(join(data, "owner.json")) && readFileSync(join(data, "owner.json"), "utf8").includes(`"pid":${pid},`);

    const importing = run("import", input), imported = await interrupt(importing, owns(importing));
    assert.deepEqual([imported.code, imported.stdout], [130, ""]);
    assert.match(
      imported.stderr,
      /^(?:Made a new, empty store in .*\n)?\nInterrupted\. What was reported as stored is safe; .* again to go on\.\n$/,
    );
    assert.equal((await runCli(["--data", data, "import", input])).code, 0);

    const verifying = run("verify"), verified = await interrupt(verifying, owns(verifying));
    assert.deepEqual([verified.code, verified.stdout], [130, ""]);
    assert.match(verified.stderr, /^\nInterrupted\. .* starts anew\.\n$/);

    const output = join(folder, "all.ndjson.gz");
    writeFileSync(output, "as it was");
    const exported = await interrupt(run("export", "--all", "--output", output, "--force"), () =>
      existsSync(`${output}.part`));
    assert.deepEqual([exported.code, exported.stdout], [130, ""]);
    assert.match(exported.stderr, /^\nInterrupted\. .* starts anew\.\n$/);
    assert.equal(readFileSync(output, "utf8"), "as it was");
    assert.deepEqual(
      readdirSync(folder).filter((name) =>
        name.endsWith(".part")
      ),
      [],
    );
  }));
