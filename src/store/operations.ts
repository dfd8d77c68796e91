import { bareMessageId, type FileRecord, type FileSummary } from "../domain/records.ts";
import type { FolderSummary, Segment, SegmentOfFile } from "../domain/records.ts";
import type {
  FoundSegments,
  PutOutcome,
  SearchPage,
  SegmentPlace,
  SegmentsOptions,
  SegmentUpdate,
  Totals,
} from "./values.ts";

/** What can be asked of a store. What is not there is undefined. */
export interface Queries {
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
  /** All files in the order of a search: newest first. */
  newest(options?: { limit?: number; after?: string }): Promise<SearchPage>;
  /** Folders that files are in, ordered by the UTF-8 bytes of their `folder_id`. Reads all files of those that it gives. */
  folders(options?: { limit?: number; after?: string }): Promise<FolderSummary[]>;
  /** How much there is. */
  totals(): Promise<Totals>;
}

/** What changes single files of a store. */
export interface Changes {
  /** Stores a file with its segments, all or nothing; durable when it returns. */
  putFile(file: FileRecord): Promise<PutOutcome>;
  /** Changes segments after a post, all or nothing per file; durable when it returns. Returns those that do not exist. */
  updateSegments(updates: SegmentUpdate[]): Promise<SegmentPlace[]>;
  /** Deletes a file with its segments; durable when it returns. False when there is none. */
  deleteFile(fileId: string): Promise<boolean>;
}

/** All operations that the tables below describe. A load, `stream`, `verify` and `optimize` are like no other; see `Store`. */
export type Operations = Queries & Changes;
export type OperationName = keyof Operations;
export type Args<N extends OperationName> = Parameters<Operations[N]>;
export type Answer<N extends OperationName> = Awaited<ReturnType<Operations[N]>>;

/** What the times of operations are kept by; those that are alike share one. */
export const METRICS = [
  "file",
  "file read",
  "lookup",
  "search",
  "pending",
  "files",
  "totals",
  "write",
  "update",
  "delete",
  "bulk write",
  "verify",
  "optimize",
] as const;
export type Metric = typeof METRICS[number];

/** How an answer is cached. */
export interface Caching<N extends OperationName> {
  /** The arguments of the same question are the same text. */
  keyOf(...args: Args<N>): string;
  /** The file that an answer is about, null where there is none. */
  fileIdOf(answer: Answer<N>, ...args: Args<N>): string | null;
}

/** A query, described for all that pass it on. */
export interface Query<N extends OperationName> {
  metric: Metric;
  /** What its time grows with: what it gives, for which the promises of the tiers hold; or the store. */
  cost: "answer" | "store";
  /** How many files or segments it gives, where that may be many. */
  sizeOf?: (answer: Answer<N>) => number;
  /** How it is cached, where it is. */
  cache?: Caching<N>;
}

const ABOUT_ITS_FILE: Caching<"file" | "record" | "segments"> = {
  keyOf: (...args) => JSON.stringify(args),
  fileIdOf: (_answer, fileId) => fileId,
};

export const QUERIES: { readonly [N in keyof Queries]: Query<N> } = {
  file: { metric: "file", cost: "answer", cache: ABOUT_ITS_FILE },
  record: {
    metric: "file read",
    cost: "answer",
    sizeOf: (record) => lengthOf(record?.segments),
    cache: ABOUT_ITS_FILE,
  },
  segments: { metric: "file read", cost: "answer", sizeOf: lengthOf, cache: ABOUT_ITS_FILE },
  findMessageId: {
    metric: "lookup",
    cost: "answer",
    cache: { keyOf: bareMessageId, fileIdOf: (segment) => segment?.file_id ?? null },
  },
  findSegments: { metric: "lookup", cost: "answer", sizeOf: ({ found }) => found.length },
  pending: { metric: "pending", cost: "answer", sizeOf: lengthOf },
  files: { metric: "files", cost: "answer", sizeOf: lengthOf },
  search: { metric: "search", cost: "answer", sizeOf: ({ files }) => files.length },
  newest: { metric: "files", cost: "answer", sizeOf: ({ files }) => files.length },
  folders: { metric: "files", cost: "answer", sizeOf: lengthOf },
  totals: { metric: "totals", cost: "store" },
};

/** A change, described for all that pass it on. */
export interface Change<N extends OperationName> {
  metric: Metric;
  /** The files that it may change. */
  fileIds(...args: Args<N>): string[];
  /** Message-IDs that lead to other segments after it, besides those of its files. */
  messageIds(...args: Args<N>): (string | null | undefined)[];
  /** Whether it has changed anything. */
  isChange(answer: Answer<N>, ...args: Args<N>): boolean;
  /** What the store has been given. */
  written(...args: Args<N>): { segments: number; content_bytes: number };
}

export const CHANGES: { readonly [N in keyof Changes]: Change<N> } = {
  putFile: {
    metric: "write",
    fileIds: ({ file_id }) => [file_id],
    messageIds: ({ segments }) => segments?.map(({ message_id }) => message_id) ?? [],
    isChange: (outcome) => outcome !== "unchanged",
    written: ({ segments, size }) => ({ segments: lengthOf(segments), content_bytes: size }),
  },
  updateSegments: {
    metric: "update",
    fileIds: (updates) => [...new Set(updates.map(({ file_id }) => file_id))],
    messageIds: (updates) => updates.map(({ message_id }) => message_id),
    isChange: (missing, updates) => missing.length < updates.length,
    written: () => ({ segments: 0, content_bytes: 0 }),
  },
  deleteFile: {
    metric: "delete",
    fileIds: (fileId) => [fileId],
    messageIds: () => [],
    isChange: (isDeleted) => isDeleted,
    written: () => ({ segments: 0, content_bytes: 0 }),
  },
};

function lengthOf(list: unknown[] | undefined): number {
  return list?.length ?? 0;
}
