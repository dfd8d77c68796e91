import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import type { Note } from "../../src/formats/note.ts";
import { readUsenetSync } from "../../src/formats/usenetsync_reader.ts";
import { IS_THOROUGH } from "../support/effort.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { collect } from "./collect.ts";

const SHARED = fileURLToPath(new URL("../../../shared/usenetsync/usenetsync.db", import.meta.url));

const SCHEMA = `
  CREATE TABLE folders (id INTEGER PRIMARY KEY, folder_id TEXT, path TEXT, name TEXT, owner_id TEXT, version INTEGER DEFAULT 1);
  CREATE TABLE files (id INTEGER PRIMARY KEY, file_id TEXT, folder_id TEXT, path TEXT, name TEXT, size INTEGER, hash TEXT,
    mime_type TEXT, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
  CREATE TABLE segments (id INTEGER PRIMARY KEY, segment_id TEXT, file_id TEXT, segment_index INTEGER,
    redundancy_index INTEGER DEFAULT 0, size INTEGER, hash TEXT, offset_start INTEGER, offset_end INTEGER, message_id TEXT,
    subject TEXT, internal_subject TEXT, newsgroup TEXT, server TEXT, upload_status TEXT DEFAULT 'pending',
    uploaded_at TIMESTAMP);`;

const ROWS = `
  INSERT INTO folders VALUES (1, 'holidays', '/home/jörg/holidays', 'holidays', 'me', 2);
  INSERT INTO files VALUES (1, 'b', 'holidays', 'sea.jpg', 'sea.jpg', 1400, 'ABCDEF', 'image/jpeg', '2025-08-02 01:01:07');
  INSERT INTO files VALUES (2, 'a', 'gone', 'x', 'x', 0, NULL, NULL, NULL);
  INSERT INTO segments VALUES (1, 's2', 'b', 1, 0, 700, 'cd', 700, 1400, '<two@x>', NULL, 'i', 'alt.b', 'news', 'uploaded', '2025-08-02 01:02:03');
  INSERT INTO segments VALUES (2, 's1', 'b', 0, 0, 700, 'ab', 0, 700, 'one@x', 'sub', NULL, 'alt.a', NULL, 'uploaded', NULL);
  INSERT INTO segments VALUES (3, 's1', 'b', 0, 1, 700, 'ab', 0, 999, NULL, NULL, NULL, '', NULL, 'pending', NULL);
  INSERT INTO segments VALUES (4, 's3', 'b', 0, 0, 700, 'ab', 0, 700, 'again@x', NULL, NULL, 'alt.a', NULL, 'uploaded', NULL);
  INSERT INTO segments VALUES (5, 's4', 'nobody', 0, 0, 700, 'ab', 0, 700, NULL, NULL, NULL, NULL, NULL, 'pending', NULL);
  INSERT INTO segments VALUES (6, 's5', 'b', 7, 0, -1, 'ab', 0, 700, NULL, NULL, NULL, NULL, NULL, 'pending', NULL);`;

function database(path: string, ...statements: string[]): string {
  const db = new DatabaseSync(path);
  for (const statement of statements) db.exec(statement);
  db.close();
  return path;
}

/** Everything that lies in a folder, to see that a reader changed none of it. */
function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString("hex")]),
  );
}

Deno.test("folders, files and segments become records; other columns are kept, bad rows are counted and named", () =>
  inTempFolder(async (folder) => {
    const path = database(join(folder, "usenetsync.db"), SCHEMA, ROWS), before = contents(folder);
    const { files, notes, error } = await collect((report) => readUsenetSync(path, report));
    assert.equal(error, undefined);
    assert.deepEqual(contents(folder), before);
    assert.deepEqual(files.map(({ file_id }) => file_id), ["a", "b"]);
    const [gone, sea] = files;
    assert.deepEqual(gone.folder, { folder_id: "gone", path: "", name: "" });
    assert.deepEqual(sea.folder, {
      folder_id: "holidays",
      path: "/home/jörg/holidays",
      name: "holidays",
      meta: { owner_id: "me", version: 2 },
    });
    assert.deepEqual([sea.path, sea.size, sea.created_at, sea.meta?.mime_type], [
      "sea.jpg",
      1400,
      "2025-08-02T01:01:07Z",
      "image/jpeg",
    ]);
    assert.deepEqual(sea.groups, ["alt.a", "alt.b"]);
    assert.deepEqual(
      sea.segments.map(({ index, redundancy, message_id, status }) => [index, redundancy, message_id, status]),
      [[0, 0, "one@x", "uploaded"], [1, 0, "two@x", "uploaded"], [0, 1, null, "pending"]],
    );
    assert.equal(sea.segments[1].uploaded_at, "2025-08-02T01:02:03Z");
    assert.deepEqual([sea.segments[0].meta, sea.segments[2].meta], [
      { segment_id: "s1" },
      { segment_id: "s1", offset_end: 999 },
    ]);
    const bad = notes.filter((note: Note) => note.bad).map(({ message }) => message).join("\n");
    assert.match(bad, /1 segment that is there twice: segment 0 of b/);
    assert.match(bad, /1 segment that cannot be kept: segment 7 of b/);
    assert.match(bad, /nobody/);
  }));

Deno.test("a database with a log of changes is read with them, and it and its folder stay as they are", () =>
  inTempFolder(async (folder) => {
    const path = database(join(folder, "usenetsync.db"), "PRAGMA journal_mode = wal", SCHEMA);
    const writer = new DatabaseSync(path);
    writer.exec("PRAGMA wal_autocheckpoint = 0");
    writer.exec("INSERT INTO files (file_id, path, name, size) VALUES ('late', 'l', 'l', 1)");
    const scratch = join(folder, "scratch");
    Deno.mkdirSync(scratch);
    const names = () => readdirSync(folder).sort();
    const before = [readFileSync(path), readFileSync(path + "-wal")], there = names();
    const { files, error } = await collect((report) => readUsenetSync(path, report, scratch));
    assert.equal(error, undefined);
    assert.deepEqual(files.map(({ file_id }) => file_id), ["late"]);
    assert.deepEqual(names(), there);
    assert.ok([path, path + "-wal"].every((name, i) => readFileSync(name).equals(before[i])));
    assert.deepEqual(readdirSync(scratch), []);
    writer.close();
  }));

Deno.test({
  name: "a database that another program writes to and lets nobody read is refused with the reason",
  ignore: !IS_THOROUGH, // it waits for that program for some seconds
  fn: () =>
    inTempFolder(async (folder) => {
      const path = database(join(folder, "a.db"), SCHEMA, ROWS), writer = new DatabaseSync(path);
      writer.exec("BEGIN EXCLUSIVE");
      const { error } = await collect((report) => readUsenetSync(path, report));
      assert.match(String(error), /another program is writing to the database: close it/);
      writer.close();
    }),
});

Deno.test("what is no UsenetSync database is refused, with what is missing", () =>
  inTempFolder(async (folder) => {
    const read = async (name: string) => (await collect((report) => readUsenetSync(join(folder, name), report))).error;
    database(join(folder, "other.db"), "CREATE TABLE x (y)");
    assert.match(String(await read("other.db")), /no UsenetSync database|not a UsenetSync database.*table files/);
    database(join(folder, "old.db"), "CREATE TABLE files (file_id)", "CREATE TABLE folders (folder_id)");
    assert.match(String(await read("old.db")), /files has no column path/);
    Deno.writeTextFileSync(join(folder, "text.db"), "hello ".repeat(100));
    assert.match(String(await read("text.db")), /not a SQLite database/);
    const whole = Deno.readFileSync(database(join(folder, "whole.db"), SCHEMA, ROWS));
    Deno.writeFileSync(join(folder, "cut.db"), whole.subarray(0, whole.length - 4096));
    assert.match(String(await read("cut.db")), /cut off/);
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, 4096, 3 * 4096);
    Deno.writeFileSync(join(folder, "damaged.db"), damaged);
    assert.match(String(await read("damaged.db")), /cannot read the database|not a UsenetSync/);
    assert.match(String(await read("absent.db")), /absent\.db/);
  }));

Deno.test({
  name: "a database of UsenetSync itself gives the rows that SQL finds in it",
  ignore: !existsSync(SHARED),
  fn: () =>
    inTempFolder(async (folder) => {
      const path = join(folder, "usenetsync.db");
      Deno.writeFileSync(path, readFileSync(SHARED));
      const { files, error } = await collect((report) => readUsenetSync(path, report));
      assert.equal(error, undefined);
      const segments = files.flatMap((file) => file.segments.map((segment) => ({ file, segment })));
      const posted = segments.filter(({ segment }) => segment.message_id !== null);
      assert.deepEqual([files.length, segments.length, posted.length], [1037, 1143, 981]);
      const db = new DatabaseSync(path, { readOnly: true });
      const rows = db.prepare(
        `SELECT file_id, segment_index, redundancy_index, size, trim(message_id, '<>') AS message_id, upload_status FROM segments`,
      ).all();
      db.close();
      const lines = (values: unknown[][]) => values.map((value) => JSON.stringify(value)).sort();
      assert.deepEqual(
        lines(segments.map(({ file, segment }) => [
          ...[file.file_id, segment.index, segment.redundancy, segment.size],
          ...[segment.message_id, segment.status],
        ])),
        lines(rows.map((row) => [
          ...[row.file_id, row.segment_index, row.redundancy_index, row.size],
          ...[row.message_id === "" ? null : row.message_id, row.upload_status],
        ])),
      );
    }),
});
