import { BZIP2 } from "./bzip2.ts";
import { GZIP } from "./gzip.ts";
import type { Packing } from "./packing.ts";
import { XZ } from "./xz.ts";
import { ZIP_ENDINGS } from "./zip.ts";

/** Every way of packing a stream of bytes that is unpacked here. */
export const PACKINGS: readonly Packing[] = [GZIP, BZIP2, XZ];

/** Endings of everything that is unpacked here, archives included: in lower case, with the dot. */
export const PACKED_ENDINGS: readonly string[] = [...PACKINGS.flatMap(({ endings }) => endings), ...ZIP_ENDINGS];
