import type { DatabaseSync } from "node:sqlite";
import { checkSegment } from "../domain/check_record.ts";
import { InputError } from "../domain/errors.ts";
import { compareSegments, type Segment } from "../domain/records.ts";
import { type RefusedRows } from "./refused_rows.ts";
import { describeTable, type Row, selectRows, type Table } from "./usenetsync_tables.ts";
import { hexOf, otherValues, timeOf } from "./usenetsync_values.ts";

const REQUIRED = ["file_id", "segment_index", "size"];
const OPTIONAL = [
  ...["redundancy_index", "hash", "offset_start", "message_id", "subject", "internal_subject", "newsgroup", "server"],
  ...["upload_status", "uploaded_at"],
];
const FIRST_OTHER = REQUIRED.length + OPTIONAL.length;

/** The table `segments` of a UsenetSync database. */
export class UsenetSyncSegments {
  /** Rows in the order of `file_id`, which is their first value, those of one file as they were inserted. */
  readonly rows: Iterator<Row>;
  #table: Table;
  #refused: RefusedRows;

  constructor(db: DatabaseSync, refused: RefusedRows) {
    this.#table = describeTable(db, "segments", "s", REQUIRED, OPTIONAL);
    // The end of a segment is where its size says, unless a database disagrees with itself.
    const end = this.#table.other.find(({ name }) => name === "offset_end");
    if (end !== undefined) end.sql = `nullif(${end.sql}, s.offset_start + s.size)`;
    this.rows = selectRows(db, this.#table, "segments s", "s.file_id COLLATE BINARY, s.rowid");
    this.#refused = refused;
  }

  /** The segments of one file, in order; rows that cannot be kept are refused, of doubled ones all but the first. */
  ofFile(rows: Row[]): Segment[] {
    const segments: Segment[] = [];
    for (const row of rows) {
      const segment = this.#segment(row);
      if (segment !== undefined) segments.push(segment);
    }
    segments.sort(compareSegments);
    return segments.filter((segment, i) => {
      const doubled = i > 0 && compareSegments(segments[i - 1], segment) === 0;
      if (doubled) this.#refused.add("segments that are there twice", nameOf(rows[0][0], segment.index));
      return !doubled;
    });
  }

  #segment(row: Row): Segment | undefined {
    const meta = otherValues(row, FIRST_OTHER, this.#table);
    const loose = {
      index: row[1],
      redundancy: row[3],
      size: row[2],
      offset: row[5],
      hash: hexOf(row[4]),
      message_id: row[6],
      subject: row[7],
      internal_subject: row[8],
      group: row[9],
      server: row[10],
      status: row[11],
      uploaded_at: timeOf(row[12], "uploaded_at", meta),
      meta,
    };
    try {
      return checkSegment(loose, typeof row[1] === "number" ? row[1] : 0);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#refused.add("segments that cannot be kept", `${nameOf(row[0], row[1])} (${error.message})`);
    }
  }
}

function nameOf(fileId: unknown, index: unknown): string {
  return `segment ${String(index)} of ${String(fileId)}`;
}
