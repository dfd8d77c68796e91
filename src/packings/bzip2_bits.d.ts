import type { BitReader } from "./bzip2.d.ts";

/** `unbzip2-stream/lib/bit_iterator.js`: reads bits of the buffers that `next` gives. */
export default function bitIterator(next: () => Uint8Array): BitReader & {
  /** Bytes of which at least one bit was read. */
  bytesRead: number;
};
