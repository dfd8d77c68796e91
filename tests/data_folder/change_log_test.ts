import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChangeLog } from "../../src/data_folder/change_log.ts";
import { inTempFolder } from "../support/temp_folder.ts";

Deno.test("a file is in the log when its recording returns, however many are recorded meanwhile", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "changes.log"), log = new ChangeLog(path);
    const record = async (i: number) => {
      for (let turn = 0; turn < i % 7; turn++) await new Promise((resolve) => setTimeout(resolve));
      await log.record([`file ${i}`]);
      assert.ok(readFileSync(path, "utf8").includes(`"file ${i}"\n`), `file ${i}`);
    };
    await Promise.all(Array.from({ length: 200 }, (_, i) => record(i)));
    assert.equal(log.size, 200);
    log.close();
  }));

Deno.test("a log is read from before, without a line that was cut off, and forgets what is taken from it", () =>
  inTempFolder((folder) => {
    const path = join(folder, "changes.log");
    writeFileSync(path, '"a"\n"b\\u0000ü"\n"cut o');
    const log = new ChangeLog(path);
    assert.deepEqual(log.drain(1), ["a"]);
    log.recordAgain(["a"]);
    assert.deepEqual([log.has("a"), log.has("b\0ü"), log.size], [true, true, 2]);
    assert.deepEqual(log.drain(10), ["b\0ü", "a"]);
    log.remove();
    assert.equal(existsSync(path), false);
    return Promise.resolve();
  }));
