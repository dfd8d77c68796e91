import type { FileHead, Folder } from "./file_fields.ts";
import type { Segment, Status } from "./segment_fields.ts";

export type { FileHead, Folder, Meta } from "./file_fields.ts";
export { bareMessageId, type Segment, type SegmentChange, type Status, STATUSES } from "./segment_fields.ts";

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
