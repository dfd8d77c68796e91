import { z } from "zod";
import { STATUSES } from "../domain/records.ts";
import type { Session } from "../session/session.ts";
import type { SegmentUpdate } from "../store/store.ts";
import { OUTPUT_FORMATS } from "../formats/formats.ts";
import { exportTexts, newExportReport } from "../transfer/export_files.ts";
import { commonHeadOf, type ExportedFiles, recordsOf, summariesOf } from "../transfer/export_source.ts";
import { safeFileName } from "../transfer/safe_file_name.ts";
import { HttpError } from "./http_error.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";
import * as shapes from "./shapes.ts";

const format = z.enum([...OUTPUT_FORMATS.keys()]).default("nzb");
const status = z.enum(STATUSES);
const NZB_TYPE = OUTPUT_FORMATS.get("nzb")!.mediaType;

/** What is done to files that somebody has chosen. */
export function chosenRoutes({ session, long }: Parts): Route[] {
  return [
    route({
      method: "get",
      path: "/api/export",
      summary: "A file, or the files of a folder, as a file to save: an NZB unless told otherwise.",
      query: z.strictObject({
        file_id: z.string().optional(),
        folder: z.string().optional(),
        format: format.optional(),
      }),
      answer: { type: NZB_TYPE, schema: z.string() },
      failures: [404],
      slots: long,
      handle: ({ query: { file_id, folder, format = "nzb" } }) => {
        if ((file_id === undefined) === (folder === undefined)) throw new HttpError(400, "Name a file_id or a folder");
        return exported(session, file_id === undefined ? { folder: folder! } : { ids: [file_id] }, format);
      },
    }),
    route({
      method: "post",
      path: "/api/export",
      summary: "The same of several files.",
      json: z.strictObject({ file_ids: shapes.chosenFiles, format: format.optional() }),
      answer: { type: NZB_TYPE, schema: z.string() },
      failures: [404],
      slots: long,
      handle: ({ body: { file_ids, format = "nzb" } }) => exported(session, { ids: file_ids }, format),
    }),
    route({
      method: "post",
      path: "/api/delete",
      summary: "Deletes files with their segments; durable when answered.",
      json: z.strictObject({ file_ids: shapes.chosenFiles }),
      answer: { schema: z.object({ deleted: z.int().min(0) }) },
      handle: async ({ body: { file_ids } }) => {
        let deleted = 0;
        for (const fileId of file_ids) if (await session.deleteFile(fileId)) deleted++;
        return { deleted };
      },
    }),
    route({
      method: "post",
      path: "/api/set-status",
      summary: "Gives the segments of files that have one of some statuses another one; durable when answered.",
      json: z.strictObject({ file_ids: shapes.chosenFiles, from: z.array(status).min(1), status }),
      answer: { schema: z.object({ changed: z.int().min(0) }) },
      slots: long,
      handle: async ({ body: { file_ids, from, status } }) => {
        let changed = 0;
        for (const fileId of file_ids) {
          for await (const updates of updatesOf(session, fileId, new Set(from))) {
            await session.updateSegments(updates.map((update) => ({ ...update, status })));
            changed += updates.length;
          }
        }
        return { changed };
      },
    }),
  ];
}

/** Texts that break off where something fails: the browser says then that the file is not whole. */
async function exported(session: Session, files: ExportedFiles, format: string): Promise<Response> {
  const name = await nameOf(session, files);
  const head = format === "nzb" ? await commonHeadOf(session, files) : null;
  const texts = exportTexts(recordsOf(session, files), format, newExportReport(), head);
  const fileName = encodeURIComponent(`${safeFileName(name)}.${format}`).replaceAll("'", "%27");
  return new Response(ReadableStream.from(texts).pipeThrough(new TextEncoderStream()), {
    headers: {
      "Content-Type": OUTPUT_FORMATS.get(format)!.mediaType,
      "Content-Disposition": `attachment; filename*=UTF-8''${fileName}`,
    },
  });
}

/** What the saved file is called. Throws an `HttpError` when there is nothing to export. */
async function nameOf(session: Session, files: ExportedFiles): Promise<string> {
  try {
    for await (const { name, folder } of summariesOf(session, files)) {
      return files !== "all" && "folder" in files ? folder?.name || files.folder : name;
    }
    throw new HttpError(404, "There are no files");
  } catch (error) {
    throw error instanceof HttpError ? error : new HttpError(404, (error as Error).message);
  }
}

/** Segments that are read at a time. */
const SEGMENTS_AT_ONCE = 10_000;

/** The segments of a file with one of some statuses, some at a time. */
async function* updatesOf(session: Session, file_id: string, from: Set<string>): AsyncGenerator<SegmentUpdate[]> {
  let page = await session.segments(file_id, { limit: SEGMENTS_AT_ONCE });
  while (page && page.length > 0) {
    const found = page.filter(({ status }) => from.has(status));
    if (found.length > 0) yield found.map(({ index, redundancy }) => ({ file_id, index, redundancy }));
    if (page.length < SEGMENTS_AT_ONCE) return;
    page = await session.segments(file_id, { limit: SEGMENTS_AT_ONCE, after: page[page.length - 1] });
  }
}
