import { createHash, type Hash } from "node:crypto";
import type { ColumnFile } from "../blocks/segment_columns.ts";
import type { Folder } from "../domain/records.ts";
import { nameOfSubject } from "./name_of_subject.ts";
import type { Note } from "./note.ts";
import { timeOfNzbDate } from "./nzb_date.ts";
import type { NzbHead } from "./nzb_head.ts";
import type { NzbSegments } from "./nzb_segments.ts";

/** A `<file>` of an NZB while it is read. */
export interface NzbFile {
  /** "" when there is none. */
  subject: string;
  poster: string | null;
  /** As written, "" when there is none. */
  date: string;
  groups: string[];
  head: NzbHead | null;
  /** The folder that it says itself; null: it says that it is in none. */
  folder: Folder | null | undefined;
  /** As they came: unsorted, perhaps doubled. */
  segments: NzbSegments;
  /** Segments left out because their number or Message-ID cannot be used. */
  unusable: number;
  /** Segments whose size is missing or cannot be used: they count 0 bytes. */
  sizeless: number;
  /** Why the file cannot be stored. */
  problem: string | undefined;
  /** Where its tag ends, from 1. */
  line: number;
  column: number;
}

/** The folder of a file that does not say its own, by the file's name and a digest of its content with its head. */
type FolderOf = (fileName: string, digest: () => string) => Folder;

/** Why a file that was read to its end cannot be stored; undefined when it can. */
export function whyNotStored({ problem, segments, unusable }: NzbFile): string | undefined {
  if (problem !== undefined || segments.count > 0) return problem;
  return unusable > 0 ? "it has no usable segments" : "it has no segments";
}

/** The name of a file in messages and where it is stored: what its subject says, else its first Message-ID. */
export function nameOfFile(subject: string, segments: NzbSegments): string {
  return nameOfSubject(subject).trim() || segments.firstMessageId();
}

/** What is stored of a file that can be; what of it is not is reported. */
export function storedNzbFile(file: NzbFile, folderOf: FolderOf, report: (note: Note) => void): ColumnFile {
  const { subject, poster, groups, head } = file;
  const segments = file.segments.arranged(), { size } = segments, name = nameOfFile(subject, segments);
  const created_at = timeOfNzbDate(file.date);
  for (const [message, bad] of notesOf(file, name, file.segments.count - segments.count, created_at)) {
    report({ line: file.line, column: file.column, message, bad });
  }
  const hash = createHash("sha256"), content = [subject, poster, created_at, groups, sortedEntries(head)];
  for (const bytes of segments.content) hash.update(bytes);
  content.push(segments.hasCopies, segments.count);
  const folder = file.folder !== undefined ? file.folder : folderOf(name, () => digest(hash.copy(), content));
  return {
    head: {
      ...{ file_id: `nzb-${digest(hash, [folder && folder.folder_id, ...content])}`, folder, path: name, name, size },
      ...{ hash: null, subject, poster, groups, created_at, meta: head === null ? null : { nzb_head: head } },
    },
    columns: segments.columns(),
  };
}

/** What is to be told of a file, and whether that was not stored. */
function* notesOf(file: NzbFile, name: string, doubled: number, time: string | null): Generator<[string, boolean]> {
  const { unusable, sizeless, date } = file, leftOut = [];
  if (unusable > 0) leftOut.push(`${unusable} with an unusable number or Message-ID`);
  if (doubled > 0) leftOut.push(`${doubled} that ${doubled === 1 ? "was" : "were"} there before`);
  if (leftOut.length > 0) yield [`left out segments of ${name}: ${leftOut.join(", ")}`, unusable > 0];
  if (sizeless > 0) {
    yield [`segments of ${name} that count 0 bytes, since their size is not usable: ${sizeless}`, false];
  }
  if (time === null && date.trim() !== "") {
    yield [`left out the date of ${name}, which is none: ${date.slice(0, 50)}`, false];
  }
}

/** Entries by type, so that the id does not depend on the order in which a database gives back the keys of an object. */
function sortedEntries(head: NzbHead | null): unknown {
  return head === null ? null : Object.keys(head).sort().map((type) => [type, head[type]]);
}

/**
 * 32 hex digits of a SHA-256 over all that is stored of a file: the same content has the same id, wherever it came from. The
 * text ends with the number of segments, which says where it begins after these.
 */
function digest(segments: Hash, content: unknown[]): string {
  return segments.update(JSON.stringify(content)).digest("hex").slice(0, 32);
}
