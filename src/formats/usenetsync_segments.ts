import type { DatabaseSync } from "node:sqlite";
import { checkSegment } from "../domain/segment_fields.ts";
import { InputError } from "../domain/errors.ts";
import { compareSegments, type Meta, type Segment } from "../domain/records.ts";
import { type RefusedRows } from "./refused_rows.ts";
import { PackedSegments, type PostedValues } from "./usenetsync_packed.ts";
import { columnSql, describeTable, otherSql, type Table } from "./usenetsync_tables.ts";
import { hexOf, InvalidText, type Row, setOthers, shownId, timeOf } from "./usenetsync_values.ts";

const REQUIRED = ["file_id", "segment_index", "size"];
const OPTIONAL = [
  ...["redundancy_index", "hash", "offset_start", "message_id", "subject", "internal_subject", "newsgroup", "server"],
  ...["upload_status", "uploaded_at"],
];
const KNOWN = [...REQUIRED, ...OPTIONAL];

/** The table `segments` of a UsenetSync database, with `packed_segments`. */
export class UsenetSyncSegments {
  readonly table: Table;
  readonly packed: PackedSegments | undefined;
  /** The columns of a row as SQL; the tables are called `s` and, where there are packed segments, `p`. */
  readonly columns: string[];
  /** The place of a row's packed_segment_id; -1 where there is none. */
  readonly packedIdAt: number;
  /** Where a row's values of its packed segment begin. */
  readonly firstPacked: number;
  #otherNames: string[];
  #refused: RefusedRows;

  constructor(db: DatabaseSync, refused: RefusedRows) {
    this.table = describeTable(db, "segments", REQUIRED, OPTIONAL);
    this.packed = PackedSegments.of(db);
    const { known, other } = this.table;
    this.#otherNames = other.map(({ name }) => name);
    const packedId = other.findIndex(({ name }) => name.toLowerCase() === "packed_segment_id");
    this.packedIdAt = packedId < 0 ? -1 : KNOWN.length + packedId;
    this.firstPacked = KNOWN.length + other.length;
    // The end of a segment is where its size says, unless a database disagrees with itself.
    const othersSql = other.map((column) =>
      column.name === "offset_end" && known[5] !== undefined
        ? `nullif(${otherSql(column, "s")}, ${columnSql(known[5], "s")} + ${columnSql(known[2], "s")})`
        : otherSql(column, "s")
    );
    const ownSql = [...known.map((column) => columnSql(column, "s")), ...othersSql];
    this.columns = this.isPacked ? [...ownSql, ...this.packed!.columns] : ownSql;
    this.#refused = refused;
  }

  /** Whether rows have values of packed segments. */
  get isPacked(): boolean {
    return this.packed !== undefined && this.packedIdAt >= 0;
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
    const invalid = row.findIndex((value) => value instanceof InvalidText);
    if (invalid >= 0) {
      this.#refuse(row, `${this.#nameOfColumn(invalid)}: ${InvalidText.WHY}`);
      return;
    }
    const meta: Meta = {};
    let isPlain = setOthers(meta, row, KNOWN.length, this.#otherNames) && !this.isPacked;
    const [message_id, subject, group, status, uploaded_at] = this.#article(row, meta);
    const time = timeOf(uploaded_at, "uploaded_at", meta);
    isPlain &&= time !== null || uploaded_at === null;
    const loose: Record<string, unknown> = {
      ...{ index: row[1], redundancy: row[3], size: row[2], offset: row[5], hash: hexOf(row[4]) },
      ...{ message_id, subject, internal_subject: row[8], group, server: row[10], status, uploaded_at: time },
    };
    if (!isPlain) loose.meta = meta;
    try {
      const segment = checkSegment(loose, typeof row[1] === "number" ? row[1] : 0);
      if (isPlain && Object.keys(meta).length > 0) segment.meta = meta;
      return segment;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#refuse(row, error.message);
    }
  }

  #article(row: Row, meta: Meta): PostedValues {
    const own: PostedValues = [row[6], row[7], row[9], row[11], row[12]];
    const packedId = this.packedIdAt < 0 ? null : row[this.packedIdAt];
    if (packedId === null || packedId === "") return own;
    if (this.isPacked && row[this.firstPacked] !== null) return this.packed!.article(own, row, this.firstPacked, meta);
    this.#refused.addOdd("segments whose packed segment is not in the table packed_segments", nameOf(row[0], row[1]));
    return own;
  }

  #nameOfColumn(place: number): string {
    const names = [...KNOWN, ...this.#otherNames, ...this.packed?.names ?? []];
    return place >= this.firstPacked ? `packed_segments.${names[place]}` : names[place];
  }

  #refuse(row: Row, why: string): void {
    this.#refused.add("segments that cannot be kept", `${nameOf(row[0], row[1])} (${why})`);
  }
}

function nameOf(fileId: Row[number], index: Row[number]): string {
  return `segment ${shownId(index)} of ${shownId(fileId)}`;
}
