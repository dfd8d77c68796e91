import { z } from "zod";
import { accessCookie, proofOf } from "./access.ts";
import { backupRoutes } from "./backup_routes.ts";
import { chosenRoutes } from "./chosen_routes.ts";
import { importRoutes } from "./import_routes.ts";
import { migrationRoutes } from "./migration_routes.ts";
import { openApi } from "./openapi.ts";
import type { Parts } from "./parts.ts";
import { readRoutes } from "./read_routes.ts";
import { type Route, route } from "./route.ts";
import { storeRoutes } from "./store_routes.ts";
import { writeRoutes } from "./write_routes.ts";

/** All operations. */
export function allRoutes(parts: Parts): Route[] {
  const routes = [
    ...serviceRoutes(parts, () => document),
    ...storeRoutes(parts),
    ...readRoutes(parts),
    ...writeRoutes(parts),
    ...chosenRoutes(parts),
    ...importRoutes(parts),
    ...migrationRoutes(parts),
    ...backupRoutes(parts),
  ];
  const document = openApi(routes);
  return routes;
}

/** What a service tells of itself. */
function serviceRoutes({ session, monitor, metrics, job, token }: Parts, document: () => unknown): Route[] {
  return [
    route({
      method: "get",
      path: "/healthz",
      isOpen: true,
      summary: "Whether the service lives. To a challenge it proves that it knows the token (HMAC-SHA256, hex).",
      query: z.strictObject({ challenge: z.string().max(200).optional() }),
      answer: { schema: z.object({ ok: z.literal(true), proof: z.string().optional() }) },
      handle: ({ query: { challenge } }) => ({
        ok: true,
        ...(challenge !== undefined && { proof: proofOf(token, challenge) }),
      }),
    }),
    route({
      method: "post",
      path: "/api/access",
      summary: "Gives the page a cookie that stands for the token, for as long as the token lasts.",
      answer: { schema: z.object({}) },
      handle: () => Response.json({}, { headers: { "Set-Cookie": accessCookie(token) } }),
    }),
    route({
      method: "get",
      path: "/metrics",
      summary:
        "Counts, sizes and times as Prometheus reads them. With the setting service.open-metrics it needs no token.",
      answer: { type: "text/plain", schema: z.string() },
      handle: async () => {
        const text = metrics.text(await session.status(), job.state, monitor);
        return new Response(text, { headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" } });
      },
    }),
    route({
      method: "get",
      path: "/openapi.json",
      isOpen: true,
      summary: "This description.",
      answer: { schema: z.looseObject({ openapi: z.string() }) },
      handle: document,
    }),
  ];
}
