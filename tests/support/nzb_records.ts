import { fileRecordOf } from "../../src/blocks/segment_columns.ts";
import type { FileRecord } from "../../src/domain/records.ts";
import type { Note } from "../../src/formats/note.ts";
import { readNzb } from "../../src/formats/nzb_reader.ts";

/** All that an NZB gives. */
export interface NzbRecords {
  files: FileRecord[];
  notes: Note[];
}

/** The files of an NZB as records, with what is noted of it; throws what reading it throws. */
export async function nzbRecords(open: () => AsyncIterable<Uint8Array>, name = ""): Promise<NzbRecords> {
  const all: NzbRecords = { files: [], notes: [] };
  const taker = {
    take: (file: Parameters<typeof fileRecordOf>[0]) => void all.files.push(fileRecordOf(file)),
    report: (note: Note) => void all.notes.push(note),
    restart: () => void Object.assign(all, { files: [], notes: [] }),
  };
  for await (const _ of readNzb(open, taker, name)) { /* until its end */ }
  return all;
}
