import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { gzipSync } from "node:zlib";
import type { FileRecord } from "../../src/domain/records.ts";
import { GZIP } from "../../src/packings/gzip.ts";
import { readFile } from "../../src/packings/read_file.ts";
import { writeNzb } from "../../src/formats/nzb_writer.ts";
import { nzbRecords } from "../../tests/support/nzb_records.ts";

/** Writes files as NDJSON, packed when the path ends in .gz; gives what an import must store. */
export function writeNdjsonInput(path: string, files: FileRecord[]): FileRecord[] {
  writeInput(path, files.map((file) => JSON.stringify(file) + "\n").join(""));
  return files;
}

/** Writes files of the kind `nzb` as an NZB; gives what an import must store: the same, with ids made from the content. */
export async function writeNzbInput(path: string, files: FileRecord[]): Promise<FileRecord[]> {
  writeInput(path, (await Array.fromAsync(writeNzb(files))).join(""));
  const open = () => path.endsWith(".gz") ? GZIP.unpack(readFile(path)) : readFile(path);
  const { files: read } = await nzbRecords(open, path);
  assert.deepEqual(read, files.map((file, i) => asNzb(file, read[i])));
  return read;
}

/** A file with what an NZB keeps of it, and the ids that follow from it: its size is that of what is posted. */
function asNzb(file: FileRecord, { file_id, folder }: FileRecord): FileRecord {
  return { ...file, file_id, folder, size: file.segments.reduce((sum, { size }) => sum + size, 0) };
}

function writeInput(path: string, text: string): void {
  writeFileSync(path, path.endsWith(".gz") ? gzipSync(text) : text);
}

const SCHEMA = `
  CREATE TABLE folders (folder_id TEXT, path TEXT, name TEXT);
  CREATE TABLE files (file_id TEXT, folder_id TEXT, path TEXT, name TEXT, size INTEGER, hash TEXT, created_at TIMESTAMP);
  CREATE TABLE segments (file_id TEXT, segment_index INTEGER, redundancy_index INTEGER, size INTEGER, hash TEXT,
    offset_start INTEGER, offset_end INTEGER, message_id TEXT, subject TEXT, internal_subject TEXT, newsgroup TEXT,
    server TEXT, upload_status TEXT, uploaded_at TIMESTAMP);`;

/** Writes files as a database of UsenetSync; gives what an import must store. */
export function writeUsenetSyncInput(path: string, files: FileRecord[]): FileRecord[] {
  rmSync(path, { force: true });
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA synchronous = OFF; ${SCHEMA} BEGIN`);
  const file = db.prepare("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)");
  const segment = db.prepare("INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const folders = new Map(files.flatMap(({ folder }) => folder ? [[folder.folder_id, folder]] : []));
  for (const { folder_id, path, name } of folders.values()) {
    db.prepare("INSERT INTO folders VALUES (?, ?, ?)").run(folder_id, path, name);
  }
  for (const { file_id, folder, path, name, size, hash, created_at, segments } of files) {
    file.run(file_id, folder && folder.folder_id, path, name, size, hash, asTimestamp(created_at));
    for (const s of segments) {
      segment.run(
        ...[file_id, s.index, s.redundancy, s.size, s.hash, s.offset, s.offset! + s.size],
        ...[s.message_id && `<${s.message_id}>`, s.subject, s.internal_subject, s.group, s.server, s.status],
        asTimestamp(s.uploaded_at),
      );
    }
  }
  db.exec("COMMIT");
  db.close();
  return files.map(asUsenetSync);
}

/** As UsenetSync writes a time: UTC, without saying so. */
function asTimestamp(time: string | null): string | null {
  return time && time.replace("T", " ").replace("Z", "");
}

/** A file with what UsenetSync keeps of it. */
function asUsenetSync(file: FileRecord): FileRecord {
  const groups = [...new Set(file.segments.flatMap(({ group }) => group ?? []))];
  return { ...file, subject: null, poster: null, groups, meta: null };
}
