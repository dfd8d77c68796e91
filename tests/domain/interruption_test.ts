import assert from "node:assert/strict";
import { Interruption } from "../../src/domain/interruption.ts";

Deno.test("what waits is broken off with the cause, what has ended is not, and what comes later is at once", async () => {
  const interruption = new Interruption(), never = new Promise<never>(() => {});
  assert.equal(await interruption.or(Promise.resolve(1)), 1);
  await assert.rejects(interruption.or(Promise.reject(new Error("its own"))), /its own/);
  const waiting = [interruption.or(never), interruption.or(never)];
  interruption.happen(new Error("the end"));
  interruption.happen(new Error("another end"));
  for (const wait of [...waiting, interruption.or(never), interruption.or(Promise.resolve(1))]) {
    await assert.rejects(wait, /the end/);
  }
});

Deno.test("nothing of what was waited for is kept", async () => {
  const interruption = new Interruption(), bytes = 200_000, times = 5000;
  let most = 0;
  for (let i = 0; i < times; i++) {
    const result = await interruption.or(Promise.resolve(new Uint8Array(bytes)));
    assert.equal(result.length, bytes);
    most = Math.max(most, Deno.memoryUsage().external);
  }
  assert.ok(most < bytes * times / 2, `${most} bytes`);
});
