import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { UsyncError } from "../../src/domain/errors.ts";
import { searchWords } from "../../src/domain/search_words.ts";
import { digestShard } from "../../src/sqlite/digest_shard.ts";
import { createShard } from "../../src/sqlite/schema.ts";
import { ShardCopy } from "../../src/sqlite/shard_copy.ts";
import { SqliteStore } from "../../src/sqlite/sqlite_store.ts";
import type { Store } from "../../src/store/store.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { Random } from "../../tasks/generator/random.ts";
import { runs } from "../support/effort.ts";
import { allOf, postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { verifyShard } from "./shards.ts";

const TRIALS = runs(40, 200);

/** A shard with files that were put, replaced, changed and deleted, and its open store. */
async function filledShard(folder: string): Promise<{ path: string; store: SqliteStore }> {
  const path = join(folder, "shard.sqlite");
  createShard(path);
  const store = await SqliteStore.open([path]);
  const records = [...generateFiles({ segments: 1500, seed: 3, kind: "usenetsync" })];
  await store.putFiles(records);
  await store.putFiles(Array.from({ length: 20 }, (_, i) => postedRecord(`gone ${i}`, 80)));
  for (let i = 0; i < 20; i++) await store.deleteFile(`gone ${i}`);
  await store.putFile({ ...records[0], meta: { note: "replaced" } });
  await store.updateSegments([{ file_id: records[1].file_id, index: 0, status: "failed" }]);
  return { path, store };
}

/** What all kinds of queries give, as texts. */
async function answers(store: Store, words: string[]): Promise<string[]> {
  const records = await allOf(store), { database_bytes: _, ...totals } = await store.totals();
  const folders = new Set(records.map(({ folder }) => folder?.folder_id ?? "none"));
  const found = [
    totals,
    await store.pending({ limit: 10_000 }),
    await store.files({ limit: 10_000 }),
    ...await Promise.all([...folders].map((folder) => store.files({ folder }))),
    ...await Promise.all(
      records.flatMap(({ segments }) => segments.filter((_, i) => i % 20 === 0))
        .map(({ message_id }) => message_id && store.findMessageId(message_id)),
    ),
    ...await Promise.all(
      words.map(async (word) => [word, (await store.search(word)).files.map((file) => file.file_id)]),
    ),
  ];
  return [...records, ...found].map((answer) => JSON.stringify(answer));
}

Deno.test("a byte that is wrong anywhere in a shard is found, or harms no query", () =>
  inTempFolder(async (folder) => {
    const { path, store } = await filledShard(folder);
    const words = (await allOf(store)).flatMap(({ name, path, segments }) =>
      searchWords(`${name} ${path} ${segments[0]?.subject ?? ""}`)
    );
    const asked = [...new Set(words)].filter((_, i) => i % 3 === 0);
    const expected = await answers(store, asked);
    await store.close();
    assert.deepEqual(verifyShard(path, 0, 1).problems, []);
    const sound = new Uint8Array(readFileSync(path));
    const seed = Date.now() % 2 ** 31, random = new Random(seed);
    let found = 0;
    for (let trial = 0; trial < TRIALS; trial++) {
      const at = random.below(sound.length), flip = random.between(1, 255);
      const damaged = sound.slice();
      damaged[at] ^= flip;
      for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
      writeFileSync(path, damaged);
      const { problems } = verifyShard(path, 0, 1);
      if (problems.length > 0) found++;
      else await assertUnharmed(path, expected, asked, `byte ${at} ^ ${flip} (seed ${seed}) was not found`);
    }
    console.log(`${found} of ${TRIALS} wrong bytes were found in ${sound.length} bytes, the others do no harm`);
    assert.ok(found > TRIALS / 5);
  }));

async function assertUnharmed(path: string, expected: string[], words: string[], message: string): Promise<void> {
  try {
    const store = await SqliteStore.open([path]);
    try {
      assert.deepEqual(await answers(store, words), expected);
    } finally {
      await store.close();
    }
  } catch (error) {
    assert.fail(
      `${message}: ${error instanceof UsyncError ? "" : "and it is not told: "}${String(error).slice(0, 600)}`,
    );
  }
}

Deno.test("a page that cannot be read is an error of a copy and of a digest, never the end of the files", () =>
  inTempFolder(async (folder) => {
    const { path, store } = await filledShard(folder);
    await store.close();
    const copied = () => {
      const copy = new ShardCopy(path, 1);
      try {
        let files = 0;
        for (let after = "", round; (round = copy.next(after)) !== undefined; after = round.upTo) {
          if (round.problems.length > 0) throw new UsyncError(round.problems[0].what);
          files += round.files;
        }
        return files;
      } finally {
        copy.close();
      }
    };
    const sound = Buffer.from(readFileSync(path)), pageSize = sound.readUInt16BE(16), files = copied();
    const digested = () => {
      const { digests, problems } = digestShard(path, () => {});
      if (problems.length > 0) throw new UsyncError(problems[0].what);
      return JSON.stringify([...digests].map(String));
    };
    const digests = digested();
    let failed = 0;
    for (let at = pageSize; at < sound.length; at += pageSize) {
      writeFileSync(path, Buffer.from(sound).fill(0xff, at, at + pageSize));
      for (
        const attempt of [
          () => assert.equal(copied(), files),
          () => assert.equal(digested(), digests),
        ]
      ) {
        try {
          attempt();
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          failed++;
        }
      }
    }
    assert.ok(failed > 10, `${failed} attempts failed`);
  }));
