import xxhash from "xxhash-wasm";

const { h64 } = await xxhash();

/** The 64-bit number that decides where a file lives: XXH64 (seed 0) of the UTF-8 bytes of its `file_id`. It never changes. */
export function placementHash(fileId: string): bigint {
  return h64(fileId);
}

/**
 * The shard of a file among `shards`: jump consistent hash (Lamping and Veach, 2014). Going from N to M shards moves only
 * the files that must move.
 */
export function shardOf(fileId: string, shards: number): number {
  if (shards === 1) return 0;
  let key = placementHash(fileId), shard = -1n, next = 0n;
  while (next < shards) {
    shard = next;
    key = BigInt.asUintN(64, key * 2862933555777941757n + 1n);
    next = BigInt(Math.floor(Number(shard + 1n) * (2 ** 31 / Number((key >> 33n) + 1n))));
  }
  return Number(shard);
}
