import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { InputError } from "../../src/domain/errors.ts";
import type { FileRecord } from "../../src/domain/records.ts";
import { fileRecordOf } from "../../src/blocks/segment_columns.ts";
import type { Note } from "../../src/formats/note.ts";
import { UnchangedDatabase } from "../../src/formats/unchanged_database.ts";
import { RefusedRows } from "../../src/formats/refused_rows.ts";
import { UsenetSyncFiles } from "../../src/formats/usenetsync_files.ts";
import { readJoined } from "../../src/formats/usenetsync_join.ts";
import {
  countUsenetSyncSegments,
  finishUsenetSync,
  readUsenetSyncPart,
  usenetsyncRanges,
} from "../../src/formats/usenetsync_reader.ts";
import { UsenetSyncSegments } from "../../src/formats/usenetsync_segments.ts";
import { Random } from "../../tasks/generator/random.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import type { Shape } from "../../tasks/generator/shapes.ts";
import { writeUsenetSyncDatabase } from "../../tasks/generator/usenetsync_database.ts";
import { runs } from "../support/effort.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { randomDatabase, writeRandomDatabase } from "./usenetsync_databases.ts";

/** Random databases. */
const RUNS = runs(50, 150);

const SHARED = fileURLToPath(new URL("../../../shared/usenetsync/usenetsync.db", import.meta.url));

interface Read {
  files: FileRecord[];
  /** How many rows were refused or odd, by reason. */
  counts: Record<string, number>;
  inColumns: number;
}

/** Reads a database as SQL joins it, row by row. */
function readRows(path: string): Read {
  const db = new DatabaseSync(path, { readOnly: true }), refused = new RefusedRows(), notes: Note[] = [];
  const files = [...readJoined(db, new UsenetSyncFiles(db, refused), new UsenetSyncSegments(db, refused), refused)];
  db.close();
  refused.report((note) => notes.push(note));
  return { files: files.sort(byId), counts: countsOf(notes), inColumns: 0 };
}

/** Reads a database in parts, as workers do. */
function readParts(path: string, parts: number): Read {
  const files: FileRecord[] = [], notes: Note[] = [];
  let inColumns = 0;
  for (const range of usenetsyncRanges(path, parts)) {
    for (const file of readUsenetSyncPart({ path, range, report: (note) => notes.push(note) })) {
      if ("columns" in file) inColumns++;
      files.push("columns" in file ? fileRecordOf(file) : file);
    }
  }
  return { files: files.sort(byId), counts: countsOf(notes), inColumns };
}

function countsOf(notes: Note[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { message } of notes) {
    const [, count, reason] = /^(\d+) ([^:]*)/.exec(message)!;
    const plural = reason.replace(/^(file|segment) /, "$1s ").replace(" is ", " are ");
    counts[plural] = (counts[plural] ?? 0) + Number(count);
  }
  return counts;
}

function byId(a: FileRecord, b: FileRecord): number {
  return a.file_id < b.file_id ? -1 : 1;
}

function generated(segments: number, shape?: Shape): Iterable<FileRecord> {
  return generateFiles({ segments, seed: 5, kind: "usenetsync", shape });
}

Deno.test("pages give what SQL gives when databases hold all kinds of oddities", () =>
  inTempFolder((folder) => {
    let inColumns = 0, number = 0;
    fc.assert(
      fc.property(randomDatabase, fc.integer({ min: 1, max: 4 }), (database, parts) => {
        const path = join(folder, `${number++}.db`);
        writeRandomDatabase(path, database);
        const rows = readRows(path), read = readParts(path, parts);
        inColumns += read.inColumns;
        Deno.removeSync(path);
        assert.deepEqual(read.files, rows.files);
        assert.deepEqual(read.counts, rows.counts);
      }),
      { numRuns: RUNS },
    );
    assert.ok(inColumns > RUNS / 3, `${inColumns} files in columns`);
    return Promise.resolve();
  }));

Deno.test("pages give what SQL gives when a database is one of UsenetSync", () =>
  inTempFolder((folder) => {
    const paths = existsSync(SHARED) ? [SHARED] : [];
    for (const [segments, shape] of [[20_000, "usual"], [1500, "small-files"]] as const) {
      const path = join(folder, `${paths.length}.db`);
      writeUsenetSyncDatabase(path, generated(segments, shape), { packed: shape === "small-files" });
      paths.push(path);
    }
    for (const path of paths) {
      const rows = readRows(path), read = readParts(path, 3);
      assert.deepEqual(read.files, rows.files);
      assert.deepEqual([rows.counts, read.counts], [{}, {}]);
    }
    return Promise.resolve();
  }));

Deno.test("parts hold about the same number of segments", () =>
  inTempFolder((folder) => {
    const path = join(folder, "a.db");
    writeUsenetSyncDatabase(path, generated(30_000));
    const sizes = usenetsyncRanges(path, 3).map((range) => {
      let segments = 0;
      for (const file of readUsenetSyncPart({ path, range, report: () => {} })) {
        segments += "columns" in file ? file.columns.count : file.segments.length;
      }
      return segments;
    });
    assert.equal(sizes.length, 3);
    assert.equal(sizes.reduce((sum, size) => sum + size), 30_000);
    assert.ok(Math.min(...sizes) > 4000, sizes.join());
    return Promise.resolve();
  }));

Deno.test("parts of a database with a log of changes are read with them from one copy", () =>
  inTempFolder((folder) => {
    const path = join(folder, "a.db"), scratch = join(folder, "scratch");
    writeUsenetSyncDatabase(path, generated(3000));
    Deno.mkdirSync(scratch);
    const writer = new DatabaseSync(path);
    writer.exec("PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0; UPDATE segments SET subject = 'late'");
    writer.exec("INSERT INTO upload_queue (queue_id, entity_id, entity_type) VALUES ('q', 'e', 'file')");
    const source = new UnchangedDatabase(path, scratch), notes: Note[] = [];
    const { files } = readParts(source.path, 2);
    finishUsenetSync(source, (note) => notes.push(note));
    assert.equal(countUsenetSyncSegments(source.path), 3000);
    assert.throws(() => {
      writer.exec("UPDATE segments SET subject = 'later'");
      finishUsenetSync(source, () => {});
    }, /changed while it was read/);
    source.close();
    writer.close();
    const segments = files.flatMap((file) => file.segments);
    assert.deepEqual([segments.length, segments.every(({ subject }) => subject === "late")], [3000, true]);
    assert.deepEqual(notes.map(({ message }) => message), ["not imported: upload_queue (1 row)"]);
    assert.deepEqual([...Deno.readDirSync(scratch)], []);
    return Promise.resolve();
  }));

Deno.test("damaged pages are told, whatever they hold", () =>
  inTempFolder((folder) => {
    const path = join(folder, "a.db"), random = new Random(7);
    writeUsenetSyncDatabase(path, generated(2000));
    const whole = Deno.readFileSync(path);
    for (let i = 0; i < 60; i++) {
      const bytes = whole.slice(), page = random.between(2, whole.length / 4096 - 1) * 4096;
      for (let k = random.between(1, 200); k > 0; k--) bytes[page + random.below(4096)] = random.below(256);
      Deno.writeFileSync(path, bytes);
      try {
        readParts(path, 1);
      } catch (error) {
        assert.ok(error instanceof InputError, `${(error as Error).stack}`);
      }
    }
    return Promise.resolve();
  }));
