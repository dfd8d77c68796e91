import assert from "node:assert/strict";
import { recordsOf } from "../support/unpack_batch.ts";
import { BatchChannel } from "../../src/transfer/batch_channel.ts";
import type { ReadJob, ReadRound } from "../../src/transfer/read_job.ts";
import { READERS, readInOrder, readSideBySide } from "../../src/transfer/readers.ts";
import { BatchPacker } from "../../src/store/batch_packer.ts";
import type { RoutedBatch } from "../../src/store/packed_batch.ts";
import { spawnProgram } from "../support/child_program.ts";
import { postedRecord } from "../support/records_of.ts";

/** A job whose files are named after it; the more segments they have, the longer it takes. */
function job(name: string, segments = 1): ReadJob {
  const text = JSON.stringify(postedRecord(name, segments)) + "\n";
  return { kind: "lines", format: "NDJSON", lines: new TextEncoder().encode(text), isStart: true, shards: 1 };
}

/** A job that its reader cannot even begin: what it throws is no error of an input. */
const BROKEN: ReadJob = { ...job("x"), shards: -1 };

function namesOf({ batches }: ReadRound): string[] {
  return batches.flatMap(({ batch }) => [...recordsOf(batch)]).map(({ file_id }) => file_id);
}

/** Gives up with an error where something hangs. */
async function inTime<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => timer = setTimeout(() => reject(new Error("it hangs")), 60_000));
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Kills a process, unless it has ended. */
function killed(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // it has ended
  }
}

/** Whether so many jobs are read: threads that a failure has left in use, or broken ones in the stock, show here. */
async function readsOn(): Promise<void> {
  const names: string[] = [];
  const jobs = Array.from({ length: 3 * READERS }, (_, i) => job(`${i}`));
  await inTime(readSideBySide(jobs, (round) => Promise.resolve(void names.push(...namesOf(round)))));
  assert.deepEqual(names.sort(), jobs.map((_, i) => `${i}`).sort());
}

Deno.test("rounds come in the order of their jobs, though the first ones take long", async () => {
  const jobs = Array.from({ length: 30 }, (_, i) => job(`${i}`, i % 7 === 0 ? 20_000 : 1));
  const rounds = await inTime(Array.fromAsync(readInOrder(jobs)));
  assert.deepEqual(rounds.map(namesOf), jobs.map((_, i) => [`${i}`]));
});

for (let place = 0; place < 8; place++) {
  Deno.test(`a reader that fails at job ${place} ends the reading, and its threads`, async () => {
    const jobs = Array.from({ length: 12 }, (_, i) => i === place ? BROKEN : job(`${i}`, 1 + i % 3 * 2000));
    const names: string[] = [];
    const inOrder = async () => {
      for await (const round of readInOrder(jobs)) names.push(...namesOf(round));
    };
    await assert.rejects(inTime(inOrder()));
    assert.deepEqual(names, jobs.slice(0, place).map((_, i) => `${i}`));
    await assert.rejects(inTime(readSideBySide(jobs, () => Promise.resolve())));
    await readsOn();
  });
}

Deno.test("after readers have failed no thread is left", async () => {
  const url = new URL("../../src/transfer/readers.ts", import.meta.url).href;
  const child = spawnProgram(`
    import { readInOrder, readSideBySide } from ${JSON.stringify(url)};
    const lines = (id, count) => new TextEncoder().encode(JSON.stringify({ file_id: id, path: "", name: "", size: 1,
      segments: Array.from({ length: count }, (_, index) => ({ index, size: 1 })) }) + "\\n");
    let alive = 0;
    globalThis.Worker = class extends Worker {
      constructor(...args) { super(...args); alive++; }
      terminate() { super.terminate(); alive--; }
    };
    for (let bad = 0; bad < 6; bad++) {
      const jobs = Array.from({ length: 12 }, (_, i) => (
        { kind: "lines", format: "NDJSON", lines: lines("f" + i, i % 2 ? 5000 : 1), isStart: true, shards: i === bad ? -1 : 1 }));
      let failures = 0;
      try { for await (const _ of readInOrder(jobs)); } catch { failures++; }
      try { await readSideBySide(jobs, () => Promise.resolve()); } catch { failures++; }
      await new Promise((resolve) => setTimeout(resolve, 300));
      console.log(failures, alive);
    }`);
  const { stdout, stderr } = await inTime(child.output()).finally(() => killed(child));
  assert.equal(
    new TextDecoder().decode(stdout).trim().replaceAll(/\s+/g, " "),
    "2 0 2 0 2 0 2 0 2 0 2 0",
    `${new TextDecoder().decode(stderr)}`,
  );
});

Deno.test("whoever stops taking rounds ends the reading", async () => {
  for (let taken = 0; taken < 4; taken++) {
    const jobs = Array.from({ length: 12 }, (_, i) => job(`${i}`, 3000));
    let left = taken;
    await inTime((async () => {
      for await (const _ of readInOrder(jobs)) if (left-- <= 0) break;
    })());
    let isFirst = true;
    const take = () => {
      const first = isFirst;
      isFirst = false;
      return first ? Promise.reject(new Error("no room")) : Promise.resolve();
    };
    await assert.rejects(inTime(readSideBySide(jobs, take)), /no room/);
    await readsOn();
  }
});

function batchOf(i: number): RoutedBatch {
  const packer = new BatchPacker();
  packer.add(postedRecord(`${i}`, 1));
  return { batch: packer.take(), shard: 0, shards: 1 };
}

Deno.test("a channel gives what every sender sends, in the order of each", async () => {
  const channel = new BatchChannel(), got: string[] = [];
  const send = async (sender: number) => {
    for (let i = 0; i < 200; i++) await channel.send([batchOf(sender * 1000 + i)]);
  };
  const sent = Promise.all([0, 1, 2].map(send)).then(() => channel.end());
  for await (const { batch } of channel.batches()) {
    for (const { file_id } of recordsOf(batch)) got.push(file_id);
    if (got.length % 50 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  await inTime(sent);
  assert.equal(got.length, 600);
  for (const sender of [0, 1, 2]) {
    const ofSender = got.map(Number).filter((id) => Math.floor(id / 1000) === sender);
    assert.deepEqual(ofSender, Array.from({ length: 200 }, (_, i) => sender * 1000 + i));
  }
});

Deno.test("every sender hears of what has ended the taker: those that wait, and those that come after", async () => {
  const channel = new BatchChannel(), failure = new Error("the disk is full");
  const send = async () => {
    while (true) await channel.send([batchOf(0)]);
  };
  const senders = [send(), send(), send(), send()].map((sender) => assert.rejects(inTime(sender), failure));
  let taken = 0;
  for await (const _ of channel.batches()) if (++taken === 100) break;
  await new Promise((resolve) => setTimeout(resolve)); // they wait for room now
  channel.fail(failure);
  channel.fail(new Error("a later one"));
  await Promise.all(senders);
  await assert.rejects(channel.send([]), failure);
  channel.end();
});
