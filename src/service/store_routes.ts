import { z } from "zod";
import { type Setting, settingOf, SETTINGS } from "../store/settings.ts";
import { NDJSON } from "./ndjson_answer.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";
import * as shapes from "./shapes.ts";
import { verifyAnswer } from "./verify_answer.ts";

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
        for (const [name, value] of Object.entries(body)) {
          if (value !== undefined) await session.changeSetting(name as Setting, value);
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
