import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import type { PackedBatch } from "./packed_batch.ts";

/** Bytes of batches that are held in memory. */
const MEMORY_BYTES = 48 * 2 ** 20;

/** Batches that wait until their whole source has turned out good: in memory, then in a file. */
export class HeldBatches {
  #path: string;
  #batches: { shard: number; batch: PackedBatch }[] = [];
  #bytes = 0;
  #file: number | undefined;
  #lengths: number[] = [];

  /** `path`: the file that is made when memory does not do, and removed by `close`. */
  constructor(path: string) {
    this.#path = path;
  }

  add(shard: number, batch: PackedBatch): void {
    if (this.#bytes < MEMORY_BYTES) {
      this.#bytes += batch.size;
      this.#batches.push({ shard, batch });
      return;
    }
    this.#file ??= openSync(this.#path, "w+");
    const bytes = serialize({ shard, batch: { ...batch, bytes: batch.bytes.slice() } });
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    this.#lengths.push(bytes.length);
  }

  /** All batches in the order they came; each once. */
  *batches(): Generator<{ shard: number; batch: PackedBatch }> {
    yield* this.#batches.splice(0);
    let position = 0;
    for (const length of this.#lengths) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length;) at += readSync(this.#file!, bytes, at, length - at, position + at);
      position += length;
      yield deserialize(bytes);
    }
  }

  close(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    rmSync(this.#path);
  }
}
