import type { HttpBindings } from "@hono/node-server";
import { Hono, type MiddlewareHandler } from "hono";
import { endingError } from "./ending.ts";
import { goEasy } from "../threads/turns.ts";
import { guard, securityHeaders } from "./guard.ts";
import { failureOf, HttpError } from "./http_error.ts";
import { MOST_REQUESTS, Slots } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import type { ChangeFeed } from "./change_feed.ts";
import type { PageFile } from "../page/page_files.ts";
import { settingOf } from "../store/settings.ts";
import type { Parts } from "./parts.ts";
import { addRoute, type App } from "./route.ts";
import { allRoutes } from "./routes.ts";

/** What the server needs besides what its operations work on. */
export interface AppParts extends Parts {
  page: ReadonlyMap<string, PageFile>;
  port: number;
  /** Aborted when the service ends. */
  ending: AbortSignal;
  /** Milliseconds in which something of a body must come. */
  bodyWithin: number;
}

/** The server as a function from requests to answers. */
export function makeApp(parts: AppParts): App {
  const { page, port, token, ending, bodyWithin, metrics, session } = parts;
  const app: App = new Hono(), routes = allRoutes(parts);
  const paths = new Set([...routes.map(({ path }) => path), ...page.keys()]);
  const open = new Set([...page.keys(), ...routes.filter(({ isOpen }) => isOpen).map(({ path }) => path)]);
  const isOpen = async (path: string) =>
    open.has(path) || (path === "/metrics" && settingOf(await session.settings(), "service.open-metrics") === 1);
  app.use(counted(metrics, paths), securityHeaders, bounded(ending), guard({ port, token, isOpen }));
  app.use(noted(parts.changes));
  for (const route of routes) addRoute(app, route, ending, bodyWithin);
  for (const [path, { type, text }] of page) {
    app.get(path, () => new Response(text, { headers: { "Content-Type": type } }));
  }
  app.notFound(({ req: { path } }) => {
    const error = paths.has(path)
      ? new HttpError(405, `There is no such method on ${path}`)
      : new HttpError(404, `There is nothing at ${path}`);
    return answerTo(error);
  });
  app.onError(answerTo);
  return app;
}

function answerTo(error: unknown): Response {
  const { status, failure } = failureOf(error);
  return Response.json(failure, { status, headers: status === 429 || status === 503 ? { "Retry-After": "1" } : {} });
}

const METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE"];

/** Counts requests and times them to the end of their answers; those on unknown paths together. */
function counted(metrics: Metrics, paths: Set<string>): MiddlewareHandler<{ Bindings: HttpBindings }> {
  return async (context, next) => {
    goEasy();
    const started = performance.now(), { outgoing } = context.env, { method, path } = context.req;
    metrics.active++;
    outgoing.once("close", () => {
      metrics.active--;
      const isWatch = outgoing.getHeader("content-type") === "text/event-stream"; // lasts as long as somebody watches
      metrics.answered(
        METHODS.includes(method) ? method : "other",
        paths.has(path) ? path : "other",
        outgoing.statusCode,
        isWatch ? undefined : (performance.now() - started) / 1000,
      );
    });
    await next();
  };
}

/** Notes what has changed something. */
function noted(changes: ChangeFeed): MiddlewareHandler {
  return async (context, next) => {
    await next();
    const { method, path } = context.req;
    if (!["GET", "HEAD"].includes(method) && context.res.ok && path !== "/api/access") changes.note();
  };
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
