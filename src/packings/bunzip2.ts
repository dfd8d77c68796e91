// @ts-types="./bzip2_bits.d.ts"
import bitIterator from "unbzip2-stream/lib/bit_iterator.js";
// @ts-types="./bzip2.d.ts"
import bzip2 from "unbzip2-stream/lib/bzip2.js";
import { InputError, messageOf } from "../domain/errors.ts";

/** Packed bytes that a block never exceeds, whatever is in it: blocks are read whole, and there must be enough for one. */
const MAX_BLOCK = 950_000;
/** Bytes that a block of ordinary text unpacks to at most; what repeats itself may be fifty times as many. */
const BLOCK_SIZE = 900_000;
/** Bytes given out at once. */
const PIECE = 1024 * 1024;

/** Unpacks bzip2, also of several streams. */
export async function* bunzip2(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = packed[Symbol.asyncIterator](), waiting: Uint8Array[] = [], output = new Output();
  let received = 0, isAtEnd = false, buffer = new Int32Array(0);
  const bits = lazyBits(waiting);
  /** Waits for enough of the input to read a block of it. */
  const fill = async () => {
    while (!isAtEnd && received - bits.read() < MAX_BLOCK) {
      const { done, value } = await input.next();
      if (done) isAtEnd = true;
      else if (value.length > 0) {
        waiting.push(value);
        received += value.length;
      }
    }
  };
  try {
    for (let streams = 0; await fill(), received > bits.read() || streams === 0; streams++) {
      const size = 100_000 * attempt(() => bzip2.header(bits.reader()), streams > 0);
      if (buffer.length < size) buffer = new Int32Array(size);
      for (let checksum: number | null = 0; checksum !== null;) {
        await fill();
        const before: number = checksum;
        checksum = attempt(() => bzip2.decompress(bits.reader(), output.push, buffer, size, before));
        yield* output.take();
      }
    }
  } finally {
    await input.return?.();
  }
}

/** The library's bit reader, which wants its first buffer when it is made. */
function lazyBits(waiting: Uint8Array[]) {
  let bits: ReturnType<typeof bitIterator> | undefined;
  const next = () => {
    const bytes = waiting.shift();
    if (!bytes) throw new InputError("the bzip2 data is cut off");
    return bytes;
  };
  return { reader: () => bits ??= bitIterator(next), read: () => bits?.bytesRead ?? 0 };
}

/** The bytes of a block as they come one by one. */
class Output {
  #bytes = new Uint8Array(BLOCK_SIZE);
  #size = 0;

  readonly push = (byte: number): void => {
    if (this.#size === this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#size);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#size++] = byte;
  };

  /** All that has come, in pieces. */
  *take(): Generator<Uint8Array> {
    for (let at = 0; at < this.#size; at += PIECE) yield this.#bytes.slice(at, Math.min(at + PIECE, this.#size));
    this.#size = 0;
  }
}

/** Reads a part of the data. The library's messages say nothing. */
function attempt<T>(read: () => T, isBehind = false): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    const why = isBehind
      ? "something that is not bzip2 follows the bzip2 data"
      : messageOf(cause).includes("obsolete")
      ? "the bzip2 data is of a version before 0.9.5"
      : `the bzip2 data is damaged${messageOf(cause).includes("crc32") ? ": its checksum differs" : ""}`;
    throw new InputError(why, {}, { cause });
  }
}
