import { isAbsolute } from "node:path";
import { z } from "zod";
import { InputError, messageOf } from "../domain/errors.ts";
import { FOLDER_SETTINGS, type Setting, settingOf, SETTINGS, settingValue } from "../store/settings.ts";
import { NDJSON } from "./ndjson_answer.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";
import * as shapes from "./shapes.ts";
import { verifyAnswer } from "./verify_answer.ts";

/** Throws an `InputError` for a text that a setting cannot have. A relative folder would mean the service's. */
function checkSetting(name: Setting, value: number | string | undefined): void {
  if (typeof value !== "string") return;
  try {
    settingValue(name, value);
  } catch (error) {
    throw new InputError(`${name}: ${messageOf(error)}`, {}, { cause: error });
  }
  if (FOLDER_SETTINGS.includes(name) && value !== "" && !isAbsolute(value)) {
    throw new InputError(`${name}: not an absolute path: ${value}`);
  }
}

/** What a store is like, its settings, and its checking. */
export function storeRoutes({ session, long }: Parts): Route[] {
  const all = async () => {
    const settings = await session.settings();
    return Object.fromEntries(
      (Object.keys(SETTINGS) as Setting[]).map((name) => [name, settingOf(settings, name)]),
    );
  };
  return [
    route({
      method: "get",
      path: "/api/status",
      summary: "The tier, counts and sizes, how near each limit is, and what is due.",
      answer: { schema: shapes.status },
      handle: () => session.status(),
    }),
    route({
      method: "get",
      path: "/api/settings",
      summary: "All settings with their values.",
      answer: { schema: shapes.settings },
      handle: all,
    }),
    route({
      method: "put",
      path: "/api/settings",
      summary: "Changes some settings, durably; answers all.",
      json: shapes.settings.partial().strict(),
      answer: { schema: shapes.settings },
      handle: async ({ body }) => {
        for (const [name, value] of Object.entries(body)) checkSetting(name as Setting, value as number | string);
        for (const [name, value] of Object.entries(body)) {
          if (value !== undefined) await session.changeSetting(name as Setting, value as number | string);
        }
        return await all();
      },
    }),
    route({
      method: "get",
      path: "/api/verify",
      summary: "Reads and checks everything: lines of progress, then the report.",
      answer: { type: NDJSON, schema: shapes.verifyLine },
      slots: long,
      handle: ({ ending }) => verifyAnswer(session, ending),
    }),
    route({
      method: "post",
      path: "/api/optimize",
      summary: "Brings indexes, statistics and free space in order.",
      answer: { schema: z.object({ database_bytes_before: z.int(), database_bytes_after: z.int() }) },
      slots: long,
      handle: async () => {
        const before = (await session.totals()).database_bytes;
        await session.optimize();
        return { database_bytes_before: before, database_bytes_after: (await session.totals()).database_bytes };
      },
    }),
  ];
}
