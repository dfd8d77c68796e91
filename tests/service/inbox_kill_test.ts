import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { IS_THOROUGH } from "../support/effort.ts";
import { runCli } from "../support/run_cli.ts";
import { inDataFolder } from "../support/temp_folder.ts";
import { startServe } from "../support/test_service.ts";

const COUNT = 400;

Deno.test({
  name: "service that is killed while it moves files of the inbox goes on with that, and imports nothing again",
  ignore: !IS_THOROUGH, // files must be still for seconds
  fn: () =>
    inDataFolder(async (data, folder) => {
      const inbox = join(folder, "in"), done = join(inbox, "done");
      mkdirSync(done, { recursive: true });
      for (let i = 0; i < COUNT; i++) {
        const record = { file_id: `f${i}`, path: "p", name: `f${i}`, size: 0 };
        writeFileSync(join(inbox, `${i}.ndjson`), JSON.stringify(record));
      }
      await runCli(["--data", data, "config", "set", "inbox", inbox]);
      const moved = () => readdirSync(done).length;
      for (const until of [1, 100, COUNT]) { // killed as soon as so many are moved
        const service = await startServe(data);
        while (moved() < until) await new Promise((resolve) => setTimeout(resolve, 1));
        if (until === 1) await runCli(["--data", data, "delete", "f1", `f${COUNT - 1}`]);
        service.child.kill("SIGKILL");
        await service.end();
      }
      assert.deepEqual(readdirSync(inbox), ["done"]);
      const { imports } = JSON.parse((await runCli(["--data", data, "--json", "imports"])).stdout);
      assert.deepEqual(imports.map(({ inputs, added }: Record<string, number>) => [inputs, added]), [[COUNT, COUNT]]);
      const { files } = JSON.parse((await runCli(["--data", data, "--json", "status"])).stdout);
      assert.equal(files, COUNT - 2); // what was deleted did not come back
    }),
});
