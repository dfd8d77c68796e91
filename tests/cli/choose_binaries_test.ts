import assert from "node:assert/strict";
import { resolve } from "node:path";
import type { CommandContext } from "../../src/cli/command_context.ts";
import { chooseBinaries } from "../../src/cli/choose_binaries.ts";
import { Terminal } from "../../src/cli/terminal.ts";

Deno.test("a relative archive is one of the folder of the caller, also where a service installs it", async () => {
  const context: CommandContext = {
    options: { data: "data", color: false },
    terminal: new Terminal({ json: false, color: false }),
  };
  const source = await chooseBinaries(context, "postgresql.zip");
  assert.deepEqual(source, { kind: "archive", file: resolve("postgresql.zip") });
});
