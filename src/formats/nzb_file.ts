import { createHash } from "node:crypto";
import type { ColumnFile } from "../blocks/segment_columns.ts";
import { InputError } from "../domain/errors.ts";
import { nameOfSubject } from "./name_of_subject.ts";
import type { Note } from "./note.ts";
import type { NzbHead } from "./nzb_head.ts";
import type { NzbSegments } from "./nzb_segments.ts";

/** 9999-12-31T23:59:59Z, the last second that RFC 3339 can name, in Unix seconds. */
const LAST_SECOND = 253402300799;

/** A `<file>` of an NZB while it is read. */
export interface NzbFile {
  /** "" when there is none. */
  subject: string;
  poster: string | null;
  /** Unix seconds as written. */
  date: string;
  groups: string[];
  head: NzbHead | null;
  /** As they came: unsorted, perhaps doubled. */
  segments: NzbSegments;
  /** Segments left out because their number, bytes or Message-ID cannot be used. */
  unusable: number;
  /** Where its tag ends, from 1. */
  line: number;
  column: number;
}

/**
 * What is stored of a file that was read to its end. Segments left out are counted in one note.
 * Throws an `InputError` when it has no groups or no (usable) segments.
 */
export function storedNzbFile(file: NzbFile, report: (note: Note) => void): ColumnFile {
  const { subject, poster, groups, head, line, column, unusable } = file;
  if (groups.length === 0) throw new InputError("a file without groups", { line, column });
  if (file.segments.count === 0) {
    throw new InputError(unusable > 0 ? "a file without usable segments" : "a file without segments", { line, column });
  }
  const segments = file.segments.inOrder(), columns = segments.columns();
  const doubled = file.segments.count - segments.count;
  const name = nameOfSubject(subject);
  if (unusable + doubled > 0) report({ line, column, message: leftOut(name, unusable, doubled), bad: false });

  const { size } = segments;
  if (!Number.isSafeInteger(size)) throw new InputError("a file of more than 8 PB", { line, column });
  const created_at = timeOfUnixDate(file.date);
  const file_id = "nzb-" + digest(JSON.stringify([subject, poster, created_at, groups, sortedEntries(head)]), segments);
  const meta = head === null ? null : { nzb_head: head };
  return {
    head: {
      ...{ file_id, folder: null, path: name, name, size, hash: null },
      ...{ subject, poster, groups, created_at, meta },
    },
    columns,
  };
}

function leftOut(name: string, unusable: number, doubled: number): string {
  const what = [];
  if (unusable > 0) what.push(`${unusable} with an unusable number, size or Message-ID`);
  if (doubled > 0) what.push(`${doubled} whose number was there before`);
  return `left out segments of ${name}: ${what.join(", ")}`;
}

/** RFC 3339 of Unix seconds; null when they are unusable. */
function timeOfUnixDate(date: string): string | null {
  const digits = date.trim();
  if (!/^\d{1,12}$/.test(digits)) return null;
  const seconds = Number(digits);
  return seconds > LAST_SECOND ? null : new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** Entries by type, so that the id does not depend on the order in which a database gives back the keys of an object. */
function sortedEntries(head: NzbHead | null): unknown {
  return head === null ? null : Object.keys(head).sort().map((type) => [type, head[type]]);
}

/**
 * 32 hex digits of a SHA-256 over all that is stored of a file: the same content has the same id, wherever it came from. The
 * head's text ends with the number of segments, so that it is clear where each part ends.
 */
function digest(fileHead: string, segments: NzbSegments): string {
  const hash = createHash("sha256").update(`${fileHead}${segments.count}\n`);
  for (const bytes of segments.content) hash.update(bytes);
  return hash.digest("hex").slice(0, 32);
}
