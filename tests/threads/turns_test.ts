import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Turns } from "../../src/threads/turns.ts";

Deno.test("of many long loops one goes on in each turn of the event loop, and all get on", async () => {
  const LOOPS = 12, PASSES = 10;
  const passes = new Array<number>(LOOPS).fill(0);
  const loop = async (i: number) => {
    const turns = new Turns();
    for (; passes[i] < PASSES; passes[i]++) {
      await turns.give(); // as a loop does whose time is over
    }
  };
  const sum = () => passes.reduce((sum, count) => sum + count, 0);
  const loops = Promise.all(passes.map((_, i) => loop(i)));
  for (let before = 0; before < LOOPS * PASSES; before = sum()) {
    await nextTurn();
    assert.ok(sum() - before <= 2, `${sum() - before} went on at once`);
    assert.ok(Math.max(...passes) - Math.min(...passes) <= 1, `not in turn: ${passes}`);
  }
  await loops;
});

Deno.test("a loop goes on until its time is over", async () => {
  const turns = new Turns();
  let others = 0;
  const counting = setInterval(() => others++, 0);
  for (const end = performance.now() + 200; performance.now() < end;) await turns.pass();
  clearInterval(counting);
  assert.ok(others > 0);
});
