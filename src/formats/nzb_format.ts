import type { StreamFormat } from "./format.ts";
import { readNzb } from "./nzb_reader.ts";
import { writeNzb } from "./nzb_writer.ts";

/** NZBs: everything that begins like XML, in any encoding. */
export const NZB: StreamFormat = {
  name: "NZB",
  endings: [".nzb"],
  reading: "stream",
  begins: (_, { text }) => text.startsWith("<"),
  read: readNzb,
  output: {
    id: "nzb",
    mediaType: "application/x-nzb",
    write: (files, head, listener) => writeNzb(files, { head, ...listener }),
  },
};
