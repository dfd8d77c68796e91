import type { Hono } from "hono";
import { z } from "zod";
import { InputError } from "../domain/errors.ts";
import { readJson } from "./body.ts";

/** What a handler gets: the checked query and body, and the request itself. */
export interface Call<Q, B> {
  query: Q;
  body: B;
  request: Request;
}

/** One operation of the service: how it is called, what it answers, and what it does. */
export interface Route<Q = Record<string, unknown>, B = unknown> {
  method: "get" | "put" | "post" | "delete";
  path: string;
  summary: string;
  query?: z.ZodType<Q>;
  /** A body of JSON. */
  json?: z.ZodType<B>;
  /** A body that the handler reads itself: its content type and shape (of NDJSON, that of a line). */
  raw?: { type: string; schema: z.ZodType };
  /** The answer: status (200), content type (JSON), and shape; of NDJSON and of events, that of one of them. */
  answer: { status?: 200 | 202; type?: string; schema: z.ZodType };
  /** Statuses of failures besides those that every operation may have. */
  failures?: number[];
  /** Gives the answer as a value, or a `Response` where it is no JSON. */
  handle(call: Call<Q, B>): unknown;
}

/** Keeps the types of one route while routes of all kinds are in a list. */
export function route<Q, B>(route: Route<Q, B>): Route {
  return route as unknown as Route;
}

/** Adds an operation to the server. */
export function addRoute(app: Hono, { method, path, query = z.strictObject({}), json, answer, handle }: Route): void {
  app.on(method.toUpperCase(), path, async (context) => {
    const request = context.req.raw;
    const call: Call<Record<string, unknown>, unknown> = {
      query: checked(query, context.req.query()) as Record<string, unknown>,
      body: undefined,
      request,
    };
    if (json) call.body = checked(json, await readJson(request));
    const result = await handle(call);
    return result instanceof Response ? result : context.json(result as object, answer.status ?? 200);
  });
}

/** The value as the schema gives it; throws an `InputError` that names the first place that does not fit. */
function checked(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [{ path, message }] = result.error.issues;
  throw new InputError(`${path.length > 0 ? path.join(".") : "The request"}: ${message}`);
}
