import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { readUsenetSync } from "../../src/formats/usenetsync_reader.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { collect, type Collected } from "./collect.ts";
import { LOOSE_SCHEMA } from "./usenetsync_databases.ts";

/** Reads a database that the statements make. */
async function read(...statements: string[]): Promise<Collected> {
  let collected: Collected | undefined;
  await inTempFolder(async (folder) => {
    const path = join(folder, "a.db"), db = new DatabaseSync(path);
    for (const statement of statements) db.exec(statement);
    db.close();
    collected = await collect((report) => readUsenetSync(path, report));
  });
  assert.equal(collected!.error, undefined);
  return collected!;
}

/** The Message-IDs of each file. */
function messageIds({ files }: Collected): Record<string, (string | null)[]> {
  return Object.fromEntries(
    files.map(({ file_id, segments }) => [file_id, segments.map((segment) => segment.message_id)]),
  );
}

function bad({ notes }: Collected): string[] {
  return notes.filter((note) => note.bad).map(({ message }) => message);
}

const FILE = "INSERT INTO files (file_id, path, name, size) VALUES";
const SEGMENT = "INSERT INTO segments (file_id, segment_index, size, message_id) VALUES";
const NO_FOLDERS = "CREATE TABLE folders (folder_id TEXT, path TEXT, name TEXT)";

Deno.test("rows with a NUL or with bytes that are no UTF-8 are refused by name, and files are never mixed", async () => {
  const found = await read(
    LOOSE_SCHEMA,
    `${FILE} ('a', 'p', 'n', 1), (CAST(x'610062' AS TEXT), 'p', 'n', 1), (CAST(x'61ff' AS TEXT), 'p', 'n', 1),
      (CAST(x'61fe' AS TEXT), 'p', 'n', 1), ('b', 'p', CAST(x'7800' AS TEXT), 1), ('c', 'p', 'n', 1)`,
    `${SEGMENT} ('a', 0, 1, 'a@x'), (CAST(x'610062' AS TEXT), 0, 1, 'ab@x'), (CAST(x'61ff' AS TEXT), 0, 1, 'aff@x'),
      ('c', 0, 1, CAST(x'63ff' AS TEXT)), ('c', 1, 1, CAST(x'630040' AS TEXT)), ('c', 2, 1, 'c@x')`,
  );
  assert.deepEqual(messageIds(found), { a: ["a@x"], c: ["c@x"] });
  assert.match(
    bad(found).join("\n"),
    /4 files that cannot be kept: "a\\u0000b" \(file_id: holds a NUL character\), x'61ff'/,
  );
  assert.match(
    bad(found).join("\n"),
    /segment 0 of c \(message_id: holds bytes that are no valid text\), segment 1 of c \(.*NUL/,
  );
});

Deno.test("views, tables without rowids and ids that are numbers are read as SQL joins them", async () => {
  const withoutRowid = await read(
    `${NO_FOLDERS}; CREATE TABLE files (file_id TEXT PRIMARY KEY, path TEXT, name TEXT, size INTEGER) WITHOUT ROWID;
    CREATE TABLE segments (file_id TEXT, segment_index INTEGER, size INTEGER, message_id TEXT,
      PRIMARY KEY (file_id, segment_index)) WITHOUT ROWID`,
    `${FILE} ('w', 'p', 'n', 1); ${SEGMENT} ('w', 1, 1, '2@x'), ('w', 0, 1, '1@x')`,
  );
  assert.deepEqual([messageIds(withoutRowid), withoutRowid.notes], [{ w: ["1@x", "2@x"] }, []]);
  const view = await read(
    LOOSE_SCHEMA.replaceAll("segments", "real_parts"),
    "CREATE VIEW segments AS SELECT file_id, segment_index, size, message_id FROM real_parts",
    `${FILE} ('v', 'p', 'n', 1); ${
      SEGMENT.replace("segments", "real_parts")
    } ('v', 0, 1, 'v@x'), ('gone', 0, 1, 'g@x')`,
  );
  assert.deepEqual(messageIds(view), { v: ["v@x"] });
  assert.deepEqual(view.notes.map(({ message }) => message), ["1 segment without a file: file_id gone"]);
  const numbers = await read(
    `${NO_FOLDERS}; CREATE TABLE files (file_id TEXT, path TEXT, name TEXT, size INTEGER);
    CREATE TABLE segments (file_id INTEGER, segment_index INTEGER, size INTEGER, message_id TEXT)`,
    `${FILE} ('1', 'p', 'n', 1), ('10', 'p', 'n', 1), ('2', 'p', 'n', 1)`,
    `${SEGMENT} (10, 0, 1, '10@x'), (1, 0, 1, '1@x'), (3, 0, 1, '3@x'), (2, 0, 1, '2@x')`,
  );
  assert.deepEqual(messageIds(numbers), { 1: ["1@x"], 10: ["10@x"], 2: ["2@x"] });
  assert.deepEqual(bad(numbers), ["1 segment without a file: file_id 3"]);
  const mixed = await read(
    `${NO_FOLDERS}; CREATE TABLE files (file_id, path TEXT, name TEXT, size INTEGER);
    CREATE TABLE segments (file_id, segment_index INTEGER, size INTEGER, message_id TEXT)`,
    `${FILE} (7, 'p', 'first', 1), (8, 'p', 'n', 1), ('7', 'p', 'second', 1), (x'37', 'p', 'bytes', 1), ('z', 'p', 'n', 1)`,
    `${SEGMENT} (7, 0, 1, '7@x'), ('7', 1, 1, 'other@x'), (8, 0, 1, '8@x'), ('z', 0, 1, 'z@x')`,
  );
  assert.deepEqual(messageIds(mixed), { 7: ["7@x"], 8: ["8@x"], z: ["z@x"] });
  assert.deepEqual(bad(mixed), [
    "1 file that is there twice: second",
    "1 segment without a file: file_id 7",
    "1 file without an id: bytes",
  ]);
});

Deno.test("segments have what their packed segment says, and what it does not say for themselves", async () => {
  const found = await read(
    LOOSE_SCHEMA,
    `${FILE} ('a', 'p', 'n', 1), ('b', 'p', 'n', 1)`,
    `INSERT INTO packed_segments VALUES (1, 'posted', 900, 'zip', 'abc', '<pack@x>', 'sub', 'alt.p', 'uploaded', '2025-08-02 01:01:07', NULL),
      (2, 'planned', 50, NULL, NULL, NULL, NULL, NULL, 'pending', NULL, NULL)`,
    `INSERT INTO segments (file_id, segment_index, size, packed_segment_id, packing_index, message_id, subject, newsgroup, upload_status)
      VALUES ('a', 0, 1, 'posted', 4, NULL, NULL, NULL, 'pending'), ('a', 1, 1, 'posted', 5, '<own@x>', NULL, 'alt.o', 'failed'),
        ('b', 0, 1, 'planned', 0, NULL, 's', 'alt.b', 'uploaded'), ('b', 1, 1, 'planned', 1, '<alone@x>', NULL, NULL, 'uploaded'),
        ('b', 2, 1, 'gone', 0, NULL, NULL, NULL, 'pending')`,
  );
  const segments = found.files.flatMap((file) => file.segments);
  assert.deepEqual(segments.map(({ message_id, group, status }) => [message_id, group, status]), [
    ["pack@x", "alt.p", "uploaded"],
    ["pack@x", "alt.p", "uploaded"],
    [null, "alt.b", "pending"],
    ["alone@x", null, "uploaded"],
    [null, null, "pending"],
  ]);
  assert.deepEqual([segments[0].subject, segments[0].uploaded_at], ["sub", "2025-08-02T01:01:07Z"]);
  const about = { packed_total_size: 900, packed_compression_type: "zip", packed_hash: "abc" };
  const times = segments.map(({ meta }) => meta!.created_at);
  assert.deepEqual(segments.map(({ meta }) => meta), [
    { packed_segment_id: "posted", packing_index: 4, created_at: times[0], ...about },
    {
      ...{ packed_segment_id: "posted", packing_index: 5, created_at: times[1], ...about },
      ...{ own_message_id: "<own@x>", own_newsgroup: "alt.o", own_upload_status: "failed" },
    },
    {
      packed_segment_id: "planned",
      packing_index: 0,
      created_at: times[2],
      packed_total_size: 50,
      own_upload_status: "uploaded",
    },
    { packed_segment_id: "planned", packing_index: 1, created_at: times[3], packed_total_size: 50 },
    { packed_segment_id: "gone", packing_index: 0, created_at: times[4] },
  ]);
  assert.deepEqual(found.files.map(({ groups }) => groups), [["alt.p"], ["alt.b"]]);
  assert.deepEqual(found.notes.filter(({ message }) => message.includes("packed")), [{
    message: "1 segment whose packed segment is not in the table packed_segments: segment 2 of b",
    bad: false,
  }]);
});

Deno.test("tables that are not read are named with their rows in one note", async () => {
  const found = await read(
    LOOSE_SCHEMA,
    `CREATE TABLE shares (id INTEGER PRIMARY KEY AUTOINCREMENT, x); CREATE TABLE empty (x); CREATE TABLE "upload queue" (x);
    INSERT INTO shares (x) VALUES (1), (2); INSERT INTO "upload queue" VALUES (1)`,
  );
  assert.deepEqual(found.notes, [{ message: "not imported: shares (2 rows), upload queue (1 row)", bad: false }]);
});
