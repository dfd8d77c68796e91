import { writeCsv } from "./csv_writer.ts";
import { type WrittenFormat, writtenWhole } from "./format.ts";

/** CSV: a segment a line. */
export const CSV: WrittenFormat = {
  name: "CSV",
  endings: [".csv"],
  reading: null,
  output: {
    id: "csv",
    mediaType: "text/csv; charset=utf-8",
    write: (files, _head, listener) => writeCsv(writtenWhole(files, listener)),
  },
};
