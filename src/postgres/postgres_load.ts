import { checkRecord } from "../domain/check_record.ts";
import type { FileRecord } from "../domain/records.ts";
import { BatchPacker, type PackedBatch } from "../sqlite/packed_batch.ts";
import { shardOf } from "../sqlite/placement.ts";
import { Turns } from "../store/merge.ts";
import type { BulkLoad, OnProgress, PutCounts } from "../store/store.ts";
import type { Lane } from "./lane.ts";

/** Bytes of a batch, and of batches that may wait in a lane. */
const BATCH_BYTES = 2 ** 20, ROOM_BYTES = 8 * 2 ** 20;

/** A load of many files into a PostgreSQL database. */
export class PostgresLoad implements BulkLoad {
  #lanes: Lane[];
  #flush: () => Promise<void>;

  constructor(lanes: Lane[], flush: () => Promise<void>) {
    this.#lanes = lanes;
    this.#flush = flush;
  }

  async put(
    files: Iterable<FileRecord> | AsyncIterable<FileRecord>,
    { allOrNothing = false, onProgress = () => {} }: { allOrNothing?: boolean; onProgress?: OnProgress } = {},
  ): Promise<PutCounts> {
    const packers = this.#lanes.map(() => new BatchPacker()), held: [number, PackedBatch][] = [];
    const done = { files: 0, segments: 0 }, turns = new Turns(), sender = new Sender(this.#lanes);
    const take = async (lane: number) => {
      const batch = packers[lane].take();
      if (allOrNothing) held.push([lane, batch]);
      else await sender.send(lane, batch);
    };
    try {
      for await (const file of files) {
        const record = checkRecord(file), lane = shardOf(record.file_id, packers.length);
        packers[lane].add(record);
        if (packers[lane].size >= BATCH_BYTES) await take(lane);
        done.files++;
        done.segments += record.segments.length;
        if (!turns.isDue) continue;
        onProgress(done);
        await turns.give();
      }
      for (let lane = 0; lane < packers.length; lane++) if (packers[lane].size > 0) await take(lane);
      for (const [lane, batch] of held.splice(0)) await sender.send(lane, batch);
    } catch (error) {
      await sender.finish().catch(() => {}); // the first error is the one to tell
      throw error;
    }
    return await sender.finish();
  }

  finish(): Promise<void> {
    return this.#flush();
  }
}

/** Sends batches with back-pressure and counts what became of their files. */
class Sender {
  #lanes: Lane[];
  #counts: PutCounts = { added: 0, replaced: 0, unchanged: 0, segments: 0 };
  #open: Promise<void>[] = [];
  #error: unknown;

  constructor(lanes: Lane[]) {
    this.#lanes = lanes;
  }

  async send(lane: number, batch: PackedBatch): Promise<void> {
    const segments = batch.files.map((file) => file.segments);
    const done = this.#lanes[lane].put(batch, false).then((outcomes) =>
      outcomes.forEach((outcome, i) => {
        this.#counts[outcome]++;
        if (outcome !== "unchanged") this.#counts.segments += segments[i];
      })
    ).catch((error) => this.#error ??= error);
    this.#open.push(done);
    while (this.#lanes[lane].waiting > ROOM_BYTES && !this.#error) await this.#lanes[lane].settled();
    if (this.#error) throw this.#error;
  }

  async finish(): Promise<PutCounts> {
    await Promise.all(this.#open);
    if (this.#error) throw this.#error;
    return this.#counts;
  }
}
