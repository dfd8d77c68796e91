import { isAbsolute } from "node:path";
import { parseRetention } from "../backup/retention.ts";
import { InputError, messageOf } from "../domain/errors.ts";
import { NDJSON } from "./ndjson_answer.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";
import * as shapes from "./shapes.ts";
import { reportAnswer } from "./verify_answer.ts";

/** Backups. */
export function backupRoutes({ session, long, job }: Parts): Route[] {
  return [
    route({
      method: "post",
      path: "/api/backup",
      summary: "Brings the backup in a folder up to date: lines of progress, then the report.",
      json: shapes.backupWish,
      answer: { type: NDJSON, schema: shapes.backupLine },
      slots: long,
      handle: ({ body: { folder, keep }, ending }) => {
        checkAbsolute("folder", folder);
        if (keep !== undefined) checkKeep(keep);
        return reportAnswer((onProgress) => session.backup(folder, { keep, onProgress }), ending);
      },
    }),
    route({
      method: "post",
      path: "/api/repair",
      summary: "Repairs the store where it is damaged: lines of progress, then the report.",
      json: shapes.repairWish,
      answer: { type: NDJSON, schema: shapes.repairLine },
      failures: [409],
      slots: long,
      handle: ({ body: { from }, ending }) => {
        if (from !== undefined) checkAbsolute("from", from);
        return reportAnswer((onProgress) => job.alone(() => session.repair({ from, onProgress })), ending);
      },
    }),
  ];
}

/** A relative path would mean the service's folder. */
function checkAbsolute(name: string, path: string): void {
  if (!isAbsolute(path)) throw new InputError(`${name}: not an absolute path: ${path}`);
}

function checkKeep(keep: string): void {
  try {
    parseRetention(keep);
  } catch (error) {
    throw new InputError(`keep: ${messageOf(error)}`, {}, { cause: error });
  }
}
