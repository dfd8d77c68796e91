import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { CachedStore } from "../../src/cache/cached_store.ts";
import { migrate, openStore } from "../support/folder_store.ts";
import type { Store } from "../../src/store/store.ts";
import { BACKENDS, testBackends } from "../support/backends.ts";
import { runs } from "../support/effort.ts";
import { ModelStore } from "../support/model_store.ts";
import { askModel, askStore, type Operation } from "../support/operations.ts";
import { FEW_FILE_IDS, writesOf } from "../support/random_operations.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const RUNS = runs(2, 10);

/** Everything that is cached, of all files and Message-IDs that programs use. */
const READS: Operation[] = [
  ...FEW_FILE_IDS.flatMap((file_id): Operation[] => [{ kind: "record", file_id }, { kind: "segments", file_id }, {
    kind: "file",
    file_id,
  }]),
  ...["one@x", "two@x", "three@x", "<three@x>", "ÄÖ@x", "one@X", "a-7@generated"].map((message_id): Operation => ({
    kind: "findMessageId",
    message_id,
  })),
];
const writes = writesOf(fc.constantFrom(...FEW_FILE_IDS));

/** What every read gives, asked twice: from the store, and from the cache. */
async function assertFresh(store: Store, model: ModelStore, told: string): Promise<void> {
  for (const read of [...READS, ...READS]) {
    const expected = structuredClone(askModel(model, read));
    assert.deepEqual(await askStore(store, read), expected, `${JSON.stringify(read)} after ${told}`);
  }
}

Deno.test("whatever is written, and whatever is read meanwhile, no read is stale after it, on every backend", async () => {
  const backends = BACKENDS.filter(({ name, missing }) => missing === undefined && name !== "service");
  let hits = 0;
  const steps = fc.array(fc.record({ write: writes, reads: fc.array(fc.constantFrom(...READS), { maxLength: 12 }) }), {
    minLength: 1,
    maxLength: 8,
  });
  await inTempFolder(async (folder) => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(...backends), async (steps, backend) => {
        const path = join(folder, `${run++}`);
        mkdirSync(path);
        const store = new CachedStore(await backend.open(path)), model = new ModelStore();
        try {
          for (const { write, reads } of steps) {
            // Reads that begin before the write, and while it runs.
            const before = reads.slice(0, reads.length / 2).map((read) => askStore(store, read));
            const written = askStore(store, write);
            const during = reads.slice(reads.length / 2).map((read) => askStore(store, read));
            const expected = structuredClone(askModel(model, write));
            assert.deepEqual(await written, expected);
            await Promise.all([...before, ...during]);
            await assertFresh(store, model, JSON.stringify(write));
          }
          hits += store.use.hits;
        } finally {
          await store.close();
        }
      }),
      { numRuns: RUNS },
    );
  });
  assert.ok(hits > 0, "nothing came from the cache");
});

testBackends("what was read before a write is not kept after it, however late it comes", async ({ store }) => {
  await store.putFile(postedRecord("f", 3));
  const held: (() => void)[] = [];
  const slow = new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "record" && name !== "findMessageId") return value.bind(target);
      return async (...args: unknown[]) => {
        const result = await value.apply(target, args);
        await new Promise<void>((resolve) => held.push(resolve)); // it has read, and answers later
        return result;
      };
    },
  });
  const cached = new CachedStore(slow), messageId = postedRecord("f", 3).segments[1].message_id!;
  const early = [cached.record("f"), cached.findMessageId(messageId)];
  while (held.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  await cached.updateSegments([{ file_id: "f", index: 1, message_id: "other@x" }]);
  for (const answer of held.splice(0)) answer();
  await Promise.all(early);
  const late = [cached.record("f"), cached.findMessageId(messageId), cached.findMessageId("other@x")];
  while (held.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  for (const answer of held.splice(0)) answer();
  const [record, old, moved] = await Promise.all(late);
  assert.equal((record as { segments: { message_id: string }[] }).segments[1].message_id, "other@x");
  assert.deepEqual([old, (moved as { index: number }).index], [undefined, 1]);
});

testBackends("who changes what was read changes nothing for the next", async ({ store }) => {
  const cached = new CachedStore(store), record = postedRecord("f", 3);
  await cached.putFile(record);
  for (let i = 0; i < 3; i++) {
    const read = (await cached.record("f"))!;
    assert.deepEqual(read, await store.record("f"));
    read.name = "changed";
    read.segments.length = 0;
  }
  assert.equal(cached.use.hits, 2);
});

Deno.test("a migration changes nothing of what the cache gives, and what is written meanwhile is fresh", () =>
  inTempFolder(async (folder) => {
    const own = await openStore(join(folder, "data"));
    await using _ = own;
    const store = new CachedStore(own);
    for (let i = 0; i < 50; i++) await store.putFile(postedRecord(`f${i}`, 100));
    const move = migrate(own, { shards: 3 });
    let isMoving = true;
    void move.finally(() => isMoving = false);
    for (let i = 0; isMoving || i < 50; i++) {
      const fileId = `f${i % 50}`, size = 1000 + i;
      await store.putFile({ ...postedRecord(fileId, 100), size });
      assert.equal((await store.file(fileId))?.size, size);
      assert.equal((await store.file(fileId))?.size, size);
    }
    await move;
    assert.ok(store.use.hits >= 50);
  }));

Deno.test("the cache stays within its bytes and keeps nothing that is too large", () =>
  inTempFolder(async (folder) => {
    const backend = BACKENDS[0], store = new CachedStore(await backend.open(folder));
    try {
      await store.putFile(postedRecord("large", 20_000));
      for (let i = 0; i < 3; i++) assert.equal((await store.segments("large"))?.length, 20_000);
      assert.deepEqual([store.use.entries, store.use.hits], [0, 0]);
      for (let i = 0; i < 900; i++) await store.record(`not there ${i} ${"x".repeat(100_000)}`);
      const { bytes, entries } = store.use;
      assert.ok(bytes > 0 && bytes <= 32 * 2 ** 20, `${bytes} bytes`);
      assert.ok(entries > 10 && entries < 900, `${entries} entries`);
    } finally {
      await store.close();
    }
  }));
