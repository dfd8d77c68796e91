import { isAbsolute } from "node:path";
import { parseRetention } from "../backup/retention.ts";
import { InputError, messageOf } from "../domain/errors.ts";
import { NDJSON } from "./ndjson_answer.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";
import * as shapes from "./shapes.ts";
import { reportAnswer } from "./verify_answer.ts";

/** Backups. */
export function backupRoutes({ session, long }: Parts): Route[] {
  return [
    route({
      method: "post",
      path: "/api/backup",
      summary: "Brings the backup in a folder up to date: lines of progress, then the report.",
      json: shapes.backupWish,
      answer: { type: NDJSON, schema: shapes.backupLine },
      slots: long,
      handle: ({ body: { folder, keep }, ending }) => {
        if (!isAbsolute(folder)) throw new InputError(`folder: not an absolute path: ${folder}`);
        if (keep !== undefined) checkKeep(keep);
        return reportAnswer((onProgress) => session.backup(folder, { keep, onProgress }), ending);
      },
    }),
  ];
}

function checkKeep(keep: string): void {
  try {
    parseRetention(keep);
  } catch (error) {
    throw new InputError(`keep: ${messageOf(error)}`, {}, { cause: error });
  }
}
