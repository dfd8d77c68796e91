import type { HttpBindings } from "@hono/node-server";
import type { Hono } from "hono";
import { z } from "zod";
import { InputError } from "../domain/errors.ts";
import { bytesOf, readJson } from "./body.ts";
import type { Slots } from "./limits.ts";

/** The server as Hono knows it: with Node's request and answer. */
export type App = Hono<{ Bindings: HttpBindings }>;

/** What a handler gets: the checked query and body, ways to read a body itself, and what tells that the service ends. */
export interface Call<Q, B> {
  query: Q;
  body: B;
  bytes(): AsyncGenerator<Uint8Array>;
  json(): Promise<unknown>;
  ending: AbortSignal;
}

/** One operation of the service: how it is called, what it answers, and what it does. */
export interface Route<Q = Record<string, unknown>, B = unknown> {
  method: "get" | "put" | "post" | "delete";
  path: string;
  summary: string;
  /** Whether anybody on this machine may call it; all others need the token or the page's cookie. */
  isOpen?: boolean;
  query?: z.ZodType<Q>;
  /** A body of JSON. */
  json?: z.ZodType<B>;
  /** A body that the handler reads itself: its content type and shape (of NDJSON, that of a line). */
  raw?: { type: string; schema: z.ZodType };
  /** The answer: status (200), content type (JSON), and shape; of NDJSON and of events, that of one of them. */
  answer: { status?: 200 | 202; type?: string; schema: z.ZodType };
  /** Statuses of failures besides those that every operation may have. */
  failures?: number[];
  /** Of which one is taken until the answer has been read. */
  slots?: Slots;
  /** Gives the answer as a value, or a `Response` where it is no JSON. */
  handle(call: Call<Q, B>): unknown;
}

/** Keeps the types of one route while routes of all kinds are in a list. */
export function route<Q, B>(route: Route<Q, B>): Route {
  return route as unknown as Route;
}

/** Adds an operation to the server. `bodyWithin`: milliseconds in which something of a body must come. */
export function addRoute(app: App, route: Route, ending: AbortSignal, bodyWithin: number): void {
  const { method, path, query = z.strictObject({}), json: shape, answer, slots, handle } = route;
  app.on(method.toUpperCase(), path, async (context) => {
    if (slots) context.env.outgoing.once("close", slots.take());
    const request = context.req.raw, bytes = () => bytesOf(request, ending, bodyWithin);
    const json = () => readJson(bytes(), Number(request.headers.get("Content-Length") ?? 0));
    const result = await handle({
      query: checked(query, context.req.query()) as Record<string, unknown>,
      body: shape && checked(shape, await json()),
      ...{ bytes, json, ending },
    });
    return result instanceof Response ? result : jsonAnswer(result, answer.status);
  });
}

/** The value as the schema gives it; throws an `InputError` that names the first place that does not fit. */
function checked(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [{ path, message }] = result.error.issues;
  throw new InputError(`${path.length > 0 ? path.join(".") : "The request"}: ${message}`);
}

/** Letters that are sent at once. */
const PIECE = 2 ** 20;

/** A large answer goes out in pieces, so that one can see whether the client reads it. */
function jsonAnswer(value: unknown, status: number = 200): Response {
  const text = JSON.stringify(value), options = { status, headers: { "Content-Type": "application/json" } };
  if (text.length <= PIECE) return new Response(text, options);
  const pieces = function* () {
    for (let at = 0; at < text.length; at += PIECE) yield text.slice(at, at + PIECE);
  };
  return new Response(ReadableStream.from(pieces()).pipeThrough(new TextEncoderStream()), options);
}
