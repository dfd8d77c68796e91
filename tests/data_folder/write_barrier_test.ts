import assert from "node:assert/strict";
import { WriteBarrier } from "../../src/data_folder/write_barrier.ts";

/** Lets all go on that can. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

/** Work that notes when it begins and ends by itself, or once it is let go. */
function makeWork(events: string[], name: string) {
  const { promise, resolve: letGo } = Promise.withResolvers<void>();
  const run = async () => {
    events.push(`${name} begins`);
    await promise;
    events.push(`${name} ends`);
    return name;
  };
  return { run, letGo };
}

Deno.test("writes run beside each other, what is exclusive when they have ended, and later writes after it", async () => {
  const events: string[] = [], barrier = new WriteBarrier();
  const [a, b, alone, late] = ["a", "b", "alone", "late"].map((name) => makeWork(events, name));
  const results = [
    barrier.shared(a.run),
    barrier.shared(b.run),
    barrier.exclusive(alone.run),
    barrier.shared(late.run),
  ];
  await settle();
  assert.deepEqual(events, ["a begins", "b begins"]);
  a.letGo();
  await settle();
  assert.deepEqual(events.slice(2), ["a ends"]);
  b.letGo();
  await settle();
  assert.deepEqual(events.slice(3), ["b ends", "alone begins"]);
  alone.letGo();
  await settle();
  assert.deepEqual(events.slice(5), ["alone ends", "late begins"]);
  late.letGo();
  assert.deepEqual(await Promise.all(results), ["a", "b", "alone", "late"]);
});

Deno.test("of what is exclusive one runs at a time, without a write between its begin and its end", async () => {
  const barrier = new WriteBarrier();
  let writes = 0, alone = 0;
  const write = async () => {
    writes++;
    assert.equal(alone, 0);
    await settle();
    writes--;
  };
  const exclusive = async () => {
    alone++;
    assert.deepEqual([alone, writes], [1, 0]);
    await settle();
    alone--;
  };
  await Promise.all(
    Array.from({ length: 60 }, (_, i) => i % 7 === 3 ? barrier.exclusive(exclusive) : barrier.shared(write)),
  );
});

Deno.test("what fails lets the others on", async () => {
  const barrier = new WriteBarrier(), failure = new Error("it failed"), fail = () => Promise.reject(failure);
  const results = await Promise.allSettled([barrier.shared(fail), barrier.exclusive(fail), barrier.shared(fail)]);
  for (const result of results) assert.equal(result.status === "rejected" && result.reason, failure);
  assert.equal(await barrier.exclusive(() => Promise.resolve(1)), 1);
  assert.equal(await barrier.shared(() => Promise.resolve(2)), 2);
});
