import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { goEasy, Turns } from "../../src/threads/turns.ts";

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

Deno.test("while somebody is served, a long loop gets few turns between a request and its answer", async () => {
  const server = createServer((_, response) => {
    goEasy();
    response.end("here");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let isEnding = false, turnsTaken = 0;
  const loop = (async () => {
    const turns = new Turns();
    while (!isEnding) {
      for (const end = performance.now() + 5; performance.now() < end;);
      await turns.give();
      turnsTaken++;
    }
  })();
  const taken: number[] = [];
  for (let i = 0; i < 20; i++) {
    const before = turnsTaken;
    assert.equal(await (await fetch(url)).text(), "here");
    if (i > 0) taken.push(turnsTaken - before); // the first one says that somebody is there
  }
  isEnding = true;
  await loop;
  server.close();
  server.closeAllConnections();
  taken.sort((a, b) => a - b);
  assert.ok(taken[taken.length >> 1] <= 20, `turns: ${taken}`); // when it only gives turns away, they are about 120
});
