import assert from "node:assert/strict";
import fc from "fast-check";
import { Histogram } from "../../src/monitoring/histogram.ts";

/** Milliseconds of operations that are worth telling apart, a microsecond to an hour. */
const latencies = fc.oneof(
  fc.double({ min: -10, max: 21.7, noNaN: true }).map((power) => 2 ** power),
  fc.constantFrom(0.001, 0.25, 1, 5, 10, 10.000001, 999.999, 3_600_000),
);
const lists = fc.array(latencies, { minLength: 1, maxLength: 200 });

function histogramOf(list: number[]): Histogram {
  const histogram = new Histogram();
  for (const ms of list) histogram.record(ms);
  return histogram;
}

Deno.test("a quantile is never told too short, and at most a sixteenth too long", () =>
  fc.assert(
    fc.property(lists, fc.double({ min: 0, max: 1, noNaN: true }), (list, share) => {
      const exact = list.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * list.length) - 1)];
      const told = histogramOf(list).quantile(share);
      assert.ok(told >= exact && told <= exact * (1 + 1 / 16), `${told} for ${exact}`);
    }),
  ));

Deno.test("counts up to a power of two or a sixteenth between are exact, its own value included", () =>
  fc.assert(
    fc.property(lists, fc.integer({ min: -11, max: 20 }), fc.nat(15), (list, power, sixteenth) => {
      const end = 2 ** power * (1 + sixteenth / 16), all = [...list, end];
      assert.equal(histogramOf(all).countUpTo(end), all.filter((ms) => ms <= end).length);
    }),
  ));

Deno.test("what is beyond the buckets is counted at their ends", () => {
  const histogram = histogramOf([0, 1e-9, 1e12]);
  assert.equal(histogram.countUpTo(2 ** -12), 2);
  assert.equal(histogram.quantile(0.5), 2 ** -12);
  assert.equal(histogram.quantile(1), 1e12);
  assert.deepEqual([histogram.count, histogram.longest], [3, 1e12]);
});

Deno.test("histograms added together, or kept as JSON between, are as if all had been recorded in one", () =>
  fc.assert(
    fc.property(lists, lists, (a, b) => {
      const all = histogramOf([...a, ...b]), sum = histogramOf(a);
      sum.add(Histogram.from(JSON.parse(JSON.stringify(histogramOf(b)))));
      assert.equal(sum.count, all.count);
      assert.ok(Math.abs(sum.sum - all.sum) < 0.001);
      assert.ok(Math.abs(sum.longest - all.longest) < 0.001);
      for (const share of [0, 0.5, 0.99, 1]) assert.ok(Math.abs(sum.quantile(share) - all.quantile(share)) < 0.001);
    }),
  ));

Deno.test("an empty histogram has nothing to tell", () => {
  const histogram = new Histogram();
  assert.deepEqual([histogram.count, histogram.quantile(0.99), histogram.countUpTo(5)], [0, 0, 0]);
});

Deno.test("what is no histogram is refused", () => {
  const good = { sum: 1, longest: 1, buckets: [192, 1] };
  assert.equal(Histogram.from(good).count, 1);
  const bad = [
    { buckets: [192] },
    { buckets: [-1, 1] },
    { buckets: [1e9, 1] },
    { buckets: [1.5, 1] },
    { buckets: [192, 0.5] },
    { buckets: [192, "1"] },
    { sum: null },
    { longest: "x" },
    { sum: -1 },
  ];
  for (const part of bad) {
    assert.throws(() => Histogram.from({ ...good, ...part } as never), RangeError, JSON.stringify(part));
  }
});
