import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { z } from "zod";
import type { Session } from "../session/session.ts";
import { endingError } from "./ending.ts";
import { guard, proofOf, securityHeaders } from "./guard.ts";
import { failureOf, HttpError } from "./http_error.ts";
import { MOST_LONG, MOST_REQUESTS, Slots } from "./limits.ts";
import type { Loads } from "./loads.ts";
import type { MigrationJob } from "./migration_job.ts";
import { migrationRoutes } from "./migration_routes.ts";
import { NDJSON } from "./ndjson_answer.ts";
import { openApi } from "./openapi.ts";
import type { PageFile } from "./page_files.ts";
import { readRoutes } from "./read_routes.ts";
import { addRoute, type App, type Route, route } from "./route.ts";
import { settingsRoutes } from "./settings_routes.ts";
import * as shapes from "./shapes.ts";
import { verifyAnswer } from "./verify_answer.ts";
import { writeRoutes } from "./write_routes.ts";

/** What the operations work on. */
export interface Parts {
  session: Session;
  loads: Loads;
  job: MigrationJob;
  page: Map<string, PageFile>;
  token: string;
  port: number;
  /** Aborted when the service ends. */
  ending: AbortSignal;
}

/** All operations. */
function allRoutes({ session, loads, job, token }: Parts): Route[] {
  const moveIfDue = async () => {
    const { tier, due } = await session.status();
    if (tier === "sqlite" && due !== null && !job.isRunning) job.start({ tier: "sharded" });
  };
  const long = new Slots(MOST_LONG, "operations on the whole store");
  return [
    route({
      method: "get",
      path: "/healthz",
      summary: "Whether the service lives. To a challenge it proves that it knows the token (HMAC-SHA256, hex).",
      query: z.strictObject({ challenge: z.string().max(200).optional() }),
      answer: { schema: z.object({ ok: z.literal(true), proof: z.string().optional() }) },
      handle: ({ query: { challenge } }) => ({
        ok: true,
        ...(challenge !== undefined && { proof: proofOf(token, challenge) }),
      }),
    }),
    ...settingsRoutes(session),
    ...readRoutes(session, long),
    route({
      method: "get",
      path: "/api/verify",
      summary: "Reads and checks everything: lines of progress, then the report.",
      answer: { type: NDJSON, schema: shapes.verifyLine },
      slots: long,
      handle: ({ ending }) => verifyAnswer(session, ending),
    }),
    ...writeRoutes(session, loads, long, () => void moveIfDue().catch(() => {})),
    ...migrationRoutes(session, job),
  ];
}

/** The server as a function from requests to answers. */
export function makeApp(parts: Parts): App {
  const app: App = new Hono(), routes = allRoutes(parts), document = openApi(routes);
  app.use(securityHeaders, bounded(parts.ending), guard(parts.port, parts.token));
  for (const route of routes) addRoute(app, route, parts.ending);
  app.get("/openapi.json", (context) => context.json(document));
  for (const [path, { type, bytes }] of parts.page) {
    app.get(path, () => new Response(bytes, { headers: { "Content-Type": type } }));
  }
  app.notFound((context) => answerError(context, notFound(context, routes)));
  app.onError((error, context) => answerError(context, error));
  return app;
}

/** Bounds what is answered side by side, and takes nothing new at the end. */
function bounded(ending: AbortSignal): MiddlewareHandler<{ Bindings: HttpBindings }> {
  const slots = new Slots(MOST_REQUESTS, "requests");
  return async ({ env }, next) => {
    if (ending.aborted) throw endingError();
    env.outgoing.once("close", slots.take());
    await next();
  };
}

function notFound({ req: { path } }: Context, routes: Route[]): HttpError {
  return routes.some((route) => route.path === path)
    ? new HttpError(405, `There is no such method on ${path}`)
    : new HttpError(404, `There is nothing at ${path}`);
}

function answerError(context: Context, error: unknown): Response {
  const { status, failure } = failureOf(error);
  if (status === 429 || status === 503) context.header("Retry-After", "1");
  return context.json(failure, status as 500);
}
