/** The states of a segment on its way to the server. */
export const STATUSES = ["pending", "uploading", "uploaded", "failed", "cancelled"] as const;
export type Status = typeof STATUSES[number];

/** Free-form JSON that came with a record and goes out with it. */
export type Meta = { [key: string]: unknown };

/** The folder a file belongs to. `meta` is there only when something unknown came in with the folder. */
export interface Folder {
  folder_id: string;
  path: string;
  name: string;
  meta?: Meta;
}

/** One posted (or still to be posted) article: a piece of a file. */
export interface Segment {
  /** Place in the file, from 0. */
  index: number;
  /** 0 for the first posted copy, 1.. for further copies. `(index, redundancy)` is unique in a file. */
  redundancy: number;
  /** Bytes. */
  size: number;
  /** Where the piece starts in the file, in bytes. */
  offset: number | null;
  /** Of the piece's content, in hex, as the caller wrote it. */
  hash: string | null;
  /** Without angle brackets. */
  message_id: string | null;
  subject: string | null;
  internal_subject: string | null;
  group: string | null;
  server: string | null;
  status: Status;
  /** RFC 3339. */
  uploaded_at: string | null;
  /** There only when something unknown came in with the segment. */
  meta?: Meta;
}

/** What is known of a file, without its segments. */
export interface FileHead {
  /** The caller's own string; unique in a store. */
  file_id: string;
  folder: Folder | null;
  path: string;
  name: string;
  /** Bytes. */
  size: number;
  hash: string | null;
  subject: string | null;
  poster: string | null;
  groups: string[];
  /** RFC 3339. */
  created_at: string | null;
  meta: Meta | null;
}

/** A file with all its segments, in the order of `compareSegments`: what is put, streamed, imported and exported. */
export interface FileRecord extends FileHead {
  segments: Segment[];
}

/** A file as listings show it: the head and counts over its segments. */
export interface FileSummary extends FileHead {
  segment_count: number;
  /** Segments that have a Message-ID. */
  posted_count: number;
  /** Segments still to post, see `isPending`. */
  pending_count: number;
}

/** A folder as listings show it: with sums over its files. */
export interface FolderSummary extends Folder {
  file_count: number;
  /** Bytes: the sum of the files' sizes. */
  size: number;
  segment_count: number;
  posted_count: number;
  pending_count: number;
}

/** A segment together with the file it belongs to. */
export interface SegmentOfFile extends Segment {
  file_id: string;
}

/** The order of a file's segments everywhere: the first copy from beginning to end, then the second, and so on. */
export function compareSegments(
  a: Pick<Segment, "redundancy" | "index">,
  b: Pick<Segment, "redundancy" | "index">,
): number {
  return a.redundancy - b.redundancy || a.index - b.index;
}

/** Whether a segment is still to post: everything that is neither uploaded nor cancelled. An upload that was
 * interrupted ("uploading") and one that failed are still to post. */
export function isPending(status: Status): boolean {
  return status !== "uploaded" && status !== "cancelled";
}

/**
 * A Message-ID as it is stored: without surrounding white space and angle brackets, however many it came with, so that
 * reading it again changes nothing.
 */
export function bareMessageId(text: string): string {
  let bare = text.trim();
  while (bare.startsWith("<") && bare.endsWith(">")) bare = bare.slice(1, -1).trim();
  return bare;
}
