import assert from "node:assert/strict";
import { limitReachedAt, perDay, samplesSince } from "../../src/page/growth_points.js";

const DAY = 86_400_000;
const point = (at: number, segments: number) => ({
  ...{ at: new Date(at).toISOString(), segments },
  ...{ files: 0, content_bytes: 0, database_bytes: 0 },
});
/** The beginning of a day of the user's calendar. */
const START = new Date(2026, 0, 5).getTime();

Deno.test("the samples of a span begin with how it was when the span began", () => {
  const points = [point(0, 0), point(10 * DAY, 100), point(12 * DAY, 300)];
  assert.deepEqual(samplesSince(points, "segments", 5 * DAY), [
    { at: 5 * DAY, amount: 50 },
    { at: 10 * DAY, amount: 100 },
    { at: 12 * DAY, amount: 300 },
  ]);
  assert.deepEqual(samplesSince(points, "segments", -Infinity).length, 3);
  assert.deepEqual(samplesSince(points, "segments", 13 * DAY), [{ at: 12 * DAY, amount: 300 }]);
  assert.deepEqual(samplesSince([], "segments", 0), []);
});

Deno.test("what came on a day is told by day, and spread evenly where points are further apart", () => {
  const samples = [[0, 0], [0.5, 50], [1, 60], [3, 100]].map(([days, amount]) => ({ at: START + days * DAY, amount }));
  assert.deepEqual(perDay(samples).map(({ amount }) => amount), [60, 20, 20]);
  assert.deepEqual(perDay(samples.slice(0, 1)), []);
});

Deno.test("a limit is forecast from the last 30 days, and not from less than one", () => {
  const daily = [point(0, 0), point(100 * DAY, 1000), point(130 * DAY, 4000)];
  assert.equal(limitReachedAt(daily, "segments", 5000)?.getTime(), 140 * DAY);
  assert.equal(limitReachedAt(daily, "segments", 3000), undefined, "it is reached already");
  assert.equal(limitReachedAt(daily, "segments", 4000 + 3650 * 100)?.getTime(), 3780 * DAY);
  assert.equal(limitReachedAt(daily, "segments", 4001 + 3650 * 100), undefined, "in more than ten years");
  assert.equal(limitReachedAt(daily, "files", 10), undefined, "it does not grow");
  assert.ok(limitReachedAt([point(0, 0), point(DAY, 10)], "segments", 100));
  assert.equal(limitReachedAt([point(0, 0), point(DAY - 1000, 10)], "segments", 100), undefined);
  assert.equal(limitReachedAt([point(0, 5)], "segments", 100), undefined);
});
