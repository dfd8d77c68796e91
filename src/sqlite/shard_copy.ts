import type { DatabaseSync, StatementSync } from "node:sqlite";
import { messageOf } from "../domain/errors.ts";
import type { CopyRound } from "../store/backend.ts";
import { allRows } from "./all_rows.ts";
import { type FileRow, fileToCheck } from "./file_row.ts";
import { BatchPacker } from "../store/batch_packer.ts";
import { shardOf } from "../store/placement.ts";
import type { Problem } from "../store/store.ts";
import { QUERIES } from "./queries.ts";
import { openShard } from "./schema.ts";
import { type StoredFile, StoredFiles } from "./stored_files.ts";

/** Bytes of a round, over all shards of the target. */
const ROUND_BYTES = 2 * 2 ** 20;

/**
 * Reads a shard for a copy, and checks each file as it is read. Blocks are handed on as they are stored; each round is one
 * state of the shard.
 */
export class ShardCopy {
  #path: string;
  #db: DatabaseSync;
  #files: StatementSync;
  #stored: StoredFiles;
  #packers: BatchPacker[];

  /** `shards`: of the target. */
  constructor(path: string, shards: number) {
    this.#path = path;
    this.#db = openShard(path, { readOnly: true, cacheBytes: 8 * 2 ** 20 });
    this.#files = this.#db.prepare(QUERIES.files);
    this.#stored = new StoredFiles(this.#db);
    this.#packers = Array.from({ length: shards }, () => new BatchPacker());
  }

  /** The files after a `file_id`, as many as make a round; undefined when there are none. */
  next(after: string): CopyRound | undefined {
    const round: CopyRound = { batches: [], upTo: after, files: 0, segments: 0, problems: [] };
    this.#db.exec("BEGIN");
    try {
      let bytes = 0;
      for (const file of this.#stored.read(allRows<FileRow>(this.#files, after, ({ file_id }) => file_id))) {
        bytes += this.#pack(file, round.problems);
        round.upTo = file.row.file_id;
        round.files++;
        round.segments += file.row.segments;
        if (bytes >= ROUND_BYTES) break;
      }
    } finally {
      this.#db.exec("ROLLBACK");
    }
    if (round.files === 0) return undefined;
    round.batches = this.#packers.map((packer) => packer.take());
    return round;
  }

  /** The bytes that it takes. A damaged file is not packed. */
  #pack({ row, blocks: readBlocks }: StoredFile, problems: Problem[]): number {
    const { file_id } = row, packer = this.#packers[shardOf(file_id, this.#packers.length)], before = packer.size;
    const tell = (what: string) => void problems.push({ where: this.#path, file_id, what });
    try {
      packer.addStored(fileToCheck(row, readBlocks()), tell);
    } catch (error) {
      tell(messageOf(error));
    }
    return packer.size - before;
  }

  close(): void {
    this.#db.close();
  }
}
