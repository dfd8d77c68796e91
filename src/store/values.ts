import type { FileSummary, SegmentChange, SegmentOfFile } from "../domain/records.ts";

/** How a store is kept: one SQLite file, several, or PostgreSQL. */
export type Tier = "sqlite" | "sharded" | "postgres";

/** What became of one file that was put. */
export type PutOutcome = "added" | "replaced" | "unchanged";

/** What became of many files that were put: numbers of files, and of the segments of files added or replaced. */
export interface PutCounts {
  /** Files that were not there. */
  added: number;
  /** Files that were there, and differ. */
  replaced: number;
  /** Files that were there as they are. */
  unchanged: number;
  /** Of the files added or replaced. */
  segments: number;
}

/** A change to one segment after a post. What is left out stays as it is. */
export interface SegmentUpdate extends SegmentChange {
  /** The file that the segment belongs to. */
  file_id: string;
  /** The segment's index in the file, from 0. */
  index: number;
  /** 0 when left out. */
  redundancy?: number;
}

/** Totals over a store. Bytes are bytes. */
export interface Totals {
  /** Number of files. */
  files: number;
  /** Number of segments. */
  segments: number;
  /** Segments that have a Message-ID. */
  posted: number;
  /** Segments still to post. */
  pending: number;
  /** Sum of file sizes. */
  content_bytes: number;
  /** What the store takes on disk. */
  database_bytes: number;
}

/** Where a segment is in its file. */
export interface PlaceInFile {
  /** 0 for the first copy. */
  redundancy: number;
  /** From 0. */
  index: number;
}

/** Which segment of which file. */
export interface SegmentPlace extends PlaceInFile {
  /** The file that it belongs to. */
  file_id: string;
}

/** Which segments of a file: at most `limit` of them, all when left out; those after a place. */
export interface SegmentsOptions {
  /** The most that are given. */
  limit?: number;
  /** Only those behind it. */
  after?: PlaceInFile;
}

/** A segment that a lookup has found, with its file. */
export interface FoundSegment {
  /** What was found. */
  segment: SegmentOfFile;
  /** The file that it belongs to. */
  file: FileSummary;
}

/** What was posted under a Message-ID, ordered by file, then by place. */
export interface FoundSegments {
  /** In order, up to the limit. */
  found: FoundSegment[];
  /** Whether there are others. */
  has_more: boolean;
}

/** A page of a search, newest files first. */
export interface SearchPage {
  /** What was found, up to the limit. */
  files: FileSummary[];
  /** Continues the search; null at its end. */
  next: string | null;
}

/** Something `verify` found wrong. */
export interface Problem {
  /** The shard, database or table concerned. */
  where: string;
  /** The file concerned, where one can be named. */
  file_id?: string;
  /** What is wrong there. */
  what: string;
}

/** What `verify` has read, and found wrong. */
export interface VerifyReport {
  /** Number of files read. */
  files: number;
  /** Number of segments read. */
  segments: number;
  /** What is wrong; none where all is good. */
  problems: Problem[];
}

/** Called while a long operation runs, with what is done so far. */
export type OnProgress = (done: { files: number; segments: number }) => void;
