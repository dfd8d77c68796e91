import type { StreamFormat } from "./input_format.ts";
import { readNzb } from "./nzb_reader.ts";

/** NZBs: everything that begins like XML, in any encoding. */
export const NZB: StreamFormat = {
  name: "NZB",
  endings: [".nzb"],
  reading: "stream",
  begins: (_, { text }) => text.startsWith("<"),
  read: readNzb,
};
