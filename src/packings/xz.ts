import { type Packing, startsWith } from "./packing.ts";

/** Xz, also of several streams with padding between. */
export const XZ: Packing = {
  name: "xz",
  endings: [".xz"],
  begins: (start) => startsWith(start, "\xfd7zXZ\0"),
  unpack,
};

/** Its decoder is loaded when something is unpacked: no other start of the program needs it. */
async function* unpack(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* (await import("./unxz.ts")).unxz(packed);
}
