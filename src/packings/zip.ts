import { startsWith } from "./packing.ts";

/** Endings of zip archives: in lower case, with the dot. */
export const ZIP_ENDINGS: readonly string[] = [".zip"];

/** Whether bytes begin as a zip archive does; one without any entry, too. */
export function isZip(start: Uint8Array): boolean {
  return startsWith(start, "PK\x03\x04") || startsWith(start, "PK\x05\x06") || startsWith(start, "PK00PK\x03\x04");
}
