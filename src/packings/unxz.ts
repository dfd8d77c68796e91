// @ts-types="./xz_decompress.d.ts"
import xz from "xz-decompress";
import { InputError, messageOf } from "../domain/errors.ts";

/** What the decoder's numbers mean (`enum xz_ret` of XZ Embedded). */
const WHY: Record<string, string> = {
  2: "the xz data has a checksum that is not supported: pack it with `xz --check=crc64`",
  3: "there is not enough memory for the xz data",
  4: "the xz data needs more than 64 MB of memory: pack it with `xz -9` or less",
  5: "something that is not xz follows the xz data",
  6: "the xz data is packed in a way that is not supported: pack it with `xz` and no filters, and no `--check=sha256`",
  7: "the xz data is damaged",
  8: "the xz data is cut off, or something follows it",
};

/** Unpacks xz, also of several streams with padding between. One at a time in a thread: the decoder has one state. */
export async function* unxz(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let failure: { error: unknown } | undefined;
  const watched = async function* () {
    try {
      yield* packed;
    } catch (error) {
      failure = { error };
      throw error;
    }
  };
  const reader = new xz.XzReadableStream(ReadableStream.from(watched())).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (next.value.length > 0) yield next.value;
    }
  } catch (cause) {
    if (failure) throw failure.error;
    const number = /error code (\d+)/.exec(messageOf(cause))?.[1] ?? "";
    if (!(number in WHY)) throw cause;
    throw new InputError(WHY[number], {}, { cause });
  } finally {
    // Given up: the decoder, which works ahead, frees its state twice when it has come to its end already, and fails.
    await reader.cancel().catch(() => {});
  }
}
