import assert from "node:assert/strict";
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { isOlder, newestVersion } from "../../src/cli/newest_version.ts";
import { runProcess } from "../support/run_cli.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { testedProgram } from "../support/tested_program.ts";

/** Calls `run` with the address of a server that answers so. */
async function answering(answer: () => Response, run: (address: string) => Promise<void>): Promise<void> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  await run(`http://127.0.0.1:${server.addr.port}/meta.json`);
}

Deno.test("versions compare by their numbers", () => {
  for (const [older, newer] of [["0.1.0", "0.1.1"], ["0.9.0", "0.10.0"], ["1.9.9", "2.0.0"]]) {
    assert.deepEqual([isOlder(older, newer), isOlder(newer, older), isOlder(older, older)], [true, false, false]);
  }
});

Deno.test("the newest version is read from its address; what tells none is named, with what to do", async () => {
  await answering(() => Response.json({ latest: "1.2.3" }), async (address) => {
    assert.equal(await newestVersion(address), "1.2.3");
  });
  const bad: [() => Response, RegExp][] = [
    [
      () => new Response("", { status: 404 }),
      /^Cannot ask 127\.0\.0\.1:\d+ for the newest version: nothing is published there$/,
    ],
    [() => new Response("", { status: 500 }), /the answer was 500/],
    [() => new Response("<html>"), /JSON/],
    [() => Response.json({ latest: "<script>" }), /the answer names no version/],
  ];
  for (const [answer, message] of bad) {
    await answering(answer, (address) => assert.rejects(newestVersion(address), { name: "UsyncError", message }));
  }
});

Deno.test("`version` asks nobody; `version --check` may reach its host only when it is allowed to", () =>
  inTempFolder(async (folder) => {
    const run = (...args: string[]) => runProcess(args, { cwd: folder, program: testedProgram() });
    assert.equal((await run("version")).stdout, `${config.version}\n`);
    assert.deepEqual(JSON.parse((await run("--json", "version")).stdout), { version: config.version, newest: null });
    const { code, stderr } = await run("version", "--check");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^usync-db: Cannot ask jsr\.io for the newest version: this program is not allowed to reach "jsr\.io:443"\n {2}It works in/,
    );
    assert.deepEqual([...Deno.readDirSync(join(folder))], []);
  }));
