import xxhash from "xxhash-wasm";

const { h64 } = await xxhash();

/** The 64-bit number that decides where a file lives: XXH64 (seed 0) of the UTF-8 bytes of its `file_id`. It never changes. */
export function placementHash(fileId: string): bigint {
  return h64(fileId);
}

/** The shard of a file among `shards`. Going from N to M shards moves only the files that must move. */
export function shardOf(fileId: string, shards: number): number {
  return shards === 1 ? 0 : jumpHash(placementHash(fileId), shards);
}

/** The bucket of a 64-bit key: jump consistent hash (Lamping and Veach, 2014). */
export function jumpHash(key: bigint, buckets: number): number {
  let bucket = -1n, next = 0n;
  while (next < buckets) {
    bucket = next;
    key = BigInt.asUintN(64, key * 2862933555777941757n + 1n);
    next = BigInt(Math.floor(Number(bucket + 1n) * (2 ** 31 / Number((key >> 33n) + 1n))));
  }
  return Number(bucket);
}
