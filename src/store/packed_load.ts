import { checkRecord } from "../domain/check_record.ts";
import type { FileRecord } from "../domain/records.ts";
import { Turns } from "../threads/turns.ts";
import type { BulkLoad, OnProgress, PutCounts } from "./store.ts";
import { HeldBatches } from "./held_batches.ts";
import { BatchPacker } from "./batch_packer.ts";
import type { PackedBatch } from "./packed_batch.ts";
import { addCounts, noCounts } from "./put_counts.ts";
import { shardOf } from "./placement.ts";

/** Bytes of a batch. */
const BATCH_BYTES = 2 ** 20;

/** What takes the batches of one shard, one after the other. */
export interface LoadTarget {
  put(batch: PackedBatch): Promise<PutCounts>;
  /** Waits until there is room for more. */
  room(): Promise<void>;
}

/** A load of many files into the shards of a store. */
export class PackedLoad implements BulkLoad {
  readonly finish: () => Promise<void>;
  #shards: LoadTarget[];
  #scratchFolder: string;

  /** `scratchFolder`: where batches are put that must wait and are too many for the memory. */
  constructor(shards: LoadTarget[], scratchFolder: string, finish: () => Promise<void>) {
    this.#shards = shards;
    this.#scratchFolder = scratchFolder;
    this.finish = finish;
  }

  async put(
    files: Iterable<FileRecord> | AsyncIterable<FileRecord>,
    options: { allOrNothing?: boolean; onProgress?: OnProgress } = {},
  ): Promise<PutCounts> {
    const sender = new Sender(this.#shards), packers = this.#shards.map(() => new BatchPacker());
    const held = options.allOrNothing ? new HeldBatches(this.#scratchFolder) : undefined;
    const take = async (shard: number) => {
      const batch = packers[shard].take();
      if (held) held.add(shard, batch);
      else await sender.send(shard, batch);
    };
    try {
      await pack(files, packers, take, options.onProgress);
      if (held) { for await (const { shard, batch } of held.batches()) await sender.send(shard, batch); }
    } catch (error) {
      await sender.finish().catch(() => {}); // the first error is the one to tell
      throw error;
    } finally {
      held?.close();
    }
    return await sender.finish();
  }
}

/** Packs files, and hands over every batch that is large enough. */
async function pack(
  files: Iterable<FileRecord> | AsyncIterable<FileRecord>,
  packers: BatchPacker[],
  take: (shard: number) => Promise<void>,
  onProgress: OnProgress = () => {},
): Promise<void> {
  const done = { files: 0, segments: 0 }, turns = new Turns();
  for await (const file of files) {
    const record = checkRecord(file), shard = shardOf(record.file_id, packers.length);
    packers[shard].add(record);
    if (packers[shard].size >= BATCH_BYTES) await take(shard);
    done.files++;
    done.segments += record.segments.length;
    if (!turns.isDue) continue;
    onProgress(done);
    await turns.give();
  }
  for (let shard = 0; shard < packers.length; shard++) {
    if (packers[shard].size > 0) await take(shard);
  }
}

/** Sends batches to the shards with back-pressure and counts what became of their files. */
class Sender {
  #shards: LoadTarget[];
  #counts = noCounts();
  #open = new Set<Promise<void>>();
  #error: unknown;

  constructor(shards: LoadTarget[]) {
    this.#shards = shards;
  }

  async send(shard: number, batch: PackedBatch): Promise<void> {
    const done = this.#shards[shard].put(batch)
      .then((counts) => addCounts(this.#counts, counts), (error) => void (this.#error ??= error))
      .finally(() => this.#open.delete(done));
    this.#open.add(done);
    await this.#shards[shard].room();
    if (this.#error) throw this.#error;
  }

  /** Waits until all that was sent is in the shards. */
  async finish(): Promise<PutCounts> {
    await Promise.all(this.#open);
    if (this.#error) throw this.#error;
    return this.#counts;
  }
}
