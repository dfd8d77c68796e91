import assert from "node:assert/strict";
import { displayWidth } from "../../src/cli/display_width.ts";
import { formatBytes } from "../../src/cli/format_text.ts";
import { Progress, renderProgress } from "../../src/cli/progress.ts";

const STATE = { step: "Downloading", done: 50e6, total: 200e6, rate: 10e6 };

Deno.test("progress is a bar with rate and time left, as far as they are known", () => {
  assert.equal(
    renderProgress(STATE, formatBytes),
    "Downloading: [######..................] 25% of 200 MB, 10.0 MB/s, 15 s left",
  );
  assert.equal(renderProgress({ ...STATE, total: undefined, rate: 0 }, formatBytes), "Downloading: 50.0 MB");
  assert.match(renderProgress({ ...STATE, done: 200e6 }, formatBytes), /\[#{24}\] 100% of 200 MB, 10.0 MB\/s$/);
  assert.match(renderProgress({ ...STATE, rate: 1e6 }, formatBytes), /, 2 min 30 s left$/);
  assert.match(renderProgress({ ...STATE, rate: 4e4 }, formatBytes), /, 1 h 2 min left$/);
});

Deno.test("progress leaves out what is least needed where the line is narrow, and is never wider than it", () => {
  const shown = [200, 79, 50, 39, 28, 12].map((columns) => renderProgress(STATE, formatBytes, columns));
  assert.deepEqual(shown, [
    "Downloading: [######..................] 25% of 200 MB, 10.0 MB/s, 15 s left",
    "Downloading: [######..................] 25% of 200 MB, 10.0 MB/s, 15 s left",
    "Downloading: 25% of 200 MB, 10.0 MB/s, 15 s left",
    "Downloading: 25% of 200 MB, 15 s left",
    "Downloading: 25% of 200 MB",
    "Downloading…",
  ]);
  for (let columns = 1; columns < 200; columns++) {
    for (
      const item of [undefined, "a.nzb", "日本語の名前".repeat(20), "a\u202e\n\u001b[2J".repeat(9), "👩‍👧".repeat(30)]
    ) {
      const line = renderProgress({ ...STATE, item }, formatBytes, columns);
      assert.ok(displayWidth(line) <= columns, `${columns}: ${line}`);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(line, /[\u0000-\u001f\u202e]/);
    }
  }
  assert.match(renderProgress({ ...STATE, item: "a.nzb" }, formatBytes, 90), /left {2}a\.nzb$/);
  assert.match(renderProgress({ ...STATE, item: "a".repeat(99) }, formatBytes, 120), /left {2}a+…$/);
});

/** What is shown when so much of 1000 is done every 10 milliseconds. */
function linesOf(progressColumns: number | undefined, count: number): string[] {
  let now = 0;
  const lines: string[] = [];
  const line = new Progress({ progress: (text) => void lines.push(text), progressColumns }, String, () => now);
  for (let done = 0; done <= count; done++, now += 10) line.show("Unpacking", done, count);
  line.show("Checking", 0, 10);
  return lines;
}

Deno.test("on a terminal a line is drawn ten times a second, at a step's beginning and at its end", () => {
  const lines = linesOf(80, 1000);
  assert.equal(lines.length, 102);
  assert.match(lines[50], /50% of 1000, 100\/s, 5 s left/);
  assert.match(lines[100], /100% of 1000/);
  assert.match(lines[101], /^Checking: \[\.+\] 0% of 10$/);
});

Deno.test("elsewhere there is a line every five seconds, and none of what is done soon", () => {
  assert.equal(linesOf(undefined, 499).length, 0);
  const lines = linesOf(undefined, 1600);
  assert.equal(lines.length, 3);
  assert.match(lines[1], /^Unpacking: \[.*\] 62% of 1600, 100\/s, 6 s left$/);
});
