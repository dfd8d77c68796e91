import xxhash from "xxhash-wasm";

const { h64 } = await xxhash();

/** A 64-bit number as two of 32 bits without a sign. */
export interface Halves {
  high: number;
  low: number;
}

const whole = new BigUint64Array(1), halves = new Uint32Array(whole.buffer);
const [LOW, HIGH] = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? [0, 1] : [1, 0];

/** The 64-bit number that decides where a file lives: XXH64 (seed 0) of the UTF-8 bytes of its `file_id`. It never changes. */
export function placementHash(fileId: string): Halves {
  return halvesOf(h64(fileId));
}

/** A number of 64 bits as two of 32. */
export function halvesOf(value: bigint): Halves {
  whole[0] = value;
  return { high: halves[HIGH], low: halves[LOW] };
}

/** The shard of a file among `shards`. Going from N to M shards moves only the files that must move. */
export function shardOf(fileId: string, shards: number): number {
  return shards === 1 ? 0 : jumpHash(placementHash(fileId), shards);
}

/** The bucket of a 64-bit key: jump consistent hash (Lamping and Veach, 2014). */
export function jumpHash({ high, low }: Halves, buckets: number): number {
  let bucket = -1, next = 0;
  while (next < buckets) {
    bucket = next;
    // In 64 bits: key * FACTOR + 1.
    const carry = highOfProduct(low, FACTOR.low) + (Math.imul(low, FACTOR.low) === -1 ? 1 : 0);
    high = Math.imul(high, FACTOR.low) + Math.imul(low, FACTOR.high) + carry >>> 0;
    low = Math.imul(low, FACTOR.low) + 1 >>> 0;
    next = Math.floor((bucket + 1) * (2 ** 31 / ((high >>> 1) + 1)));
  }
  return bucket;
}

/** 2862933555777941757 */
const FACTOR: Halves = { high: 0x27bb2ee6, low: 0x87b0b0fd };

/** The upper 32 bits of the product of two numbers of 32 bits. */
function highOfProduct(a: number, b: number): number {
  const aLow = a & 0xffff, aHigh = a >>> 16, bLow = b & 0xffff, bHigh = b >>> 16;
  const middle = aHigh * bLow + Math.floor(aLow * bLow / 2 ** 16);
  return aHigh * bHigh + Math.floor((middle + aLow * bHigh) / 2 ** 16);
}
