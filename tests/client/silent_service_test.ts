import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import process from "node:process";
import { openSession } from "../../src/client/open_session.ts";
import { UsyncError } from "../../src/domain/errors.ts";
import { openStore } from "../../src/mod.ts";
import { writeServiceFile } from "../../src/service/service_file.ts";
import { inDataFolder } from "../support/temp_folder.ts";

for (
  const [what, pid, expected] of [
    ["a service that does not answer", process.pid, /the service on http:.*, which does not answer$/],
    ["another program, and a service was there", 1, /in use by another usync-db \(process \d+, since [^ ]+\)$/],
  ] as const
) {
  Deno.test(`a command says so where the data folder is held by ${what}`, () =>
    inDataFolder(async (data) => {
      await using _store = await openStore(data);
      const silent = createServer(() => {}), listens = Promise.withResolvers<void>();
      silent.listen(0, "127.0.0.1", listens.resolve);
      await listens.promise;
      try {
        const { port } = silent.address() as AddressInfo;
        await writeServiceFile(data, { url: `http://127.0.0.1:${port}`, token: "x", pid }, () => {});
        await assert.rejects(openSession(data, { answerWithinMs: 100 }), (error) => {
          assert.ok(error instanceof UsyncError);
          assert.match(error.message, expected);
          return true;
        });
      } finally {
        silent.close();
      }
    }));
}
