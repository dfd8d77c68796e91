import { z } from "zod";
import { type FileSummary, isPending, type Segment, type SegmentOfFile } from "../domain/records.ts";
import { writeNdjson } from "../formats/ndjson_writer.ts";
import type { Session } from "../session/session.ts";
import type { PlaceInFile } from "../store/store.ts";
import { placeInFileText, placeText, readPlace, readPlaceInFile } from "../store/place_text.ts";
import { fileFilter, filteredFiles } from "./filtered_files.ts";
import { FILE_ORDERS } from "./sorted_files.ts";
import { HttpError } from "./http_error.ts";
import { NDJSON, ndjsonAnswer } from "./ndjson_answer.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";
import * as shapes from "./shapes.ts";

const limit = z.coerce.number().int().min(1).max(shapes.MOST_LISTED).optional();
const flag = z.enum(["0", "1"]).optional().transform((value) => value === "1");
const ofFile = z.strictObject({ file_id: z.string() });
const place = z.string().transform((text, context) => {
  const place = readPlace(text);
  if (place) return place;
  context.addIssue({ code: "custom", message: "not a place: FILE:COPY:INDEX" });
  return z.NEVER;
});
const placeInFile = z.string().transform((text, context) => {
  const place = readPlaceInFile(text);
  if (place) return place;
  context.addIssue({ code: "custom", message: "not a place in a file: COPY:INDEX" });
  return z.NEVER;
});

/** The queries of a store. */
export function readRoutes({ session, long }: Parts): Route[] {
  return [
    route({
      method: "get",
      path: "/api/totals",
      summary: "Counts and sizes over the store.",
      answer: { schema: shapes.totals },
      handle: () => session.totals(),
    }),
    route({
      method: "get",
      path: "/api/files",
      summary: "A page of the files, ordered by their id.",
      query: z.strictObject({ folder: z.string().optional(), limit, after: z.string().optional() }),
      answer: { schema: z.object({ files: z.array(shapes.fileSummary), next: z.string().nullable() }) },
      handle: async ({ query: { limit = 100, ...rest } }) => {
        const found = await session.files({ ...rest, limit: limit + 1 }), files = found.slice(0, limit);
        return { files, next: found.length > limit ? files[limit - 1].file_id : null };
      },
    }),
    route({
      method: "get",
      path: "/api/newest",
      summary:
        "A page of the files that fit, newest first: of all, or of those that words find. It may be short, or empty, though " +
        "more is to come, since one request looks at 5,000 files. In another order, the newest 10,000 (of a folder the " +
        "first 10,000) are listed.",
      query: fileFilter.extend({
        words: z.string().optional(),
        order: z.enum(FILE_ORDERS).default("newest"),
        limit,
        after: z.string().optional(),
      }),
      answer: { schema: shapes.fileListPage },
      handle: ({ query: { words, order, limit = 100, after, ...filter } }) =>
        filteredFiles(session, { words, order, limit, after }, filter),
    }),
    route({
      method: "get",
      path: "/api/folders",
      summary: "A page of the folders that files are in, ordered by their id, with sums over their files.",
      query: z.strictObject({ limit, after: z.string().optional() }),
      answer: { schema: z.object({ folders: z.array(shapes.folderSummary), next: z.string().nullable() }) },
      handle: async ({ query: { limit = 100, after } }) => {
        const found = await session.folders({ after, limit: limit + 1 }), folders = found.slice(0, limit);
        return { folders, next: found.length > limit ? folders[limit - 1].folder_id : null };
      },
    }),
    route({
      method: "get",
      path: "/api/file",
      summary: "A file as it is listed.",
      query: ofFile,
      answer: { schema: shapes.fileSummary },
      failures: [404],
      handle: async ({ query: { file_id } }) => there(await session.file(file_id), file_id),
    }),
    route({
      method: "get",
      path: "/api/record",
      summary: "A file with its segments.",
      query: ofFile,
      answer: { schema: shapes.fileRecord },
      failures: [404],
      handle: async ({ query: { file_id } }) => there(await session.record(file_id), file_id),
    }),
    route({
      method: "get",
      path: "/api/segments",
      summary:
        "A page of the segments of a file, in order. `after`: COPY:INDEX. `pending=1`: those that are still to post; " +
        "the page may be short, or empty, though more is to come.",
      query: z.strictObject({ file_id: z.string(), limit, after: placeInFile.optional(), pending: flag }),
      answer: {
        schema: z.object({ file_id: z.string(), segments: z.array(shapes.segment), next: z.string().nullable() }),
      },
      failures: [404],
      handle: async ({ query: { file_id, limit = 100, after, pending } }) => {
        if (pending) return { file_id, ...await pendingOf(session, file_id, limit, after) };
        const found = there(await session.segments(file_id, { limit: limit + 1, after }), file_id);
        const segments = found.slice(0, limit);
        return { file_id, segments, next: found.length > limit ? placeInFileText(segments[limit - 1]) : null };
      },
    }),
    route({
      method: "get",
      path: "/api/find",
      summary:
        "The segments that were posted under a Message-ID (angle brackets are allowed), each with its file: the " +
        "first ones in order, 100 when `limit` is left out, 1,000 at most.",
      query: z.strictObject({ message_id: z.string(), limit }),
      answer: { schema: shapes.foundSegments },
      failures: [404],
      handle: async ({ query: { message_id, limit } }): Promise<shapes.FoundAnswer> => {
        const { found, hasMore } = await session.findSegments(message_id, { limit });
        if (found.length === 0) throw new HttpError(404, `There is no segment with the Message-ID ${message_id}`);
        return { found, has_more: hasMore };
      },
    }),
    route({
      method: "get",
      path: "/api/search",
      summary: "Files by words of their names, paths and subjects, newest first. `word*`: words that begin so.",
      query: z.strictObject({ words: z.string(), limit, after: z.string().optional() }),
      answer: { schema: shapes.searchPage },
      handle: ({ query: { words, ...options } }) => session.search(words, options),
    }),
    route({
      method: "post",
      path: "/api/search",
      summary: "The same for words that are too long for an address.",
      json: z.strictObject({
        words: z.string(),
        limit: z.int().min(1).max(shapes.MOST_LISTED).optional(),
        after: z.string().optional(),
      }),
      answer: { schema: shapes.searchPage },
      handle: ({ body: { words, ...options } }) => session.search(words, options),
    }),
    route({
      method: "get",
      path: "/api/pending",
      summary:
        "The segments that are still to post, in the order of posting. `after`: FILE:COPY:INDEX. `files=1`: with the " +
        "files that they are of, each once.",
      query: z.strictObject({ limit, after: place.optional(), files: flag }),
      answer: {
        schema: z.object({
          segments: z.array(shapes.segmentOfFile),
          files: z.array(shapes.fileSummary).optional(),
          next: z.string().nullable(),
        }),
      },
      handle: async ({ query: { limit = 100, after, files } }) => {
        const found = await session.pending({ after, limit: limit + 1 }), segments = found.slice(0, limit);
        const next = found.length > limit ? placeText(segments[limit - 1]) : null;
        return { segments, ...(files && { files: await filesOf(session, segments) }), next };
      },
    }),
    route({
      method: "get",
      path: "/api/records",
      summary: "All files with their segments, ordered by their id, one a line. A failure on the way is the last line.",
      answer: { type: NDJSON, schema: z.union([shapes.fileRecord, shapes.failure]) },
      slots: long,
      handle: ({ ending }) => ndjsonAnswer(writeNdjson(session.stream()), ending),
    }),
  ];
}

/** The files of segments, each once; one that was deleted meanwhile is left out. */
async function filesOf(session: Session, segments: SegmentOfFile[]): Promise<FileSummary[]> {
  const files: FileSummary[] = [];
  for (const fileId of new Set(segments.map(({ file_id }) => file_id))) {
    const file = await session.file(fileId);
    if (file) files.push(file);
  }
  return files;
}

/** Segments that one request for pending ones of a file looks at. */
const MAX_LOOKED_AT = 100_000, AT_ONCE = 10_000;

/** The first segments of a file that are still to post, after a place; `next` where there may be more. */
async function pendingOf(session: Session, fileId: string, limit: number, after: PlaceInFile | undefined) {
  const segments: Segment[] = [];
  for (let lookedAt = 0; lookedAt < MAX_LOOKED_AT; lookedAt += AT_ONCE) {
    const page = there(await session.segments(fileId, { limit: AT_ONCE, after }), fileId);
    for (const segment of page.filter(({ status }) => isPending(status))) {
      if (segments.length === limit) return { segments, next: placeInFileText(segments[limit - 1]) };
      segments.push(segment);
    }
    if (page.length < AT_ONCE) return { segments, next: null };
    after = page[page.length - 1];
  }
  return { segments, next: placeInFileText(after!) };
}

function there<T>(found: T | undefined, fileId: string): T {
  if (found === undefined) throw new HttpError(404, `There is no file ${fileId}`);
  return found;
}
