import assert from "node:assert/strict";
import fc from "fast-check";
import { formatRanges, parseRanges } from "../../src/backup/line_ranges.ts";
import { momentsToKeep, parseRetention } from "../../src/backup/retention.ts";

const NOW = new Date("2026-11-27T09:00:00.000Z"), HOUR = 3_600_000;

function kept(keep: string, hoursAgo: number[]): number[] {
  const moments = hoursAgo.toSorted((a, b) => b - a).map((hours) =>
    new Date(NOW.getTime() - hours * HOUR).toISOString()
  );
  return momentsToKeep(moments, (at) => at, parseRetention(keep), NOW).map((at) =>
    (NOW.getTime() - Date.parse(at)) / HOUR
  );
}

Deno.test("of moments, those of a day and the last one of each day, week and month are kept", () => {
  assert.deepEqual(kept("7d", [0, 1, 23, 25, 26, 49, 24 * 6 + 1, 24 * 7 + 1, 24 * 40]), [24 * 6 + 1, 49, 23, 1, 0]);
  assert.deepEqual(kept("2d", [24, 10, 9]), [10, 9]);
  assert.deepEqual(kept("1d,3w", [24 * 3, 24 * 8, 24 * 9, 24 * 18, 24 * 19]), [24 * 18, 24 * 8, 24 * 3]);
  assert.deepEqual(kept("1d,2m", [24 * 26, 24 * 28, 24 * 29, 24 * 70]), [24 * 28, 24 * 26]);
  assert.deepEqual(kept("1d", [9000]), [9000]);
  assert.deepEqual(kept("1d", Array.from({ length: 150 }, (_, i) => i / 10)).length, 100);
  assert.deepEqual(kept("1d", []), []);
});

Deno.test("what is to be kept is written like 7d,4w,12m", () => {
  assert.deepEqual(parseRetention("7d,4w,12m"), { d: 7, w: 4, m: 12 });
  for (const wrong of ["", "7", "0d", "7d,", "7y", "-1d", "12345d"]) {
    assert.throws(() => parseRetention(wrong), /Cannot keep/);
  }
});

Deno.test("numbers of lines go through their text unchanged", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 })), (numbers) => {
    const sorted = numbers.toSorted((a, b) => a - b);
    assert.deepEqual([...parseRanges(formatRanges(sorted), 60)], sorted);
  }));
  assert.equal(formatRanges([3, 17, 20, 21, 22, 25]), "3,17,20-22,25");
  for (const wrong of ["x", "1,", "61", "5-61"]) assert.throws(() => parseRanges(wrong, 60), RangeError);
});
