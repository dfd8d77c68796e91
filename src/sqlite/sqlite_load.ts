import { checkRecord } from "../domain/check_record.ts";
import type { FileRecord } from "../domain/records.ts";
import { Turns } from "../store/merge.ts";
import type { BulkLoad, OnProgress, PutCounts, PutOutcome } from "../store/store.ts";
import { HeldBatches } from "./held_batches.ts";
import { BatchPacker, type PackedBatch } from "./packed_batch.ts";
import { shardOf } from "./placement.ts";
import type { ShardQueue } from "./shard_queue.ts";

/** Bytes of a batch. */
const BATCH_BYTES = 2 ** 20;

/** A load of many files into the shards of a store. */
export class SqliteLoad implements BulkLoad {
  #shards: ShardQueue[];
  #packers: BatchPacker[];
  #scratchFolder: string;

  /** `scratchFolder`: where batches are put that must wait and are too many for the memory. */
  constructor(shards: ShardQueue[], scratchFolder: string) {
    this.#shards = shards;
    this.#packers = shards.map(() => new BatchPacker());
    this.#scratchFolder = scratchFolder;
  }

  async put(
    files: Iterable<FileRecord> | AsyncIterable<FileRecord>,
    options: { allOrNothing?: boolean; onProgress?: OnProgress } = {},
  ): Promise<PutCounts> {
    const sender = new Sender(this.#shards);
    const held = options.allOrNothing ? new HeldBatches(this.#scratchFolder) : undefined;
    const take = async (shard: number) => {
      const batch = this.#packers[shard].take();
      if (held) held.add(shard, batch);
      else await sender.send(shard, batch);
    };
    try {
      await this.#pack(files, take, options.onProgress);
      if (held) { for await (const { shard, batch } of held.batches()) await sender.send(shard, batch); }
    } catch (error) {
      for (const packer of this.#packers) packer.take();
      await sender.finish().catch(() => {}); // the first error is the one to tell
      throw error;
    } finally {
      held?.close();
    }
    return await sender.finish();
  }

  async #pack(
    files: Iterable<FileRecord> | AsyncIterable<FileRecord>,
    take: (shard: number) => Promise<void>,
    onProgress: OnProgress | undefined,
  ): Promise<void> {
    const done = { files: 0, segments: 0 }, turns = new Turns();
    for await (const file of files) {
      const record = checkRecord(file);
      const shard = shardOf(record.file_id, this.#packers.length);
      this.#packers[shard].add(record);
      if (this.#packers[shard].size >= BATCH_BYTES) await take(shard);
      done.files++;
      done.segments += record.segments.length;
      if (!turns.isDue) continue;
      onProgress?.(done);
      await turns.give();
    }
    for (let shard = 0; shard < this.#packers.length; shard++) {
      if (this.#packers[shard].size > 0) await take(shard);
    }
  }

  async finish(): Promise<void> {
    await Promise.all(this.#shards.map((shard) => shard.run("makeReady")));
  }
}

/** Sends batches to the shards with back-pressure and counts what became of their files. */
class Sender {
  #shards: ShardQueue[];
  #counts: PutCounts = { added: 0, replaced: 0, unchanged: 0, segments: 0 };
  #open = new Set<Promise<void>>();
  #error: unknown;

  constructor(shards: ShardQueue[]) {
    this.#shards = shards;
  }

  async send(shard: number, batch: PackedBatch): Promise<void> {
    const segments = batch.files.map((file) => file.segments);
    const done = this.#shards[shard].change({ type: "put", batch, defer: true }, false)
      .then((outcomes) => this.#count(outcomes as PutOutcome[], segments), (error) => void (this.#error ??= error))
      .finally(() => this.#open.delete(done));
    this.#open.add(done);
    await this.#shards[shard].room();
    if (this.#error) throw this.#error;
  }

  #count(outcomes: PutOutcome[], segments: number[]): void {
    outcomes.forEach((outcome, i) => {
      this.#counts[outcome]++;
      if (outcome !== "unchanged") this.#counts.segments += segments[i];
    });
  }

  /** Waits until all that was sent is in the shards. */
  async finish(): Promise<PutCounts> {
    await Promise.all(this.#open);
    if (this.#error) throw this.#error;
    return this.#counts;
  }
}
