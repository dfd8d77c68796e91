import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { spillPath, unspill } from "../files/spill.ts";
import { decodeBatch, encodeBatch } from "./encode_batch.ts";
import { releaseBatch, type RoutedBatch } from "./packed_batch.ts";

/** Bytes of batches that are held in memory. */
export const MEMORY_BYTES = 16 * 2 ** 20;

/** Batches that wait until their whole source has turned out good: in memory, then in a file. */
export class SpillFile {
  readonly #path: string;
  readonly #batches: RoutedBatch[] = [];
  readonly #encoded: Omit<RoutedBatch, "batch">[] = [];
  #bytes = 0;
  #file: number | undefined;

  /** `folder`: where a file is made when memory does not do; `close` removes it. */
  constructor(folder: string) {
    this.#path = spillPath(folder);
  }

  add(routed: RoutedBatch): void {
    if (this.#bytes < MEMORY_BYTES) {
      this.#bytes += routed.batch.size;
      this.#batches.push(routed);
      return;
    }
    const { batch, shard, shards } = routed, parts = encodeBatch(batch);
    try {
      this.#file ??= openSync(this.#path, "w+");
      for (const part of parts) for (let at = 0; at < part.length;) at += writeSync(this.#file, part, at);
    } catch (error) {
      throw new UsyncError(`Cannot write ${this.#path}: ${messageOf(error)}`, {
        hint: "A large input is kept there until it has turned out good. Free some space and run the command again.",
        cause: error,
      });
    }
    this.#encoded.push({ shard, shards });
    releaseBatch(batch);
  }

  /** All batches in the order they came; each once. */
  *batches(): Generator<RoutedBatch> {
    for (let batch = this.#batches.shift(); batch; batch = this.#batches.shift()) yield batch;
    let position = 0;
    const read = (into: Uint8Array) => {
      for (let at = 0; at < into.length;) {
        const length = readSync(this.#file!, into, at, into.length - at, position + at);
        if (length === 0) throw new UsyncError(`Cannot read ${this.#path}: it is shorter than what was written`);
        at += length;
      }
      position += into.length;
    };
    for (const { shard, shards } of this.#encoded) yield { batch: decodeBatch(read), shard, shards };
  }

  close(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
    unspill(this.#path);
  }
}
