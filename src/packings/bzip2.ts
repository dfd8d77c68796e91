import { type Packing, startsWith } from "./packing.ts";

/** Bzip2, also of several streams. */
export const BZIP2: Packing = {
  name: "bzip2",
  endings: [".bz2"],
  begins: (start) => startsWith(start, "BZh") && start[3] >= 0x31 && start[3] <= 0x39,
  unpack,
};

/** Its decoder is loaded when something is unpacked: no other start of the program needs it. */
async function* unpack(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* (await import("./bunzip2.ts")).bunzip2(packed);
}
