import type { LineFormat } from "./input_format.ts";
import { NdjsonLines } from "./ndjson_reader.ts";

/** NDJSON: a record a line. */
export const NDJSON: LineFormat = {
  name: "NDJSON",
  endings: [".ndjson", ".jsonl"],
  reading: "lines",
  begins: (_, { text }) => text.startsWith("{"),
  open: ({ report, isStart }) => new NdjsonLines(report, isStart),
};
