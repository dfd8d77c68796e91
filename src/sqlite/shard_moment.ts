import type { DatabaseSync } from "node:sqlite";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { headText } from "../domain/file_fields.ts";
import { fileDigest } from "../store/file_digest.ts";
import type { KnownFiles } from "../store/known_files.ts";
import type { MomentRound, MomentTotals } from "../store/moment.ts";
import { halvesOf, placementHash } from "../store/placement.ts";
import { StoredBatchWriter } from "../store/stored_batch.ts";
import { allRows } from "./all_rows.ts";
import { rowCheck } from "../store/row_check.ts";
import { type FileRow, flatHeadOf } from "./file_row.ts";
import { QUERIES } from "./queries.ts";
import { openShard } from "./schema.ts";
import { type StoredFile, StoredFiles } from "./stored_files.ts";
import { readTotals } from "./totals_row.ts";

/** Bytes of files that a round gives, and segments that it looks at, about. */
const ROUND_BYTES = 4 * 2 ** 20, ROUND_SEGMENTS = 500_000;

/** One state of a shard. */
export class ShardMoment {
  readonly #path: string;
  readonly #db: DatabaseSync;
  #files: Iterator<StoredFile> | undefined;

  /** See `openShard` for `isFrozen`. */
  constructor(path: string, isFrozen: boolean) {
    this.#path = path;
    this.#db = openShard(path, { readOnly: true, isFrozen, cacheBytes: 8 * 2 ** 20 });
  }

  /** Fixes the state: that of now. */
  fix(): MomentTotals {
    this.#db.exec("BEGIN");
    const { files, segments } = readTotals(this.#db, this.#path); // the first read is what fixes it
    return { files, segments };
  }

  /** The next files that are not known, as they lie; undefined at the end. */
  next(known: KnownFiles): MomentRound | undefined {
    this.#files ??= new StoredFiles(this.#db).read(
      allRows<FileRow>(this.#db.prepare(QUERIES.filesByNumber), 0, ({ id }) => id),
    );
    const writer = new StoredBatchWriter(), round = { files: 0, segments: 0 };
    while (writer.size < ROUND_BYTES && round.segments < ROUND_SEGMENTS) {
      const { done, value } = this.#files.next();
      if (done) break;
      this.#add(value, known, writer);
      round.files++;
      round.segments += value.row.segments;
    }
    return round.files === 0 ? undefined : { batch: writer.take(), ...round };
  }

  #add({ row, blocks: readBlocks }: StoredFile, known: KnownFiles, writer: StoredBatchWriter): void {
    const { file_id, segments, posted, pending } = row, text = headText(flatHeadOf(row));
    const check = rowCheck(row.row_check, row);
    const blocks = this.#readable(row.file_id, readBlocks);
    const digest = halvesOf(fileDigest(text, blocks));
    if (known.see(placementHash(file_id), digest)) return;
    writer.add({ file_id, text, check, counts: { segments, posted, pending }, blocks }, digest);
  }

  /** Blocks that cannot be read are as good as none: whoever checks the file finds them missing. */
  #readable<T>(fileId: string, read: () => T[]): T[] {
    try {
      return read();
    } catch (error) {
      if (/malformed|corrupt/i.test(messageOf(error))) return [];
      throw new UsyncError(`Cannot read the file ${fileId} in the shard ${this.#path}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  close(): void {
    this.#db.close();
  }
}
