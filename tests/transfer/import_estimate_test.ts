import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Input, namedInput } from "../../src/transfer/find_inputs.ts";
import { ImportEstimate } from "../../src/transfer/import_estimate.ts";
import { inTempFolder } from "../support/temp_folder.ts";

Deno.test("an estimate goes by the bytes of inputs of the same kind, and counts nothing for what it does not know", () =>
  inTempFolder((folder) => {
    const input = (name: string, bytes: number): Input => {
      const path = join(folder, name);
      writeFileSync(path, new Uint8Array(bytes));
      return namedInput(path);
    };
    const [a, b, c] = [input("a.nzb", 100), input("b.nzb", 300), input("c.ndjson", 1000)];
    const stdin = namedInput("-");
    const gone = namedInput(join(folder, "gone.nzb"));
    const estimate = new ImportEstimate([a, b, c, stdin, gone]);
    assert.equal(estimate.expectedSegments, 0);
    estimate.add(gone, 0, 0);
    estimate.add(stdin, 0, 50);
    assert.equal(estimate.expectedSegments, 0);
    estimate.add(a, 100, 10);
    assert.equal(estimate.expectedSegments, 40);
    estimate.add(b, 300, 0);
    assert.equal(estimate.expectedSegments, 10);
    estimate.add(c, 1000, 100);
    assert.equal(estimate.expectedSegments, 110);
    return Promise.resolve();
  }));
