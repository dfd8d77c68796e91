/** A way of packing one stream of bytes. Adding one: a file that describes it, and a line in `PACKINGS`. */
export interface Packing {
  /** As messages name it: "gzip". */
  readonly name: string;
  /** In lower case, with the dot. */
  readonly endings: readonly string[];
  /** Whether bytes that begin so are packed this way; `start` has the first bytes, as many as there are up to some hundred. */
  begins(start: Uint8Array): boolean;
  /**
   * Unpacks, holding little in memory. What is cut off or damaged gives what comes before first, then throws.
   * @throws {InputError} when the packed bytes are cut off, damaged, followed by something else, or of a kind that is unknown
   */
  unpack(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
}

/** Whether bytes begin with these: characters of one byte. */
export function startsWith(bytes: Uint8Array, magic: string, at = 0): boolean {
  if (bytes.length < at + magic.length) return false;
  for (let i = 0; i < magic.length; i++) if (bytes[at + i] !== magic.charCodeAt(i)) return false;
  return true;
}
