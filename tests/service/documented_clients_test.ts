import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LocalSession } from "../../src/session/local_session.ts";
import { Service } from "../../src/service/service.ts";
import { hasPython } from "../formats/python.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const PAGE = readFileSync(new URL("../../docs/programs.md", import.meta.url), "utf8");

/** The program in a language that docs/programs.md shows. */
function shown(language: string): string {
  return new RegExp(`\n\`\`\`${language}\n([^]*?)\n\`\`\`\n`).exec(PAGE)![1];
}

/** Runs a program in a folder whose `data` is served; gives what it prints, and the store as it is then. */
async function withService(check: (folder: string, session: LocalSession) => Promise<void>): Promise<void> {
  await inTempFolder(async (folder) => {
    await using session = await LocalSession.open(join(folder, "data"));
    const service = await Service.start(session, { port: 0 });
    try {
      await check(folder, session);
    } finally {
      await service.close();
    }
  });
}

async function run(folder: string, command: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd: folder, stdin: "null" }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).replaceAll("\r\n", "\n");
}

Deno.test({
  name: `the client of docs/programs.md in Python works${hasPython ? "" : " (no Python here)"}`,
  ignore: !hasPython,
  fn: () =>
    withService(async (folder, session) => {
      const printed = await run(folder, hasPython!, ["-c", shown("python")]);
      assert.equal(printed, "{'outcome': 'added'}\n{'missing': []}\na.bin\n");
      assert.equal((await session.findMessageId("py1@example.com"))?.status, "uploaded");
    }),
});

Deno.test("the client of docs/programs.md in TypeScript works", () =>
  withService(async (folder, session) => {
    await Deno.writeTextFile(join(folder, "client.ts"), shown("ts"));
    const printed = await run(folder, Deno.execPath(), ["run", "-A", "--quiet", "--no-check", "client.ts"]);
    assert.match(printed, /added: 1000/);
    assert.equal((await session.totals()).files, 1000);
    assert.equal((await session.findMessageId("ts999@example.com"))?.file_id, "ts-999");
  }));
