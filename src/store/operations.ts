import type { ZodType } from "zod";
import { checkRecord } from "../domain/check_record.ts";
import { bareMessageId, type FileRecord, type FileSummary } from "../domain/records.ts";
import type { FolderSummary, Segment, SegmentOfFile } from "../domain/records.ts";
import { checkUpdates } from "./check_update.ts";
import { placeInFileText, placeText, readPlace, readPlaceInFile } from "./place_text.ts";
import type * as schemas from "./schemas.ts";
import type {
  FoundSegments,
  PlaceInFile,
  PutCounts,
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

/** Gives the schema of an answer or a body. Only a service loads the schemas, for that takes long. */
type Schema = (all: typeof schemas) => ZodType;

/** How a list goes on behind an item. */
export interface Cursor<After = unknown> {
  /** What a page that ends with an item goes on behind. */
  after(item: unknown): After;
  write(after: After): string;
  /** Undefined for what `write` never gives. */
  read(text: string): After | undefined;
  /** What the text looks like. */
  form: string;
}

const BY_FILE: Cursor<string> = {
  after: (item) => (item as FileSummary).file_id,
  write: (fileId) => fileId,
  read: (text) => text,
  form: "FILE_ID",
};
const BY_FOLDER: Cursor<string> = {
  ...BY_FILE,
  after: (item) => (item as FolderSummary).folder_id,
  form: "FOLDER_ID",
};
const BY_SEGMENT: Cursor<SegmentPlace> = {
  after: (item) => item as SegmentOfFile,
  write: placeText,
  read: readPlace,
  form: "FILE:COPY:INDEX",
};
const BY_SEGMENT_OF_FILE: Cursor<PlaceInFile> = {
  after: (item) => item as Segment,
  write: placeInFileText,
  read: readPlaceInFile,
  form: "COPY:INDEX",
};

/** A value as it is, of which there may be none: then `none`, or undefined. */
interface ValueForm {
  kind: "value";
  schema: Schema;
  /** Whether it takes a limit. */
  hasLimit?: true;
  /** The answer that stands for none. */
  none?: { is(answer: unknown): boolean; value: unknown };
}

/** A list, which JSON has in pages: the items under a key, and how it goes on. It takes `limit` and `after`. */
export interface ListForm {
  kind: "list";
  key: string;
  /** Of an item. */
  schema: Schema;
  cursor: Cursor;
  /** Whether all of it is given where no limit is named; else 100 are. */
  isWhole?: true;
}

/** Pages that tell themselves how they go on (`SearchPage`). They take `limit` and `after`. */
interface PageForm {
  kind: "page";
}

type AnswerForm<N extends OperationName> = NonNullable<Answer<N>> extends unknown[] ? ListForm
  : NonNullable<Answer<N>> extends SearchPage ? PageForm
  : ValueForm;

/** A query as a service is asked it, and as it answers in JSON. */
export interface QueryForm {
  path: string;
  summary: string;
  /** The first argument, where it is a text; the last one has the options. */
  given?: "file_id" | "message_id" | "words";
  /** What is told when there is none, before what was given. */
  noun?: string;
  /** Whether what is given may be too long for an address; then it can be posted, too. */
  mayBeLong?: true;
  /** Options that are texts. */
  filters?: readonly "folder"[];
  answer: ValueForm | ListForm | PageForm;
}

/** A query, described for all that pass it on. */
export interface Query<N extends OperationName> extends QueryForm {
  answer: AnswerForm<N>;
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

const NOTHING_FOUND: FoundSegments = { found: [], has_more: false };

export const QUERIES: { readonly [N in keyof Queries]: Query<N> } = {
  file: {
    ...{ metric: "file", cost: "answer", cache: ABOUT_ITS_FILE },
    path: "/api/file",
    summary: "A file as it is listed.",
    given: "file_id",
    noun: "file",
    answer: { kind: "value", schema: ({ fileSummary }) => fileSummary },
  },
  record: {
    ...{ metric: "file read", cost: "answer", cache: ABOUT_ITS_FILE },
    sizeOf: (record) => lengthOf(record?.segments),
    path: "/api/record",
    summary: "A file with its segments.",
    given: "file_id",
    noun: "file",
    answer: { kind: "value", schema: ({ fileRecord }) => fileRecord },
  },
  segments: {
    ...{ metric: "file read", cost: "answer", cache: ABOUT_ITS_FILE },
    sizeOf: lengthOf,
    path: "/api/segments",
    summary: "A page of the segments of a file, in order. `after`: COPY:INDEX. `pending=1`: those that are still to " +
      "post; the page may be short, or empty, though more is to come.",
    given: "file_id",
    noun: "file",
    answer: {
      kind: "list",
      key: "segments",
      schema: ({ segment }) => segment,
      cursor: BY_SEGMENT_OF_FILE,
      isWhole: true,
    },
  },
  findMessageId: {
    ...{ metric: "lookup", cost: "answer" },
    cache: { keyOf: bareMessageId, fileIdOf: (segment) => segment?.file_id ?? null },
    path: "/api/segment",
    summary:
      "The segment that was posted under a Message-ID (angle brackets are allowed); of several, the first in order.",
    given: "message_id",
    noun: "segment with the Message-ID",
    answer: { kind: "value", schema: ({ segmentOfFile }) => segmentOfFile },
  },
  findSegments: {
    ...{ metric: "lookup", cost: "answer" },
    sizeOf: ({ found }) => found.length,
    path: "/api/find",
    summary: "The segments that were posted under a Message-ID (angle brackets are allowed), each with its file: the " +
      "first ones in order, 100 when `limit` is left out, 1,000 at most.",
    given: "message_id",
    noun: "segment with the Message-ID",
    answer: {
      kind: "value",
      schema: ({ foundSegments }) => foundSegments,
      hasLimit: true,
      none: { is: (answer) => (answer as FoundSegments).found.length === 0, value: NOTHING_FOUND },
    },
  },
  pending: {
    ...{ metric: "pending", cost: "answer" },
    sizeOf: lengthOf,
    path: "/api/pending",
    summary:
      "The segments that are still to post, in the order of posting. `after`: FILE:COPY:INDEX. `files=1`: with " +
      "the files that they are of, each once.",
    answer: { kind: "list", key: "segments", schema: ({ segmentOfFile }) => segmentOfFile, cursor: BY_SEGMENT },
  },
  files: {
    ...{ metric: "files", cost: "answer" },
    sizeOf: lengthOf,
    path: "/api/files",
    summary: "A page of the files, ordered by their id.",
    filters: ["folder"],
    answer: { kind: "list", key: "files", schema: ({ fileSummary }) => fileSummary, cursor: BY_FILE },
  },
  search: {
    ...{ metric: "search", cost: "answer" },
    sizeOf: ({ files }) => files.length,
    path: "/api/search",
    summary: "Files by words of their names, paths and subjects, newest first. `word*`: words that begin so.",
    given: "words",
    mayBeLong: true,
    answer: { kind: "page" },
  },
  newest: {
    ...{ metric: "files", cost: "answer" },
    sizeOf: ({ files }) => files.length,
    path: "/api/newest",
    summary: "A page of the files, newest first.",
    answer: { kind: "page" },
  },
  folders: {
    ...{ metric: "files", cost: "answer" },
    sizeOf: lengthOf,
    path: "/api/folders",
    summary: "A page of the folders that files are in, ordered by their id, with sums over their files.",
    answer: { kind: "list", key: "folders", schema: ({ folderSummary }) => folderSummary, cursor: BY_FOLDER },
  },
  totals: {
    ...{ metric: "totals", cost: "store" },
    path: "/api/totals",
    summary: "Counts and sizes over the store.",
    answer: { kind: "value", schema: ({ totals }) => totals },
  },
};

/** A change as a service is asked for it: its argument is in the query, or is the body. It answers with the result, under a key. */
export interface ChangeForm {
  method: "put" | "post" | "delete";
  path: string;
  summary: string;
  given?: "file_id";
  body?: { schema: Schema; check(body: unknown): unknown };
  answer: { key: string; schema: Schema };
}

/** A change, described for all that pass it on. */
export interface Change<N extends OperationName> extends ChangeForm {
  metric: Metric;
  /** The files that it may change. */
  fileIds(...args: Args<N>): string[];
  /** Message-IDs that lead to other segments after it, besides those of its files. */
  messageIds(...args: Args<N>): (string | null | undefined)[];
  /** Whether it has changed anything. */
  isChange(answer: Answer<N>, ...args: Args<N>): boolean;
  /** What the store has been given. */
  written(...args: Args<N>): { segments: number; content_bytes: number };
  /** What became of the files that it puts. */
  counts?(answer: Answer<N>, ...args: Args<N>): PutCounts;
}

export const CHANGES: { readonly [N in keyof Changes]: Change<N> } = {
  putFile: {
    metric: "write",
    fileIds: ({ file_id }) => [file_id],
    messageIds: ({ segments }) => segments?.map(({ message_id }) => message_id) ?? [],
    isChange: (outcome) => outcome !== "unchanged",
    written: ({ segments, size }) => ({ segments: lengthOf(segments), content_bytes: size }),
    counts(outcome, { segments }) {
      const counts = { added: 0, replaced: 0, unchanged: 0, segments: outcome === "unchanged" ? 0 : segments.length };
      return { ...counts, [outcome]: 1 };
    },
    method: "put",
    path: "/api/file",
    summary: "Stores a file with its segments, all or nothing; durable when answered.",
    body: { schema: ({ recordInput }) => recordInput, check: checkRecord },
    answer: { key: "outcome", schema: ({ outcome }) => outcome },
  },
  updateSegments: {
    metric: "update",
    fileIds: (updates) => [...new Set(updates.map(({ file_id }) => file_id))],
    messageIds: (updates) => updates.map(({ message_id }) => message_id),
    isChange: (missing, updates) => missing.length < updates.length,
    written: () => ({ segments: 0, content_bytes: 0 }),
    method: "post",
    path: "/api/segments",
    summary: "Changes segments after a post, all or nothing per file; durable when answered.",
    body: { schema: ({ z, segmentUpdate }) => z.array(segmentUpdate), check: checkUpdates },
    answer: { key: "missing", schema: ({ z, segmentPlace }) => z.array(segmentPlace) },
  },
  deleteFile: {
    metric: "delete",
    fileIds: (fileId) => [fileId],
    messageIds: () => [],
    isChange: (isDeleted) => isDeleted,
    written: () => ({ segments: 0, content_bytes: 0 }),
    method: "delete",
    path: "/api/file",
    summary: "Deletes a file with its segments; durable when answered.",
    given: "file_id",
    answer: { key: "deleted", schema: ({ z }) => z.boolean() },
  },
};

function lengthOf(list: unknown[] | undefined): number {
  return list?.length ?? 0;
}
