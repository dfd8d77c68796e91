import type { StreamFormat, StreamTaker } from "./input_format.ts";
import { NzbReader } from "./nzb_reader.ts";

/** Bytes handled at once: what is made of them is in memory together. */
const PIECE = 256 * 1024;

/** NZBs: everything that begins like XML, in any encoding. */
export const NZB: StreamFormat = {
  name: "NZB",
  endings: [".nzb"],
  reading: "stream",
  begins: (_, { text }) => text.startsWith("<"),
  read: readNzb,
};

async function* readNzb(open: () => AsyncIterable<Uint8Array>, { take, report }: StreamTaker): AsyncGenerator<void> {
  const reader = new NzbReader(take, report);
  for await (const piece of open()) {
    for (let at = 0; at < piece.length; at += PIECE) {
      reader.read(piece.subarray(at, at + PIECE));
      yield;
    }
  }
  reader.end();
}
