import { shown } from "./check_json.ts";
import { IN_RECORD, isObject, refusal } from "./check_values.ts";
import { InputError } from "./errors.ts";
import { checkHead } from "./file_fields.ts";
import { formatCount } from "./format_count.ts";
import { compareSegments, type FileRecord, type Segment } from "./records.ts";
import { checkSegment } from "./segment_fields.ts";

/** Segments of a file, and why a file with more is refused. */
export const MAX_SEGMENTS = 4_000_000, WHY_TOO_MANY = `more than ${formatCount(MAX_SEGMENTS)}`;

/**
 * Checks a parsed JSON value (or what a caller passed) and makes a `FileRecord` of it, with all keys there. The
 * argument is not changed.
 *
 * What may be left out or null: everything but `file_id`, `path`, `name` and `size`, a folder's three keys, and a
 * segment's `index` and `size`. Then `groups` and `segments` are empty, `redundancy` is 0, `status` is "uploaded" when
 * there is a Message-ID and "pending" when there is none; the rest is null. An empty Message-ID is none.
 *
 * Segments are sorted by `compareSegments`, Message-IDs lose their brackets, everything else stays as it is written.
 * Unknown keys move into `meta` (of the record, folder or segment they are in); where `meta` already has that name, the
 * unknown key gets underscores in front until it is free.
 *
 * Throws an `InputError` that names the place: `segments[3].size: not a whole number of bytes: -1`.
 */
export function checkRecord(value: unknown): FileRecord {
  if (!isObject(value)) throw new InputError(`not a record: ${shown(value)}`);
  return { ...checkHead(value), segments: checkSegments(value.segments) };
}

function checkSegments(value: unknown): Segment[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw refusal(IN_RECORD, "segments", `not a list: ${shown(value)}`);
  if (value.length > MAX_SEGMENTS) throw refusal(IN_RECORD, "segments", WHY_TOO_MANY);
  const segments: Segment[] = [];
  let sorted = true;
  for (let i = 0; i < value.length; i++) {
    const segment = checkSegment(value[i], i, segments[i - 1]);
    if (i > 0 && compareSegments(segments[i - 1], segment) >= 0) sorted = false;
    segments.push(segment);
  }
  if (sorted) return segments;
  segments.sort(compareSegments);
  for (let i = 1; i < segments.length; i++) {
    if (compareSegments(segments[i - 1], segments[i]) === 0) {
      const { index, redundancy } = segments[i];
      throw refusal(IN_RECORD, "segments", `index ${index} is there twice with redundancy ${redundancy}`);
    }
  }
  return segments;
}
