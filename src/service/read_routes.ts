import { z } from "zod";
import { type FileSummary, isPending, type Segment, type SegmentOfFile } from "../domain/records.ts";
import { writeNdjson } from "../formats/ndjson_writer.ts";
import type { Session } from "../session/session.ts";
import { QUERIES, type Queries } from "../store/operations.ts";
import type { PlaceInFile } from "../store/store.ts";
import { placeInFileText } from "../store/place_text.ts";
import { fileFilter, filteredFiles } from "./filtered_files.ts";
import { FILE_ORDERS } from "./sorted_files.ts";
import { HttpError } from "./http_error.ts";
import { NDJSON, ndjsonAnswer } from "./ndjson_answer.ts";
import { answerPage, type Asked, pageSchema, queryRoutes, querySchema } from "./operation_routes.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";
import * as shapes from "./shapes.ts";

const flag = z.enum(["0", "1"]).optional().transform((value) => value === "1");
/** Queries whose routes give the page more than the store does. */
const EXTENDED: readonly (keyof Queries)[] = ["newest", "segments", "pending"];

/** The queries of a store. */
export function readRoutes({ session, long }: Parts): Route[] {
  const names = Object.keys(QUERIES) as (keyof Queries)[];
  return [
    ...names.filter((name) => !EXTENDED.includes(name)).flatMap((name) => queryRoutes(session, name)),
    route({
      method: "get",
      path: QUERIES.newest.path,
      summary:
        "A page of the files that fit, newest first: of all, or of those that words find. It may be short, or empty, though " +
        "more is to come, since one request looks at 5,000 files. In another order, the newest 10,000 (of a folder the " +
        "first 10,000) are listed.",
      query: fileFilter.extend({
        words: z.string().optional(),
        order: z.enum(FILE_ORDERS).default("newest"),
        limit: shapes.limit,
        after: z.string().optional(),
      }),
      answer: { schema: shapes.fileListPage },
      handle: ({ query: { words, order, limit = 100, after, ...filter } }) =>
        filteredFiles(session, { words, order, limit, after }, filter),
    }),
    route({
      ...{ method: "get", path: QUERIES.segments.path, summary: QUERIES.segments.summary },
      query: querySchema(QUERIES.segments).extend({ pending: flag }),
      answer: { schema: pageSchema(QUERIES.segments, QUERIES.segments.answer) },
      failures: [404],
      handle: ({ query: { pending, ...asked } }) =>
        pending ? pendingOf(session, asked) : answerPage(session, "segments", asked),
    }),
    route({
      ...{ method: "get", path: QUERIES.pending.path, summary: QUERIES.pending.summary },
      query: querySchema(QUERIES.pending).extend({ files: flag }),
      answer: {
        schema: pageSchema(QUERIES.pending, QUERIES.pending.answer).extend({
          files: z.array(shapes.fileSummary).optional(),
        }),
      },
      handle: async ({ query: { files, ...asked } }) => {
        const page = await answerPage(session, "pending", asked);
        return files ? { ...page, files: await filesOf(session, page.segments as SegmentOfFile[]) } : page;
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
async function pendingOf(session: Session, asked: Asked) {
  const { limit = 100 } = asked, file_id = asked.file_id as string, segments: Segment[] = [];
  let after = asked.after as PlaceInFile | undefined;
  for (let lookedAt = 0; lookedAt < MAX_LOOKED_AT; lookedAt += AT_ONCE) {
    const page = await session.segments(file_id, { limit: AT_ONCE, after });
    if (!page) throw new HttpError(404, `There is no file ${file_id}`);
    for (const segment of page.filter(({ status }) => isPending(status))) {
      if (segments.length === limit) return { file_id, segments, next: placeInFileText(segments[limit - 1]) };
      segments.push(segment);
    }
    if (page.length < AT_ONCE) return { file_id, segments, next: null };
    after = page[page.length - 1];
  }
  return { file_id, segments, next: placeInFileText(after!) };
}
