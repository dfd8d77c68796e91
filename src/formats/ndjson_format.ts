import { type LineFormat, writtenWhole } from "./format.ts";
import { NdjsonLines } from "./ndjson_reader.ts";
import { writeNdjson } from "./ndjson_writer.ts";

/** NDJSON: a record a line. */
export const NDJSON: LineFormat = {
  name: "NDJSON",
  endings: [".ndjson", ".jsonl"],
  reading: "lines",
  begins: (_, { text }) => text.startsWith("{"),
  open: ({ report, isStart }) => new NdjsonLines(report, isStart),
  output: {
    id: "ndjson",
    mediaType: "application/x-ndjson",
    write: (files, _head, listener) => writeNdjson(writtenWhole(files, listener)),
  },
};
