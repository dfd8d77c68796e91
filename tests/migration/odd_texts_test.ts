import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkRecord } from "../../src/domain/check_record.ts";
import type { FileRecord } from "../../src/domain/records.ts";
import { writeNdjson } from "../../src/formats/ndjson_writer.ts";
import { type FolderStore, migrate, openStore, type Tier } from "../support/folder_store.ts";
import { findInputs } from "../../src/transfer/find_inputs.ts";
import { InputImport } from "../../src/transfer/import_inputs.ts";
import { runs } from "../support/effort.ts";
import { postedRecord, recordOf } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { testPostgres } from "../support/test_postgres.ts";

const POSTGRES_URL = await testPostgres();

/** Inputs as other programs made them, which lie beside the project where it is developed. */
const FIELD = fileURLToPath(new URL("../../../shared/field", import.meta.url));

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Text that nothing packs: as many letters by a simple generator. */
function noise(length: number, seed: number, letters = LETTERS): string {
  let state = seed, text = "";
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += letters[(state >>> 8) % letters.length];
  }
  return text;
}

/** The same letters with and without normalisation, and code points that programs stumble over. */
const LIKE = ["\u00e9", "e\u0301", "\u212b", "\u00c5", "A\u030a", "ﬁ", "fi"];
const ODD = [
  "\ufeff",
  "\uffff",
  "\u{10ffff}",
  "\u0001\u001f\u007f\u0085",
  "\u202e\u2066",
  "\\",
  '"',
  "\\u0000",
  "\r\n\t",
  " ",
];

/** Bytes of the longest texts: as many as there may be, where all is run. */
const LONGEST = runs(60_000, 1_000_000);

/** Records with the longest and oddest texts that are taken. */
function* oddRecords(): Generator<FileRecord> {
  const longest = noise(LONGEST, 1), words = noise(LONGEST, 2, `${LETTERS}   `), wide = "ü".repeat(LONGEST / 2);
  for (const length of [2600, 2700, 2800, 8200]) {
    const name = noise(length, length);
    yield postedRecord(`name of ${length}`, 1, { name, path: name, subject: name });
  }
  const ids = { folder: { folder_id: noise(1024, 3), path: "p", name: "n" }, meta: { wide } };
  yield recordOf(noise(1024, 4), { ...ids, name: longest });
  yield recordOf(noise(1024, 5), { ...ids, subject: words }, [{ index: 0, subject: wide }]);
  yield recordOf(noise(1024, 6), { ...ids, poster: longest }, [{
    index: 0,
    message_id: longest,
    internal_subject: wide,
  }]);
  for (const text of [...LIKE, ...ODD]) {
    const folder = { folder_id: text, path: text, name: text, meta: { [text]: text } };
    const segment = {
      index: 0,
      message_id: text.trim() || null,
      subject: text,
      internal_subject: text,
      meta: { [text]: [text] },
    };
    yield recordOf(
      `odd ${text}`,
      { folder, name: text, path: text, subject: text, hash: text, meta: { [text]: text } },
      [segment],
    );
  }
}

async function ndjsonOf(store: FolderStore): Promise<string> {
  const texts: string[] = [];
  for await (const text of writeNdjson(store.stream())) texts.push(text);
  return texts.join("");
}

Deno.test("the longest and oddest texts move to every tier and back, equal byte for byte, and are found there", () =>
  inTempFolder(async (folder) => {
    await using store = await openStore(folder);
    const records = [...oddRecords()].map(checkRecord);
    assert.equal((await store.putFiles(records)).added, records.length);
    if (existsSync(FIELD)) {
      const load = store.bulkLoad(), run = new InputImport(load, folder);
      await run.run(findInputs([FIELD], run));
      await load.finish();
      assert.ok(run.report.added > 40);
    }
    const before = await ndjsonOf(store);
    for (const [tier, shards] of [["sharded", 3], ["postgres", 1], ["sqlite", 1]] as [Tier, number][]) {
      await migrate(store, { tier, shards, url: tier === "postgres" ? POSTGRES_URL : undefined });
      assert.equal(store.tier, tier);
      assert.ok(await ndjsonOf(store) === before, `the texts differ on ${tier}`);
      for (const { file_id, segments } of records) {
        const message_id = segments[0]?.message_id;
        assert.equal((await store.file(file_id))?.file_id, file_id);
        if (message_id) {
          assert.ok((await store.findSegments(message_id)).found.some(({ file }) => file.file_id === file_id));
        }
      }
      assert.deepEqual(await store.putFiles(records), {
        added: 0,
        replaced: 0,
        unchanged: records.length,
        segments: 0,
      });
      await store.discardOld();
    }
    assert.deepEqual((await store.verify()).problems, []);
  }));

Deno.test("texts that no tier can keep are refused by name before they come to one", () => {
  for (const text of ["a\0b", "\ud800", "x".repeat(1_000_001), "ö".repeat(500_001)]) {
    for (const key of ["name", "path", "subject", "poster"]) {
      assert.throws(() => checkRecord({ ...recordOf("f"), [key]: text }), new RegExp(`^InputError: ${key}: `));
    }
    for (const key of ["message_id", "subject", "internal_subject", "group", "server", "hash"]) {
      const record = { ...recordOf("f"), segments: [{ index: 0, size: 1, [key]: text }] };
      assert.throws(() => checkRecord(record), new RegExp(`^InputError: segments\\[0\\]\\.${key}: `));
    }
  }
  for (const [id, isKept] of [["i".repeat(1024), true], ["i".repeat(1025), false], ["ö".repeat(513), false]] as const) {
    const check = () => checkRecord(recordOf(id, { folder: { folder_id: id, path: "", name: "" } }));
    if (isKept) check();
    else assert.throws(check, /^InputError: file_id: /);
  }
});
