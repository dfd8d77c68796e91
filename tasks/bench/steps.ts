/** What is measured of ours; each step runs in a process of its own: `steps.ts NAME ARGS…` prints a `StepResult`. */
import type { ColumnFile } from "../../src/blocks/segment_columns.ts";
import { readNzb } from "../../src/formats/nzb_reader.ts";
import { readFile } from "../../src/packings/read_file.ts";
import { openStore } from "../../src/mod.ts";
import type { Store, Tier } from "../../src/mod.ts";
import { generateFiles } from "../generator/generate_files.ts";
import type { StepResult } from "./run_step.ts";

const result: StepResult = { seconds: {}, numbers: {}, memory: 0 };

async function timed(name: string, work: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  await work();
  result.seconds[name] = (performance.now() - started) / 1000;
}

/** Milliseconds of the middle, of the slowest hundredth and of the slowest. */
async function latencies(name: string, count: number, work: (i: number) => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await work(i);
    times.push(performance.now() - started);
  }
  addLatencies(name, times);
}

function addLatencies(name: string, times: number[]): void {
  times.sort((a, b) => a - b);
  result.numbers[`${name} p50`] = times[times.length >> 1];
  result.numbers[`${name} p99`] = times[Math.floor(times.length * 0.99)];
  result.numbers[`${name} longest`] = times[times.length - 1];
}

/**
 * Looks a Message-ID up every few milliseconds until `work` ends. A lookup's time runs from when it was due, so that what
 * holds up the whole program counts.
 */
async function lookupsWhile(store: Store, work: () => Promise<unknown>): Promise<void> {
  const messageIds: string[] = [], times: number[] = [], pause = 5;
  for (const { file_id } of await store.files({ limit: 200 })) {
    messageIds.push(...(await store.segments(file_id))!.slice(0, 10).flatMap(({ message_id }) => message_id ?? []));
  }
  let isWorking = true;
  const lookUp = async () => {
    for (let i = 0; isWorking; i++) {
      const due = performance.now() + pause;
      await new Promise((resolve) => setTimeout(resolve, pause));
      await store.findMessageId(messageIds[(i * 6007) % messageIds.length]);
      times.push(performance.now() - due);
    }
  };
  await Promise.all([lookUp(), work().finally(() => isWorking = false)]);
  addLatencies("lookup meanwhile", times);
}

const STEPS: Record<string, (...args: string[]) => Promise<void>> = {
  async load(data, segments, shards) {
    await using store = await openStore(data);
    if (shards !== "1") await store.migrate({ shards: Number(shards) });
    const files = () => generateFiles({ segments: Number(segments), seed: 1 });
    // deno-lint-ignore require-await
    await timed("generating", async () => {
      for (const _ of files());
    });
    await timed("loading, generating included", async () => {
      const load = store.bulkLoad();
      await load.put(files());
      await load.finish();
    });
    const totals = await store.totals();
    result.numbers["bytes a segment"] = totals.database_bytes / totals.segments;
  },

  async query(data) {
    await using store = await openStore(data);
    const files: string[] = [], messageIds: string[] = [], words: string[] = [];
    for (let after = ""; files.length < 2000;) {
      const page = await store.files({ after, limit: 1000 });
      if (page.length === 0) break;
      files.push(...page.map(({ file_id }) => file_id));
      words.push(...page.map(({ name }) => name));
      after = files[files.length - 1];
    }
    for (let i = 0; i < 200; i++) {
      const segments = (await store.segments(files[(i * 7919) % files.length]))!;
      messageIds.push(...segments.slice(0, 10).flatMap(({ message_id }) => message_id ?? []));
    }
    await latencies("file read", 2000, (i) => store.segments(files[(i * 6007) % files.length]));
    await latencies("Message-ID lookup", 2000, (i) => store.findMessageId(messageIds[(i * 6007) % messageIds.length]));
    await latencies("search page", 500, (i) => store.search(words[(i * 6007) % words.length], { limit: 20 }));
  },

  async migrate(data, tier, url) {
    await using store = await openStore(data);
    let copied = 0;
    const started = performance.now();
    const move = () =>
      store.migrate({
        tier: tier as Tier,
        url: url === "" ? undefined : url,
        onProgress: ({ step }) => {
          if (step === "verifying" && copied === 0) copied = (performance.now() - started) / 1000;
        },
      });
    await timed("migration, verified", () => lookupsWhile(store, move));
    result.seconds["migration up to all indexes"] = copied;
    const totals = await store.totals();
    result.numbers["bytes a segment"] = totals.database_bytes / totals.segments;
  },

  async nzb(path) {
    let segments = 0;
    await timed("reading", async () => {
      const take = ({ columns }: ColumnFile) => void (segments += columns.count);
      const taker = { take, report: () => {}, restart: () => {} };
      for await (const _ of readNzb(() => readFile(path), taker, path)) { /* until its end */ }
    });
    result.numbers.segments = segments;
  },
};

const [name, ...args] = Deno.args;
await STEPS[name](...args);
try {
  const status = await Deno.readTextFile("/proc/self/status");
  result.memory = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1000;
} catch {
  // only Linux tells
}
console.log(JSON.stringify(result));
