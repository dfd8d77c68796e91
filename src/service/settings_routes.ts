import type { Session } from "../session/session.ts";
import { type Setting, settingOf, SETTINGS } from "../store/settings.ts";
import { type Route, route } from "./route.ts";
import * as shapes from "./shapes.ts";

/** The settings of a store, and what it is like. */
export function settingsRoutes(session: Session): Route[] {
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
  ];
}
