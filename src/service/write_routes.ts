import { z } from "zod";
import { checkRecord } from "../domain/check_record.ts";
import { spillBytes, unspill } from "../files/spill.ts";
import { SpillFile } from "../store/spill_file.ts";
import type { BulkLoad } from "../store/store.ts";
import { runImport } from "../session/run_import.ts";
import { namedInput } from "../transfer/find_inputs.ts";
import type { ImportReport } from "../transfer/import_report.ts";
import { BATCHES, uploadedBatches } from "./batch_upload.ts";
import { MOST_UPLOADS, Slots } from "./limits.ts";
import { putChunks } from "./loads.ts";
import { NDJSON } from "./ndjson_answer.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";
import * as shapes from "./shapes.ts";
import { Spool } from "./spool.ts";
import { boundedLines, recordChunks, strictRecords } from "./upload.ts";

const flag = z.enum(["0", "1"]).optional().transform((value) => value === "1");

/** The changes to a store. */
export function writeRoutes({ session, loads, metrics }: Parts): Route[] {
  const uploads = new Slots(MOST_UPLOADS, "uploads");
  return [
    route({
      method: "put",
      path: "/api/file",
      summary: "Stores a file with its segments, all or nothing; durable when answered.",
      raw: { type: "application/json", schema: shapes.recordInput },
      answer: { schema: z.object({ outcome: shapes.outcome }) },
      handle: async ({ json }) => {
        const record = checkRecord(await json()), outcome = await session.putFile(record);
        const segments = outcome === "unchanged" ? 0 : record.segments.length;
        metrics.stored({ added: 0, replaced: 0, unchanged: 0, [outcome]: 1, segments });
        return { outcome };
      },
    }),
    route({
      method: "delete",
      path: "/api/file",
      summary: "Deletes a file with its segments; durable when answered.",
      query: z.strictObject({ file_id: z.string() }),
      answer: { schema: z.object({ deleted: z.boolean() }) },
      handle: async ({ query: { file_id } }) => ({ deleted: await session.deleteFile(file_id) }),
    }),
    route({
      method: "post",
      path: "/api/segments",
      summary: "Changes segments after a post, all or nothing per file; durable when answered.",
      json: z.array(shapes.segmentUpdate),
      answer: { schema: z.object({ missing: z.array(shapes.segmentPlace) }) },
      handle: async ({ body }) => ({ missing: await session.updateSegments(body) }),
    }),
    route({
      method: "post",
      path: "/api/records",
      summary: "Stores files, one a line, as they come. Durable when answered, with `defer=1` after POST /api/ready.",
      query: z.strictObject({ all_or_nothing: flag, defer: flag }),
      raw: { type: NDJSON, schema: shapes.recordInput },
      answer: { schema: shapes.putCounts },
      slots: uploads,
      handle: async ({ query: { all_or_nothing, defer }, bytes }) => {
        const counts = await putRecords(boundedLines(bytes()), all_or_nothing, defer);
        metrics.stored(counts);
        return counts;
      },
    }),
    route({
      method: "post",
      path: "/api/batches",
      summary:
        "Stores files as usync-db's own commands pack them, all checked again; durable as with POST /api/records.",
      query: z.strictObject({ all_or_nothing: flag, defer: flag }),
      raw: { type: BATCHES, schema: z.string() },
      answer: { schema: shapes.putCounts },
      slots: uploads,
      handle: async ({ query: { all_or_nothing, defer }, bytes }) => {
        const counts = await loads.run(defer, (load) => putUploaded(load, bytes(), all_or_nothing));
        metrics.stored(counts);
        return counts;
      },
    }),
    route({
      method: "post",
      path: "/api/ready",
      summary: "Makes all that was deferred durable and ready to query.",
      answer: { schema: z.object({}) },
      handle: async () => {
        await loads.ready();
        return {};
      },
    }),
    route({
      method: "post",
      path: "/api/import",
      summary: "Imports an NZB, NDJSON or a UsenetSync database, packed or not; its first bytes tell which.",
      query: z.strictObject({ name: z.string() }),
      raw: { type: "application/octet-stream", schema: z.string() },
      answer: { schema: shapes.importReport },
      slots: uploads,
      handle: ({ query: { name }, bytes }) => importUpload(name, bytes()),
    }),
  ];

  async function putRecords(bytes: AsyncIterable<Uint8Array>, allOrNothing: boolean, defer: boolean) {
    if (!allOrNothing) return await loads.run(defer, (load) => putChunks(load, recordChunks(bytes)));
    using spool = await Spool.fill(session.dataFolder, bytes);
    return await loads.run(defer, (load) => load.put(strictRecords(spool.bytes()), { allOrNothing }));
  }

  async function putUploaded(load: BulkLoad, bytes: AsyncIterable<Uint8Array>, allOrNothing: boolean) {
    const batches = uploadedBatches(bytes, () => load.shards);
    if (!allOrNothing) return await load.putBatches(batches);
    const held = new SpillFile(session.dataFolder);
    try {
      for await (const batch of batches) held.add(batch);
      return await load.putBatches(held.batches());
    } finally {
      held.close();
    }
  }

  async function importUpload(name: string, bytes: AsyncIterable<Uint8Array>): Promise<ImportReport> {
    const path = await spillBytes(session.dataFolder, bytes);
    try {
      const report = await runImport(session, { by: "upload", paths: [name], inputs: () => [namedInput(path, name)] });
      metrics.stored(report);
      return report;
    } finally {
      unspill(path);
    }
  }
}
