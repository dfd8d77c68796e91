import xxhash from "xxhash-wasm";
import { DIGEST_BUCKETS } from "./backend.ts";
import { placementHash } from "./placement.ts";

const { h64, h64Raw } = await xxhash();

/** The digest of a file: XXH64 over the text of its head (see `headText`) and its blocks, each seeded with what came before. */
export function fileDigest(headText: string, blocks: { data: Uint8Array }[]): bigint {
  let digest = h64(headText);
  for (const { data } of blocks) digest = h64Raw(data, digest);
  return digest;
}

/** The bucket that a file's digest is added in. */
export function digestBucket(fileId: string): number {
  return placementHash(fileId).low % DIGEST_BUCKETS;
}
