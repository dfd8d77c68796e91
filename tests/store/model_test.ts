import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { checkRecord } from "../../src/domain/check_record.ts";
import { type FileRecord, type FileSummary, STATUSES } from "../../src/domain/records.ts";
import type { Store } from "../../src/store/store.ts";
import { BACKENDS } from "../support/backends.ts";
import { ModelStore } from "../support/model_store.ts";
import { fileRecords } from "../support/random_record.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const backends = BACKENDS.filter(({ missing }) => missing === undefined);

/** Random programs that are run; each runs on every backend. */
const RUNS = Number(Deno.env.get("USYNC_TEST_RUNS") ?? (Deno.build.os === "windows" ? 8 : 30));
const SEED = Number(Deno.env.get("USYNC_TEST_SEED") ?? Date.now() % 2 ** 31);

// Few different values, so that programs meet what is there already.
const fileIds = fc.constantFrom("a", "B", "ü", "\ufffd", "😀", "a/b", "A", "z".repeat(300));
const messageIds = fc.constantFrom("one@x", "two@x", "<three@x>", "ÄÖ@x", "one@X");
const words = fc.constantFrom(
  ...[
    "holiday",
    "HOLIDAY",
    "holi*",
    "part01.rar",
    "über",
    "uber",
    "Über part*",
    "",
    "*",
    "文件",
    "文*",
    "ﬁle",
    "no-such",
  ],
  ...["rar", "a.b.c", 'quote" OR', "NEAR(", "ß", "ΣΟΦΟΣ", "i̇stanbul", "part01 rar holiday"],
);
const names = fc.constantFrom("holiday.part01.rar", "Über.rar", "文件 a.b.c", "ﬁle ß", "σοφος İstanbul", "x", "");
const times = fc.constantFrom(null, "2024-02-29T12:00:00Z", "2024-02-29T13:00:00+01:00", "1960-01-01T00:00:00Z");
const limits = fc.constantFrom(1, 2, 3, 100);
const folders = fc.constantFrom(null, { folder_id: "f1", path: "/p", name: "n" }, {
  folder_id: "ü",
  path: "",
  name: "",
});

/** Records of files that programs share, with none, a few, or several blocks of segments. */
const files: fc.Arbitrary<FileRecord> = fc.record({
  base: fileRecords({ counts: fc.nat(4) }),
  file_id: fileIds,
  names: fc.array(names, { minLength: 2, maxLength: 2 }),
  created_at: times,
  folder: folders,
  count: fc.constantFrom(0, 1, 3, 64, 65, 200),
  messageId: fc.option(messageIds),
  status: fc.constantFrom(...STATUSES),
}).map(({ base, file_id, names: [name, subject], created_at, folder, count, messageId, status }) => {
  const more = Array.from({ length: count }, (_, index) => ({
    ...{ index, redundancy: 5, size: 1000, status: index % 3 === 0 ? status : "uploaded" },
    ...{
      message_id: index % 50 === 7 ? messageId : `${file_id}-${index}@generated`,
      subject: index % 2 ? subject : null,
    },
  }));
  return checkRecord({ ...base, file_id, name, created_at, folder, segments: [...base.segments, ...more] });
});

const updates = fc.array(
  fc.record({
    ...{ file_id: fileIds, index: fc.constantFrom(0, 1, 2, 63, 64, 150), redundancy: fc.constantFrom(0, 5) },
    ...{ message_id: fc.option(messageIds), status: fc.constantFrom(...STATUSES) },
    ...{ uploaded_at: times, group: fc.constantFrom(null, "alt.binaries.x"), server: fc.constantFrom(null, "news") },
  }, { requiredKeys: ["file_id", "index"] }),
  { minLength: 1, maxLength: 4 },
);

/** A step of a program: what it does to a store, and what the model answers. */
type Step = { name: string; run: (store: Store) => Promise<unknown>; model: (model: ModelStore) => unknown };

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: files.map(put) },
  { weight: 2, arbitrary: fc.array(files, { maxLength: 4 }).map(putMany) },
  { weight: 1, arbitrary: fc.array(files, { maxLength: 3 }).map(putAllOrNothing) },
  {
    weight: 3,
    arbitrary: updates.map((given) =>
      step("updateSegments", (s) => s.updateSegments(given).then(byPlace), (m) => byPlace(m.update(given)), given)
    ),
  },
  { weight: 2, arbitrary: fileIds.map((id) => step("deleteFile", (s) => s.deleteFile(id), (m) => m.delete(id), id)) },
  fileIds.map((id) => step("record", (s) => s.record(id), (m) => m.record(id), id)),
  fileIds.map((id) => step("file", (s) => s.file(id), (m) => m.file(id), id)),
  fileIds.map((id) => step("segments", (s) => s.segments(id), (m) => m.segments(id), id)),
  messageIds.map((id) => step("findMessageId", (s) => s.findMessageId(id), (m) => m.findMessageId(id), id)),
  fc.record({ folder: fc.constantFrom("f1", "ü", "none"), limit: limits, after: fileIds }, { requiredKeys: [] })
    .map((options) => step("files", (s) => s.files(options), (m) => m.files(options), options)),
  fc.record({
    limit: limits,
    after: fc.record({ file_id: fileIds, redundancy: fc.constantFrom(0, 5), index: fc.constantFrom(0, 7, 64) }),
  }, { requiredKeys: [] }).map((options) =>
    step("pending", (s) => s.pending(options), (m) => m.pending(options), options)
  ),
  {
    weight: 3,
    arbitrary: fc.tuple(words, limits).map(([query, limit]) =>
      step("search", (s) => searchAll(s, query, limit), (m) => m.search(query), query)
    ),
  },
  fc.constant(step("totals", async (s) => {
    const { database_bytes, ...counts } = await s.totals();
    assert.ok(database_bytes > 0);
    return counts;
  }, (m) => m.totals())),
  fc.constant(step("stream", (s) => Array.fromAsync(s.stream()), (m) => m.records())),
  fc.constant(step("verify", (s) => s.verify().then(({ problems }) => problems), () => [])),
  fc.constant(step("optimize", (s) => s.optimize(), () => undefined)),
);

function step(
  name: string,
  run: (store: Store) => Promise<unknown>,
  model: (model: ModelStore) => unknown,
  given?: unknown,
): Step {
  return { name: `${name}(${JSON.stringify(given) ?? ""})`, run, model };
}

function put(file: FileRecord): Step {
  return step("putFile", (store) => store.putFile(file), (model) => model.put(file), file);
}

function putMany(files: FileRecord[]): Step {
  return step("putFiles", (store) => store.putFiles(files), (model) => model.putFiles(files), files);
}

/** A load whose source fails after its last file: nothing of it may be there. */
function putAllOrNothing(files: FileRecord[]): Step {
  const run = async (store: Store) => {
    const load = store.bulkLoad();
    const source = function* () {
      yield* files;
      throw new Error("the source failed");
    };
    await assert.rejects(load.put(source(), { allOrNothing: true }), /the source failed/);
    await load.finish();
  };
  return step("a load that fails", run, () => undefined, files);
}

/** All pages of a search. */
async function searchAll(store: Store, query: string, limit: number): Promise<FileSummary[]> {
  const found: FileSummary[] = [];
  let after: string | undefined;
  while (true) {
    const page = await store.search(query, { limit, after });
    assert.ok(page.files.length <= limit);
    found.push(...page.files);
    if (page.next === null) return found;
    after = page.next;
  }
}

function byPlace<T>(places: T[]): string[] {
  return places.map((place) => JSON.stringify(place)).sort();
}

Deno.test("random programs give the same results on every backend as on a map of records", async () => {
  console.log(`USYNC_TEST_SEED=${SEED} USYNC_TEST_RUNS=${RUNS}`);
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 25 }), (program) =>
      inTempFolder(async (folder) => {
        const model = new ModelStore(), stores: Store[] = [];
        try {
          for (const [i, backend] of backends.entries()) {
            mkdirSync(join(folder, `${i}`));
            stores.push(await backend.open(join(folder, `${i}`)));
          }
          const end = step("stream", (store) => Array.fromAsync(store.stream()), (model) => model.records());
          for (const { name, run, model: expect } of [...program, end]) {
            const expected = structuredClone(expect(model));
            const results = await Promise.all(stores.map(run));
            results.forEach((result, i) => assert.deepEqual(result, expected, `${backends[i].name}: ${name}`));
          }
        } finally {
          for (const store of stores) await store.close();
        }
      })),
    { numRuns: RUNS, seed: SEED, verbose: 1 },
  );
});
