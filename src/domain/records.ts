/** The states of a segment on its way to the server. */
export const STATUSES = ["pending", "uploading", "uploaded", "failed", "cancelled"] as const;
/** One of `STATUSES`. */
export type Status = typeof STATUSES[number];

/** Free-form JSON that came with a record and goes out with it. */
export type Meta = { [key: string]: unknown };

/** The folder a file belongs to. */
export interface Folder {
  /** The caller's own string; unique in a store. */
  folder_id: string;
  /** The folder's path, as the caller wrote it. */
  path: string;
  /** The folder's name. */
  name: string;
  /** There only when something unknown came in with the folder. */
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
  /** Of the article. */
  subject: string | null;
  /** The name that the uploader keeps for the segment. */
  internal_subject: string | null;
  /** The newsgroup it was posted to. */
  group: string | null;
  /** The server it was posted to. */
  server: string | null;
  /** How far it is on its way. */
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
  /** Null where it belongs to none. */
  folder: Folder | null;
  /** The file's path, as the caller wrote it. */
  path: string;
  /** The file's name. */
  name: string;
  /** Bytes. */
  size: number;
  /** Of the file's content, in hex, as the caller wrote it. */
  hash: string | null;
  /** Of the first article. */
  subject: string | null;
  /** Who posted it. */
  poster: string | null;
  /** The newsgroups it was posted to. */
  groups: string[];
  /** RFC 3339. */
  created_at: string | null;
  /** What came with the file that has no place of its own. */
  meta: Meta | null;
}

/** A file with all its segments, in the order of `compareSegments`: what is put, streamed, imported and exported. */
export interface FileRecord extends FileHead {
  /** In the order of `compareSegments`. */
  segments: Segment[];
}

/** A file as listings show it: the head and counts over its segments. */
export interface FileSummary extends FileHead {
  /** All segments, of all copies. */
  segment_count: number;
  /** Segments that have a Message-ID. */
  posted_count: number;
  /** Segments still to post, see `isPending`. */
  pending_count: number;
}

/** A folder as listings show it: with sums over its files. */
export interface FolderSummary extends Folder {
  /** Its files. */
  file_count: number;
  /** Bytes: the sum of the files' sizes. */
  size: number;
  /** All segments, of all copies. */
  segment_count: number;
  /** Segments that have a Message-ID. */
  posted_count: number;
  /** Segments still to post, see `isPending`. */
  pending_count: number;
}

/** A segment together with the file it belongs to. */
export interface SegmentOfFile extends Segment {
  /** The file that it belongs to. */
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
