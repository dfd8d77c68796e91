import { z } from "zod";
import { spillBytes, unspill } from "../files/spill.ts";
import { CHANGES, type Changes } from "../store/operations.ts";
import { SpillFile } from "../store/spill_file.ts";
import type { BulkLoad } from "../store/store.ts";
import { runImport } from "../session/run_import.ts";
import { namedInput } from "../transfer/find_inputs.ts";
import type { ImportReport } from "../transfer/import_report.ts";
import { BATCHES, uploadedBatches } from "./batch_upload.ts";
import { MOST_UPLOADS, Slots } from "./limits.ts";
import { putChunks } from "./loads.ts";
import { NDJSON } from "./ndjson_answer.ts";
import { changeRoute } from "./operation_routes.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";
import * as shapes from "./shapes.ts";
import { SpilledUpload } from "./spilled_upload.ts";
import { boundedLines, recordChunks, strictRecords } from "./upload.ts";

const flag = z.enum(["0", "1"]).optional().transform((value) => value === "1");

/** The changes to a store. */
export function writeRoutes({ session, loads, metrics }: Parts): Route[] {
  const uploads = new Slots(MOST_UPLOADS, "uploads");
  return [
    ...(Object.keys(CHANGES) as (keyof Changes)[]).map((name) => changeRoute(session, metrics, name)),
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
    using upload = await SpilledUpload.fill(session.dataFolder, bytes);
    return await loads.run(defer, (load) => load.put(strictRecords(upload.bytes()), { allOrNothing }));
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
