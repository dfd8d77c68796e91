import assert from "node:assert/strict";
import { Benefit } from "../../src/cache/benefit.ts";

/** Reads of which every `nth` is a hit, with milliseconds of a hit, of a miss and of keeping. */
function read(benefit: Benefit, count: number, nth: number, [hit, miss, keep]: number[]): void {
  for (let i = 0; i < count; i++) {
    if (!benefit.isOn) benefit.passed();
    else if (i % nth === 0) benefit.hit(hit);
    else benefit.miss(miss, keep);
  }
}

Deno.test("a cache that saves time stays on", () => {
  const benefit = new Benefit();
  read(benefit, 100_000, 2, [0.002, 0.2, 0.01]);
  assert.equal(benefit.isOn, true);
});

Deno.test("one that costs more than it saves goes off, and is tried again", () => {
  for (const [nth, times] of [[1e9, [0.002, 0.2, 0.01]], [50, [0.01, 0.02, 0.01]]] as [number, number[]][]) {
    const benefit = new Benefit();
    read(benefit, 1000, nth, times);
    assert.equal(benefit.isOn, false);
    read(benefit, 19_999, nth, times);
    assert.equal(benefit.isOn, false);
    read(benefit, 1, nth, times);
    assert.equal(benefit.isOn, true);
    read(benefit, 1000, 2, [0.002, 0.2, 0.01]);
    assert.equal(benefit.isOn, true);
  }
});
