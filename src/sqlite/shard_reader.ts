import { statSync } from "node:fs";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { readBlock, readMessageIds } from "../blocks/block.ts";
import { messageIdHash } from "../blocks/message_id_hash.ts";
import { UsyncError } from "../domain/errors.ts";
import {
  compareSegments,
  type FileRecord,
  type FileSummary,
  isPending,
  type Segment,
  type SegmentOfFile,
} from "../domain/records.ts";
import { compareTexts } from "../domain/compare_texts.ts";
import type { SearchTerm } from "../domain/search_words.ts";
import { closedError } from "../store/closed_error.ts";
import type { SegmentPlace, Totals } from "../store/store.ts";
import { LAST_SECOND, searchSecond } from "../domain/file_head.ts";
import type { SearchCursor, SearchHit } from "../store/search_cursor.ts";
import { type FileRow, headOf, summaryOf } from "./file_row.ts";
import { placesOf, readPage } from "./message_id_page.ts";
import { QUERIES } from "./queries.ts";
import { openShard, shardError } from "./schema.ts";

type BlockRange = { file_id: string; first_block: number; blocks: number };

/**
 * Reads one shard, on a connection of its own: it sees whole transactions and never waits for the writer. The shard is
 * opened by the first query, which throws a `UsyncError` that names it when it is missing or damaged.
 */
export class ShardReader {
  readonly path: string;
  #cacheBytes: number;
  #opened: DatabaseSync | undefined;
  #isClosed = false;
  #statements = new Map<string, StatementSync>();

  constructor(path: string, cacheBytes: number) {
    this.path = path;
    this.#cacheBytes = cacheBytes;
  }

  get #db(): DatabaseSync {
    if (this.#isClosed) throw closedError();
    return this.#opened ??= openShard(this.path, { readOnly: true, cacheBytes: this.#cacheBytes });
  }

  /** A file as it is listed, undefined when it is not there. */
  file(fileId: string): FileSummary | undefined {
    return this.#snapshot(() => {
      const row = this.#row(fileId);
      return row && summaryOf(row);
    });
  }

  /** A file with its segments. */
  record(fileId: string): FileRecord | undefined {
    return this.#snapshot(() => {
      const row = this.#row(fileId);
      return row && { ...headOf(row), segments: this.#segments(row) };
    });
  }

  segments(fileId: string): Segment[] | undefined {
    return this.#snapshot(() => {
      const row = this.#row(fileId);
      return row && this.#segments(row);
    });
  }

  #row(fileId: string): FileRow | undefined {
    return this.#all<FileRow>(QUERIES.file, fileId)[0];
  }

  #segments(range: BlockRange, query: string = QUERIES.blocks): Segment[] {
    const blocks = this.#all<{ data: Uint8Array }>(query, range.first_block, range.first_block + range.blocks);
    return blocks.flatMap(({ data }) => this.#decode(range.file_id, data, readBlock));
  }

  #decode<T>(fileId: string, data: Uint8Array, decode: (data: Uint8Array) => T): T {
    try {
      return decode(data);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UsyncError(`Cannot read segments of the file ${fileId} in the shard ${this.path}: ${error.message}`, {
        hint: "Run `usync-db verify` to see all damage, and put the shard back from a backup.",
        cause: error,
      });
    }
  }

  /** All segments in this shard posted under a Message-ID. */
  findMessageId(messageId: string): SegmentOfFile[] {
    return this.#snapshot(() => {
      const blocks = this.#blocksOfHash(messageIdHash(messageId)).flatMap((id) =>
        this.#all<{ data: Uint8Array; file_id: string }>(QUERIES.blockOfFile, id)
      );
      return blocks.flatMap(({ data, file_id }) => {
        if (!this.#decode(file_id, data, readMessageIds).includes(messageId)) return [];
        return readBlock(data).filter((segment) => segment.message_id === messageId)
          .map((segment) => ({ file_id, ...segment }));
      });
    });
  }

  #blocksOfHash(hash: number): number[] {
    const blocks = this.#all<{ block: number }>(QUERIES.messageIdRows, hash).map(({ block }) => block);
    for (const { data } of this.#all<{ data: Uint8Array | null }>(QUERIES.messageIdPages, hash + 2 ** 31)) {
      if (data === null) continue;
      const entries = readPage(data);
      blocks.push(...entries.blocks.subarray(...placesOf(entries, hash)));
    }
    return blocks;
  }

  /** Segments still to post, in order, at most `limit`, after a place. */
  pending(limit: number, after: SegmentPlace | undefined): SegmentOfFile[] {
    return this.#snapshot(() => {
      const found: SegmentOfFile[] = [];
      let from = after?.file_id ?? "", inclusive = true;
      while (found.length < limit) {
        const pageSize = Math.min(limit - found.length, 100) + 1;
        const files = this.#all<BlockRange>(QUERIES.filesWithPending, from, pageSize)
          .filter(({ file_id }) => inclusive || file_id !== from);
        for (const file of files) {
          const open = this.#segments(file, QUERIES.pendingBlocks).filter(({ status }) => isPending(status));
          const rest = file.file_id === after?.file_id
            ? open.filter((segment) => compareSegments(segment, after as SegmentPlace & Segment) > 0)
            : open;
          for (const segment of rest) found.push({ file_id: file.file_id, ...segment });
          if (found.length >= limit) break;
        }
        if (files.length === 0) break;
        from = files[files.length - 1].file_id;
        inclusive = false;
      }
      return found.slice(0, limit);
    });
  }

  files(folder: string | undefined, limit: number, after: string): FileSummary[] {
    return this.#snapshot(() => {
      const rows = folder === undefined
        ? this.#all<FileRow>(QUERIES.files, after, limit)
        : this.#filesOfFolder(folder, limit, after);
      return rows.map(summaryOf);
    });
  }

  #filesOfFolder(folder: string, limit: number, after: string): FileRow[] {
    const [first, another] = this.#all<{ id: number }>(QUERIES.folders, folder);
    if (another) return this.#all<FileRow>(QUERIES.filesOfFolders, folder, after, limit);
    return first ? this.#all<FileRow>(QUERIES.filesOfFolder, first.id, after, limit) : [];
  }

  /** At most `limit` files of `oldest` second or later that hold all terms, after a cursor, in the order of `compareHits`. */
  search(terms: SearchTerm[], limit: number, after: SearchCursor | undefined, oldest: number): SearchHit[] {
    if (terms.length === 0) return [];
    const match = terms.map(({ word, prefix }) => `"${word}"${prefix ? "*" : ""}`).join(" AND ");
    const matches = (from: number, to: number, limit: number) =>
      this.#all<{ age: number; id: number }>(QUERIES.search, match, from, to, limit);
    return this.#snapshot(() => {
      const hits: SearchHit[] = [], greatest = LAST_SECOND - oldest;
      for (let age = after ? LAST_SECOND - after.second : 0; hits.length < limit && age <= greatest;) {
        const page = matches(age, greatest, limit + 1);
        if (page.length === 0) break;
        // The order inside a second is by name, so that a second that is cut off has to be read whole.
        const last = page[page.length - 1].age;
        const whole = page.length <= limit
          ? page
          : [...page.filter((hit) => hit.age < last), ...matches(last, last, -1)];
        const found = whole.flatMap((hit) => this.#all<FileRow>(QUERIES.fileByNumber, hit.id)).map(hitOf);
        hits.push(...found.filter((hit) => !after || compareHits(hit, cursorHit(after)) > 0));
        if (page.length <= limit) break;
        age = last + 1;
      }
      return hits.sort(compareHits).slice(0, limit);
    });
  }

  /** Counts, and how many blocks' Message-IDs are not in the lookup index yet. */
  totals(): Totals & { behind: number } {
    const counts = this.#all<Omit<Totals, "database_bytes"> & { behind: number }>(QUERIES.totals)[0];
    return { ...counts, database_bytes: sizeOf(this.path) + this.logBytes };
  }

  /** Bytes of the changes that are not in the shard's file yet, and every query has to look through. */
  get logBytes(): number {
    return sizeOf(`${this.path}-wal`);
  }

  /** How far a migration into this shard has got, by part of its source. */
  checkpoints(): Map<number, string> {
    const rows = this.#all<{ part: number; after: string }>(QUERIES.checkpoints);
    return new Map(rows.map(({ part, after }) => [part, after]));
  }

  /** Files with their segments, from after a `file_id` on; each is read when it is asked for. */
  *stream(): Generator<FileRecord> {
    for (let after = "";;) {
      const page = this.#all<FileRow>(QUERIES.files, after, 200);
      for (const { file_id } of page) {
        const record = this.record(file_id);
        if (record) yield record;
      }
      if (page.length === 0) return;
      after = page[page.length - 1].file_id;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#statements.clear();
    this.#opened?.close();
  }

  /** Runs several queries on one state of the shard. */
  #snapshot<T>(read: () => T): T {
    try {
      this.#db.exec("BEGIN");
      try {
        return read();
      } finally {
        this.#db.exec("COMMIT");
      }
    } catch (error) {
      throw shardError(this.path, error);
    }
  }

  #all<T>(sql: string, ...values: SQLInputValue[]): T[] {
    let statement = this.#statements.get(sql);
    try {
      if (!statement) this.#statements.set(sql, statement = this.#db.prepare(sql));
      return statement.all(...values) as T[];
    } catch (error) {
      throw shardError(this.path, error);
    }
  }
}

function hitOf(row: FileRow): SearchHit {
  return { second: searchSecond(row.created_at), file: summaryOf(row) };
}

function cursorHit({ second, name, file_id }: SearchCursor) {
  return { second, file: { name, file_id } };
}

/** The order of a search: newest first, files of one second by name. */
export function compareHits(a: ReturnType<typeof cursorHit>, b: ReturnType<typeof cursorHit>): number {
  return b.second - a.second || compareTexts(a.file.name, b.file.name) || compareTexts(a.file.file_id, b.file.file_id);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
