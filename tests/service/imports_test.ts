import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runImport } from "../../src/session/run_import.ts";
import { findInputs } from "../../src/transfer/find_inputs.ts";
import type { ImportRecord } from "../../src/transfer/import_record.ts";
import { ServedStore } from "../support/served_store.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { inService } from "../support/test_service.ts";

const line = (file_id: string) => JSON.stringify({ file_id, path: file_id, name: file_id, size: 0 });

Deno.test("history of a service has uploads of one moment as one import", () =>
  inService(async ({ ask, json }) => {
    for (const [name, body] of [["a.ndjson", line("a")], ["b.ndjson", "no JSON"], ["c.ndjson", line("c")]]) {
      assert.equal((await ask(`/api/import?name=${name}`, { method: "POST", body })).status, 200);
    }
    const [uploads, ...others] = (await json<{ imports: ImportRecord[] }>("/api/imports"))[1].imports;
    assert.deepEqual(others, []);
    assert.deepEqual([uploads.by, uploads.paths, uploads.added, uploads.bad_notes], [
      "upload",
      ["a.ndjson", "b.ndjson", "c.ndjson"],
      ...[2, 1],
    ]);
    assert.match(uploads.problems[0].message, /not JSON/);
  }));

Deno.test("history of a service has the imports of commands that go through it, also those that failed", () =>
  inTempFolder(async (folder) => {
    const store = await ServedStore.open(join(folder, "data")), path = join(folder, "a.ndjson");
    try {
      writeFileSync(path, line("a"));
      const inputs = () => findInputs([path], { refuse() {}, passOver() {} });
      await runImport(store, { by: "command", paths: [path], inputs });
      const failing = { by: "command" as const, paths: [path], inputs, onProgress: () => assert.fail("broken off") };
      await assert.rejects(runImport(store, failing), /broken off/);
      const records = (await store.imports()).map(({ by, added, error }) => [by, added, error]);
      assert.deepEqual(records, [["command", 0, "internal error: broken off"], ["command", 1, null]]);
    } finally {
      await store.close();
    }
  }));

Deno.test("service imports what comes into its inbox, told of it by the system or looking by itself", () =>
  inService(async ({ data, json, session }) => {
    const inbox = join(data, "..", "in"), there = (name: string) => existsSync(join(inbox, "done", name));
    const set = (folder: string) => json("/api/settings", { method: "PUT", body: JSON.stringify({ inbox: folder }) });
    assert.equal((await set("relative"))[0], 400);
    assert.equal((await set(data))[0], 400);
    assert.equal((await set(inbox))[0], 200); // it is not there yet
    while (!(await session.status()).inbox.warning) await new Promise((resolve) => setTimeout(resolve, 20));
    mkdirSync(inbox);
    for (const name of ["a.ndjson", "b.ndjson"]) {
      writeFileSync(join(inbox, name), line(name));
      while (!there(name)) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal((await session.totals()).files, 2);
  }, { inboxLook: 50 }));
