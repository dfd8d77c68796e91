import { Command } from "commander";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { FileRecord, Segment } from "../../src/domain/records.ts";
import { generateFiles } from "./generate_files.ts";
import { Random } from "./random.ts";
import { drawHash, drawUuid, drawUuids } from "./random_texts.ts";
import { INDEXES, TABLES } from "./usenetsync_schema.ts";

export interface DatabaseOptions {
  /** Files of one segment are posted together, up to 50 in an article. */
  packed?: boolean;
}

const FILES_IN_PACK = 50;

/**
 * Writes files into a new database at `path` as UsenetSync keeps them: all its tables, with their indexes. A file without a
 * folder gets an empty `folder_id`, a segment without a hash an empty one.
 */
export function writeUsenetSyncDatabase(
  path: string,
  files: Iterable<FileRecord>,
  options: DatabaseOptions = {},
): void {
  const db = new DatabaseSync(path);
  try {
    db.exec("PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA cache_size = -65536; BEGIN");
    db.exec(TABLES);
    const writer = new DatabaseWriter(db, options);
    for (const file of files) writer.write(file);
    writer.finish();
    db.exec(INDEXES);
    db.exec("COMMIT");
  } finally {
    db.close();
  }
}

class DatabaseWriter {
  #random = new Random(2);
  #packed: boolean;
  #statements: Record<"folder" | "file" | "segment" | "pack", StatementSync>;
  #folders = new Set<string>();
  #pack: { id: string; segments: Segment[] } | undefined;
  #db: DatabaseSync;

  constructor(db: DatabaseSync, { packed = false }: DatabaseOptions) {
    this.#db = db;
    this.#packed = packed;
    this.#statements = {
      folder: insertion(db, "folders", ["folder_id", "path", "name", "owner_id", "private_key", "public_key"]),
      file: insertion(db, "files", [
        ...["file_id", "folder_id", "path", "name", "size", "hash", "mime_type", "change_type", "total_segments"],
        ...[
          "uploaded_segments",
          "internal_subject",
          "status",
          "indexed_at",
          "modified_at",
          "uploaded_at",
          "created_at",
        ],
      ]),
      segment: insertion(db, "segments", [
        ...["segment_id", "file_id", "segment_index", "redundancy_index", "size", "hash", "offset_start", "offset_end"],
        ...["message_id", "subject", "internal_subject", "newsgroup", "server", "packed_segment_id", "packing_index"],
        ...["upload_status", "uploaded_at", "created_at"],
      ]),
      pack: insertion(db, "packed_segments", [
        ...["packed_segment_id", "total_size", "file_count", "hash", "message_id", "subject", "newsgroup"],
        ...["upload_status", "uploaded_at", "created_at"],
      ]),
    };
  }

  write(file: FileRecord): void {
    const folderId = file.folder?.folder_id ?? "";
    if (file.folder !== null && !this.#folders.has(folderId)) {
      this.#folders.add(folderId);
      const key = drawHash(this.#random);
      this.#statements.folder.run(folderId, file.folder.path, file.folder.name, key, key, key);
    }
    const created = timeOf(file.created_at), uploaded = file.segments.filter(({ status }) => status === "uploaded");
    this.#statements.file.run(
      ...[file.file_id, folderId, file.path, file.name, file.size, file.hash, "application/octet-stream", "added"],
      ...[file.segments.length, uploaded.length, drawHash(this.#random)],
      uploaded.length === file.segments.length ? "uploaded" : "indexed",
      ...[created, created, created, created],
    );
    this.#writeSegments(file, created);
  }

  #writeSegments({ file_id, segments }: FileRecord, created: string | null): void {
    const ids = drawUuids(this.#random, segments.filter(({ redundancy }) => redundancy === 0).length);
    const isPacked = this.#packed && segments.length === 1;
    for (const segment of segments) {
      const posted = isPacked ? UNPOSTED : postedAs(segment);
      this.#statements.segment.run(
        ...[ids[segment.index], file_id, segment.index, segment.redundancy, segment.size, segment.hash ?? ""],
        ...[
          segment.offset,
          segment.offset === null ? null : segment.offset + segment.size,
          posted.message_id,
          posted.subject,
        ],
        ...[segment.internal_subject, posted.newsgroup, segment.server],
        ...(isPacked ? this.#intoPack(segment) : [null, null]),
        ...[posted.upload_status, posted.uploaded_at, created],
      );
    }
  }

  /** The pack that a segment is in, and its place there. */
  #intoPack(segment: Segment): [string, number] {
    this.#pack ??= { id: drawUuid(this.#random), segments: [] };
    const { id, segments } = this.#pack;
    segments.push(segment);
    if (segments.length === FILES_IN_PACK) this.#writePack();
    return [id, segments.length - 1];
  }

  #writePack(): void {
    if (this.#pack === undefined) return;
    const { id, segments } = this.#pack, posted = postedAs(segments[0]);
    const size = segments.reduce((sum, segment) => sum + segment.size, 0);
    this.#statements.pack.run(
      ...[id, size, segments.length, drawHash(this.#random), posted.message_id, posted.subject, posted.newsgroup],
      ...[posted.upload_status, posted.uploaded_at, posted.uploaded_at],
    );
    this.#pack = undefined;
  }

  /** Writes what is left, and the sums that UsenetSync keeps of each folder. */
  finish(): void {
    this.#writePack();
    this.#db.exec(
      `CREATE TEMP TABLE sums AS SELECT folder_id AS id, count(*) AS files, sum(size) AS bytes FROM files GROUP BY 1;
      UPDATE folders SET file_count = sums.files, total_size = sums.bytes FROM sums WHERE sums.id = folder_id;
      DROP TABLE sums`,
    );
  }
}

const UNPOSTED = { message_id: null, subject: null, newsgroup: null, upload_status: "pending", uploaded_at: null };

function postedAs({ message_id, subject, group, status, uploaded_at }: Segment) {
  return {
    message_id: message_id === null ? null : `<${message_id}>`,
    subject,
    newsgroup: group,
    upload_status: status,
    uploaded_at: timeOf(uploaded_at),
  };
}

/** As SQLite's CURRENT_TIMESTAMP writes it. */
function timeOf(time: string | null): string | null {
  return time === null ? null : `${time.slice(0, 10)} ${time.slice(11, 19)}`;
}

function insertion(db: DatabaseSync, table: string, columns: string[]): StatementSync {
  return db.prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`);
}

if (import.meta.main) {
  const program = new Command("usenetsync_database")
    .description("Writes a database as UsenetSync keeps it.")
    .argument("<path>", "a file that is not there yet")
    .option("--segments <number>", "how many segments", Number, 1_000_000)
    .option("--seed <number>", "another one gives another database", Number, 1)
    .option("--small", "every file has one segment")
    .option("--packed", "files of one segment are posted together")
    .parse(Deno.args, { from: "user" });
  const { segments, seed, small, packed } = program.opts();
  const files = generateFiles({ segments, seed, kind: "usenetsync", shape: small ? "small-files" : "usual" });
  writeUsenetSyncDatabase(program.args[0], files, { packed });
}
