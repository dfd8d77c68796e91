import { InputError } from "../domain/errors.ts";
import { formatCount } from "../domain/format_count.ts";

/** Unpacked bytes that are always fine, and how often as many as there are packed ones beyond that. */
export const FREE_BYTES = 2 ** 30, MAX_RATIO = 200;
/** Entries of one archive, with those of the archives in it. */
export const MAX_ENTRIES = 100_000;
/** How often something may be packed: a gzip in a zip is 2. */
export const MAX_DEPTH = 4;

/** Counts what one file unpacks to, in all layers and entries together: an archive must not fill the disk or run for ever. */
export class UnpackBudget {
  readonly #maxBytes: number;
  #bytes = 0;
  #entries = 0;

  /** `packedBytes`: the size of the file. */
  constructor(packedBytes: number, freeBytes = FREE_BYTES) {
    this.#maxBytes = Math.max(freeBytes, MAX_RATIO * packedBytes);
  }

  /** Passes unpacked bytes on. @throws {InputError} when they are too many */
  async *count(unpacked: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const bytes of unpacked) {
      this.#bytes += bytes.length;
      if (this.#bytes > this.#maxBytes) {
        throw new InputError(
          `unpacks to more than ${MAX_RATIO} times its size, which nothing but a zip bomb does: unpack it yourself`,
        );
      }
      yield bytes;
    }
  }

  /** Counts an entry of an archive. @throws {InputError} when there are too many */
  countEntry(): void {
    if (++this.#entries > MAX_ENTRIES) {
      throw new InputError(
        `holds more than ${formatCount(MAX_ENTRIES)} files: unpack it and import the folder`,
      );
    }
  }
}
