import type { DatabaseSync } from "node:sqlite";
import { setOwn } from "../domain/check_json.ts";
import type { Meta } from "../domain/records.ts";
import { columnSql, describeTable, otherSql, type Table } from "./usenetsync_tables.ts";
import { jsonOf, type Row, setOthers, type Value } from "./usenetsync_values.ts";

/** What a packed segment says of the article that its segments are in. */
const POSTED = ["message_id", "subject", "newsgroup", "upload_status", "uploaded_at"] as const;

/** The values of a segment that tell of its article, in the order of `POSTED`. */
export type PostedValues = [Value, Value, Value, Value, Value];

const DEFAULT_STATUS = "pending";

/**
 * The table `packed_segments`: articles that hold several small segments.
 *
 * A packed segment's Message-ID, subject, group, status and time are those of its segments; a segment's own values count
 * where the packed one has none. A segment that has a Message-ID while its packed segment has none was posted by itself:
 * then its own values come first, its status too, so that a status always tells of the article that the Message-ID names.
 */
export class PackedSegments {
  readonly table: Table;
  /** Its columns as SQL, of a table that is called `p`: the id is the first. */
  readonly columns: string[];
  readonly names: string[];
  #otherNames: string[];

  private constructor(table: Table) {
    this.table = table;
    this.columns = [
      ...table.known.map((column) => columnSql(column, "p")),
      ...table.other.map((column) => otherSql(column, "p")),
    ];
    this.names = ["packed_segment_id", ...POSTED, ...table.other.map(({ name }) => name)];
    this.#otherNames = table.other.map(({ name }) => `packed_${name}`);
  }

  /** Undefined when the database has no packed segments. */
  static of(db: DatabaseSync): PackedSegments | undefined {
    const table = db.prepare(
      "SELECT 1 FROM pragma_table_info('packed_segments') WHERE lower(name) = 'packed_segment_id'",
    );
    if (table.get() === undefined) return undefined;
    if (db.prepare("SELECT 1 FROM packed_segments LIMIT 1").get() === undefined) return undefined;
    return new PackedSegments(describeTable(db, "packed_segments", ["packed_segment_id"], [...POSTED]));
  }

  /**
   * What is known of a segment's article, from its own values and the row of its packed segment, which stands in `row`
   * from `first` on. What differs, and the packed segment's other values, go to `meta` with `own_` or `packed_` before
   * their names.
   */
  article(own: PostedValues, row: Row, first: number, meta: Meta): PostedValues {
    const packed = row.slice(first + 1, first + 1 + POSTED.length) as PostedValues;
    const isOwn = isNone(packed[0]) && !isNone(own[0]);
    const [main, second, prefix] = isOwn ? [own, packed, "packed_"] : [packed, own, "own_"];
    const values = main.map((value, i) => isNone(value) ? second[i] : value) as PostedValues;
    POSTED.forEach((name, i) => {
      const says = !isNone(second[i]) && second[i] !== values[i] && second[i] !== DEFAULT_STATUS;
      if (says) setOwn(meta, prefix + name, jsonOf(second[i]));
    });
    setOthers(meta, row, first + 1 + POSTED.length, this.#otherNames);
    return values;
  }
}

function isNone(value: Value): boolean {
  return value === null || value === "";
}
