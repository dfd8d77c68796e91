import { checkRecord } from "../domain/check_record.ts";
import type { FileRecord } from "../domain/records.ts";
import { Turns } from "../threads/turns.ts";
import { BatchPacker } from "./batch_packer.ts";
import type { PackedBatch, RoutedBatch } from "./packed_batch.ts";
import { shardOf } from "./placement.ts";
import { addCounts, noCounts } from "./put_counts.ts";
import { SpillFile } from "./spill_file.ts";
import { splitBatch } from "./split_batch.ts";
import type { BulkLoad, OnProgress, PutCounts, PutOptions } from "./store.ts";

/** Bytes of a batch. */
export const BATCH_BYTES = 2 ** 20;

/** What takes the batches of a load, in their order. */
export interface LoadTarget {
  /** How many shards it has: batches that are routed for so many need not be split. */
  readonly shards: number;
  /** Stores a batch; its buffers may be handed over. */
  put(batch: RoutedBatch): Promise<PutCounts>;
  /** Waits until there is room for more. */
  room(): Promise<void>;
}

/** A batch by the shards of a target with so many: itself, or what splitting it gives. */
export function routeBatch({ batch, shard, shards }: RoutedBatch, of: number): [PackedBatch, number][] {
  if (shards === of) return [[batch, shard]];
  return splitBatch(batch, of).flatMap((part, shard): [PackedBatch, number][] => part ? [[part, shard]] : []);
}

/** A load of many files into the shards of a store. */
export class PackedLoad implements BulkLoad {
  readonly finish: () => Promise<void>;
  readonly #target: LoadTarget;
  readonly #scratchFolder: string;

  /** `scratchFolder`: where batches are put that must wait and are too many for the memory. */
  constructor(target: LoadTarget, scratchFolder: string, finish: () => Promise<void>) {
    this.#target = target;
    this.#scratchFolder = scratchFolder;
    this.finish = finish;
  }

  get shards(): number {
    return this.#target.shards;
  }

  async put(files: Iterable<FileRecord> | AsyncIterable<FileRecord>, options: PutOptions = {}): Promise<PutCounts> {
    const batches = packRecords(files, this.#target.shards, options.onProgress);
    if (!options.allOrNothing) return await this.putBatches(batches);
    const held = new SpillFile(this.#scratchFolder);
    try {
      for await (const batch of batches) held.add(batch);
      await options.beforeSending?.();
      return await this.putBatches(held.batches());
    } finally {
      held.close();
    }
  }

  async putBatches(batches: Iterable<RoutedBatch> | AsyncIterable<RoutedBatch>): Promise<PutCounts> {
    const sender = new Sender(this.#target);
    try {
      for await (const batch of batches) await sender.send(batch);
    } catch (error) {
      await sender.finish().catch(() => {}); // the first error is the one to tell
      throw error;
    }
    return await sender.finish();
  }
}

/** Packs files for so many shards; gives every batch that is large enough. */
export async function* packRecords(
  files: Iterable<FileRecord> | AsyncIterable<FileRecord>,
  shards: number,
  onProgress: OnProgress = () => {},
): AsyncGenerator<RoutedBatch> {
  const packers = Array.from({ length: shards }, () => new BatchPacker());
  const done = { files: 0, segments: 0 }, turns = new Turns();
  for await (const file of files) {
    const record = checkRecord(file), shard = shardOf(record.file_id, shards);
    packers[shard].add(record);
    if (packers[shard].size >= BATCH_BYTES) yield { batch: packers[shard].take(), shard, shards };
    done.files++;
    done.segments += record.segments.length;
    if (!turns.isDue) continue;
    onProgress(done);
    await turns.give();
  }
  for (const [shard, packer] of packers.entries()) if (packer.files > 0) yield { batch: packer.take(), shard, shards };
}

/** Sends batches with back-pressure and counts what became of their files. */
class Sender {
  readonly #target: LoadTarget;
  readonly #counts = noCounts();
  readonly #open = new Set<Promise<void>>();
  #error: unknown;

  constructor(target: LoadTarget) {
    this.#target = target;
  }

  async send(batch: RoutedBatch): Promise<void> {
    const done = this.#target.put(batch)
      .then((counts) => addCounts(this.#counts, counts), (error) => void (this.#error ??= error))
      .finally(() => this.#open.delete(done));
    this.#open.add(done);
    await this.#target.room();
    if (this.#error) throw this.#error;
  }

  /** Waits until all that was sent is stored. */
  async finish(): Promise<PutCounts> {
    await Promise.all(this.#open);
    if (this.#error) throw this.#error;
    return this.#counts;
  }
}
