import assert from "node:assert/strict";
import { WorkerPool } from "../../src/threads/worker_pool.ts";

/** Workers that answer a number of milliseconds after that time, with when they began and ended. */
const SLEEPER = `
  self.onmessage = ({ data: { number, request } }) => {
    const began = Date.now();
    if (request < 0) setTimeout(() => { throw new Error("broken"); });
    else setTimeout(() => self.postMessage({ number, result: [began, Date.now()] }), request);
  };
  self.postMessage("ready");`;

Deno.test("a pool answers all calls, as many at once as there are cores, also after a worker broke", async () => {
  const pool = new WorkerPool<number>(new URL(`data:text/javascript,${encodeURIComponent(SLEEPER)}`));
  const cores = navigator.hardwareConcurrency;
  const broken = pool.call(-1);
  const calls = Promise.all(Array.from({ length: cores * 3 }, () => pool.call<[number, number]>(100)));
  await assert.rejects(broken, /stopped: /);
  const times = await calls;
  for (const [began] of times) {
    const atOnce = times.filter(([other, ended]) => other <= began && began < ended).length;
    assert.ok(atOnce >= 1 && atOnce <= cores, `${atOnce} at once`);
  }
  // It ends by itself, and begins again.
  assert.equal((await pool.call<[number, number]>(0)).length, 2);
});
