import assert from "node:assert/strict";
import { formatBytes } from "../../src/cli/format_text.ts";
import { Progress, renderProgress } from "../../src/cli/progress.ts";

Deno.test("progress is a bar with rate and time left, as far as they are known", () => {
  const state = { step: "Downloading", done: 50e6, total: 200e6, rate: 10e6 };
  assert.equal(
    renderProgress(state, formatBytes),
    "Downloading: [######..................] 25% of 200 MB, 10.0 MB/s, 15 s left",
  );
  assert.equal(renderProgress({ ...state, total: undefined, rate: 0 }, formatBytes), "Downloading: 50.0 MB");
  assert.match(renderProgress({ ...state, done: 200e6 }, formatBytes), /\[#{24}\] 100% of 200 MB, 10.0 MB\/s$/);
});

Deno.test("a line is drawn ten times a second, at a step's beginning and at its end", () => {
  let now = 0;
  const lines: string[] = [];
  const line = new Progress({ progress: (text) => void lines.push(text) }, String, () => now);
  for (let done = 0; done <= 1000; done++, now += 10) line.show("Unpacking", done, 1000);
  assert.equal(lines.length, 101);
  assert.match(lines[50], /50% of 1000, 100\/s, 5 s left/);
  assert.match(lines[100], /100% of 1000/);
  line.show("Checking", 0, 10);
  assert.match(lines[101], /^Checking: \[\.+\] 0% of 10$/);
});
