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

Deno.test("the total of an import follows from the part of the inputs' bytes that was read", () =>
  inTempFolder((folder) => {
    const inputs = ["a.nzb", "b.ndjson"].map((name) => namedInput(join(folder, name)));
    for (const { path } of inputs) writeFileSync(path, "x".repeat(1000));
    const estimate = new ImportEstimate(inputs);
    assert.deepEqual([estimate.totalFor(0), estimate.currentName], [undefined, undefined]);
    estimate.add(inputs[1], 500, 10);
    assert.deepEqual([estimate.totalFor(10), estimate.currentName], [40, inputs[1].name]);
    estimate.add(inputs[1], 5000, 90);
    assert.equal(estimate.totalFor(100), 200);
    estimate.begin("c.db");
    assert.equal(estimate.currentName, "c.db");
    return Promise.resolve();
  }));
