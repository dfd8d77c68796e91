import assert from "node:assert/strict";
import fc from "fast-check";
import { type GrowthPoint, withPoint } from "../../src/monitoring/growth.ts";

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const START = Date.UTC(2024, 1, 29);

function pointAt(ms: number): GrowthPoint {
  return { at: new Date(ms).toISOString(), files: 1, segments: 1, content_bytes: 1, database_bytes: 1 };
}

function grown(times: Iterable<number>): number[] {
  let points: GrowthPoint[] = [];
  for (const time of times) points = withPoint(points, pointAt(time));
  return points.map(({ at }) => Date.parse(at));
}

Deno.test("ten years of points every hour fit into some kB, and none of them lie far apart for their age", () => {
  const now = START + 3653 * DAY;
  const times = grown(function* () {
    for (let time = START; time <= now; time += HOUR) yield time;
  }());
  assert.ok(times.length > 100 && times.length < 300, `${times.length} points`);
  assert.deepEqual([times[0], times.at(-1)], [START, now]);
  for (let i = 1; i < times.length; i++) {
    const gap = times[i] - times[i - 1], age = now - times[i - 1];
    assert.ok(gap <= Math.max(HOUR, age / 4), `${gap / HOUR} h at an age of ${age / HOUR} h`);
  }
});

Deno.test("points rise in time, the first and the newest stay, whatever the clock does", () =>
  fc.assert(
    fc.property(fc.array(fc.nat(100 * DAY), { minLength: 1, maxLength: 100 }), (times) => {
      const points = grown(times.map((time) => START + time));
      assert.equal(points.at(-1), START + times[times.length - 1]);
      assert.equal(points[0], START + Math.min(times[0], ...times));
      for (let i = 1; i < points.length; i++) assert.ok(points[i] > points[i - 1]);
    }),
  ));

Deno.test("two points are a minute apart, and the newer one counts", () => {
  assert.deepEqual(grown([0, 5 * MINUTE, 5.5 * MINUTE]), [0, 5.5 * MINUTE]);
  assert.deepEqual(grown([0, 5 * MINUTE, 6 * MINUTE]), [0, 5 * MINUTE, 6 * MINUTE]);
});
