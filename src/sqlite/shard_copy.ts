import type { DatabaseSync, StatementSync } from "node:sqlite";
import { UsyncError } from "../domain/errors.ts";
import type { CopyRound } from "../store/backend.ts";
import { allRows } from "./all_rows.ts";
import { type FileRow, flatHeadOf } from "./file_row.ts";
import { BatchPacker } from "../store/batch_packer.ts";
import type { StoredBlock } from "../store/packed_batch.ts";
import { shardOf } from "../store/placement.ts";
import { QUERIES } from "./queries.ts";
import { openShard } from "./schema.ts";

/** Bytes of a round, over all shards of the target. */
const ROUND_BYTES = 2 * 2 ** 20;

/** Reads a shard for a copy. Blocks are handed on as they are stored; each round is one state of the shard. */
export class ShardCopy {
  #path: string;
  #db: DatabaseSync;
  #files: StatementSync;
  #blocks: StatementSync;
  #packers: BatchPacker[];

  /** `shards`: of the target. */
  constructor(path: string, shards: number) {
    this.#path = path;
    this.#db = openShard(path, { readOnly: true, cacheBytes: 8 * 2 ** 20 });
    this.#files = this.#db.prepare(QUERIES.files);
    this.#blocks = this.#db.prepare(QUERIES.storedBlocks);
    this.#packers = Array.from({ length: shards }, () => new BatchPacker());
  }

  /** The files after a `file_id`, as many as make a round; undefined when there are none. */
  next(after: string): CopyRound | undefined {
    const round: CopyRound = { batches: [], upTo: after, files: 0, segments: 0 };
    this.#db.exec("BEGIN");
    try {
      for (const row of allRows<FileRow>(this.#files, after, ({ file_id }) => file_id)) {
        this.#pack(row);
        round.upTo = row.file_id;
        round.files++;
        round.segments += row.segments;
        if (this.#packers.reduce((bytes, { size }) => bytes + size, 0) >= ROUND_BYTES) break;
      }
    } finally {
      this.#db.exec("ROLLBACK");
    }
    if (round.files === 0) return undefined;
    round.batches = this.#packers.map((packer) => packer.take());
    return round;
  }

  #pack(row: FileRow): void {
    const blocks = this.#blocks.all(row.first_block, row.first_block + row.blocks) as unknown as StoredBlock[];
    try {
      if (blocks.length !== row.blocks) throw new RangeError(`${row.blocks - blocks.length} blocks are missing`);
      this.#packers[shardOf(row.file_id, this.#packers.length)].addStored(
        flatHeadOf(row),
        countsOf(row),
        blocks,
        row.head_check,
      );
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UsyncError(
        `Cannot read segments of the file ${row.file_id} in the shard ${this.#path}: ${error.message}`,
        {
          hint: "Run `usync-db verify` to see all damage, and put the shard back from a backup.",
          cause: error,
        },
      );
    }
  }

  close(): void {
    this.#db.close();
  }
}

function countsOf({ segments, posted, pending }: FileRow) {
  return { segments, posted, pending };
}
