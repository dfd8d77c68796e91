import type { FileRecord, FileSummary, Segment, SegmentOfFile, Status } from "../domain/records.ts";
import type { RoutedBatch } from "./packed_batch.ts";
import type { SourceSize } from "./source_size.ts";

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
export interface SegmentUpdate {
  /** The file that the segment belongs to. */
  file_id: string;
  /** The segment's place in the file, from 0. */
  index: number;
  /** 0 when left out. */
  redundancy?: number;
  /** Without angle brackets. */
  message_id?: string | null;
  /** RFC 3339. */
  uploaded_at?: string | null;
  /** How far it is on its way. */
  status?: Status;
  /** The newsgroup it was posted to. */
  group?: string | null;
  /** The server it was posted to. */
  server?: string | null;
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
  hasMore: boolean;
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

/**
 * A load of many files. Nothing of it counts as stored before `finish` has returned; what came before a crash may be
 * there or not, each file whole or absent.
 */
export interface BulkLoad {
  /** Puts files as they come, with back-pressure. */
  put(files: Iterable<FileRecord> | AsyncIterable<FileRecord>, options?: PutOptions): Promise<PutCounts>;
  /** How many shards files are best packed for now, by who packs them on other threads. */
  readonly shards: number;
  /**
   * Puts packed files as they come, with back-pressure. `source`: how much they are, where that is known before.
   * @internal
   */
  putBatches(
    batches: Iterable<RoutedBatch> | AsyncIterable<RoutedBatch>,
    options?: { source?: SourceSize },
  ): Promise<PutCounts>;
  /** Makes everything durable and ready to query. */
  finish(): Promise<void>;
}

/** How a source is put. */
export interface PutOptions {
  /** Nothing of this source is stored when the source throws (the error is passed on). */
  allOrNothing?: boolean;
  /** Told what is done so far. */
  onProgress?: OnProgress;
  /** Called when a source that is `allOrNothing` has turned out good, before any of it is stored. */
  beforeSending?: () => Promise<void>;
}

/** What the caller of a load knows of it. */
export interface LoadOptions {
  /**
   * How many segments the load will have been given in the end, as far as its caller can tell from what has been read of the
   * input; asked often. A store that this is clearly too much for grows before most of it is stored.
   */
  expectedSegments?: () => number | undefined;
}

/**
 * The database: the same on every tier. Files are ordered by the UTF-8 bytes of their `file_id`, segments by
 * `compareSegments`. Errors are `UsyncError`s.
 */
export interface Store {
  /** The tier it is on now. */
  readonly tier: Tier;
  /** Stores a file with its segments, all or nothing; durable when it returns. */
  putFile(file: FileRecord): Promise<PutOutcome>;
  /** Stores many files; durable and ready to query when it returns. */
  putFiles(files: Iterable<FileRecord> | AsyncIterable<FileRecord>): Promise<PutCounts>;
  /** Starts a load of many sources that is made durable once, at its end. */
  bulkLoad(options?: LoadOptions): BulkLoad;
  /** Changes segments after a post, all or nothing per file; durable when it returns. Returns those that do not exist. */
  updateSegments(updates: SegmentUpdate[]): Promise<SegmentPlace[]>;
  /** Deletes a file with its segments; durable when it returns. False when there is none. */
  deleteFile(fileId: string): Promise<boolean>;

  /** A file without its segments. */
  file(fileId: string): Promise<FileSummary | undefined>;
  /** A file with its segments. */
  record(fileId: string): Promise<FileRecord | undefined>;
  /** A file's segments, in order; undefined when there is no such file. A file may have millions: ask for pages. */
  segments(fileId: string, options?: SegmentsOptions): Promise<Segment[] | undefined>;
  /** The segment posted under a Message-ID (brackets allowed); of up to 1,000 that are, the first in order. */
  findMessageId(messageId: string): Promise<SegmentOfFile | undefined>;
  /**
   * All segments posted under a Message-ID (brackets allowed), with their files: the first `limit` in order, 100 when left
   * out and 1,000 at most. Of an id that more than 1,000 blocks have, any of them.
   */
  findSegments(messageId: string, options?: { limit?: number }): Promise<FoundSegments>;
  /** Segments still to post, ordered by file, then by place. */
  pending(options?: { limit?: number; after?: SegmentPlace }): Promise<SegmentOfFile[]>;
  /** Files, ordered by `file_id`: of one folder, at most `limit`, behind `after`. */
  files(options?: { folder?: string; limit?: number; after?: string }): Promise<FileSummary[]>;
  /**
   * Files whose name, path, subject or folder's name, or the subjects of whose segments, hold all the words (`word*`: words
   * that begin so; of scripts without spaces any part of a word). A `file_id`, or the `internal_subject`
   * of a segment, as it is, stands for its file. Newest first, files of one second by a hash of their `file_id` (see search_cursor.ts).
   */
  search(words: string, options?: { limit?: number; after?: string }): Promise<SearchPage>;
  /** How much there is. */
  totals(): Promise<Totals>;
  /** Everything, ordered by `file_id`. */
  stream(): AsyncIterable<FileRecord>;

  /** Reads and checks everything. */
  verify(onProgress?: OnProgress): Promise<VerifyReport>;
  /** Brings indexes, statistics and free space in order. */
  optimize(): Promise<void>;
  /** Waits for what was begun, and closes it. */
  close(): Promise<void>;
}
