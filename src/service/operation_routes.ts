import { z } from "zod";
import type { Session } from "../session/session.ts";
import { type ListName, listPage, pageJson } from "../store/list_page.ts";
import { run } from "../store/operation_layer.ts";
import {
  type Answer,
  type Args,
  type Change,
  CHANGES,
  type Changes,
  type ListForm,
  QUERIES,
  type Queries,
  type QueryForm,
} from "../store/operations.ts";
import { HttpError } from "./http_error.ts";
import type { Metrics } from "./metrics.ts";
import { type Route, route } from "./route.ts";
import * as shapes from "./shapes.ts";

/** What the query of an address has, once it is checked. */
export type Asked = Record<string, unknown> & { limit?: number };

/** The routes of a query: one, and where what is given may be long, one that takes it as a body. */
export function queryRoutes(session: Session, name: keyof Queries): Route[] {
  const form: QueryForm = QUERIES[name], { path, summary } = form, asked = querySchema(form);
  const answers = { answer: { schema: answerSchema(form) }, failures: form.noun === undefined ? [] : [404] };
  const get = route({
    ...{ method: "get", path, summary, query: asked, ...answers },
    handle: ({ query }) => answerQuery(session, name, query),
  });
  if (!form.mayBeLong) return [get];
  const post = route({
    ...{ method: "post", path, summary: `The same for ${form.given} that are too long for an address.`, ...answers },
    json: asked,
    handle: ({ body }) => answerQuery(session, name, body),
  });
  return [get, post];
}

/** What a query takes. */
export function querySchema({ given, filters = [], answer }: QueryForm): z.ZodObject<z.ZodRawShape, z.core.$strict> {
  const takesLimit = answer.kind !== "value" || answer.hasLimit;
  return z.strictObject({
    ...(given && { [given]: z.string() }),
    ...Object.fromEntries(filters.map((name) => [name, z.string().optional()])),
    ...(takesLimit && { limit: shapes.limit }),
    ...(answer.kind === "list" && { after: cursorSchema(answer).optional() }),
    ...(answer.kind === "page" && { after: z.string().optional() }),
  });
}

function cursorSchema({ cursor }: ListForm): z.ZodType {
  return z.string().transform((text, context) => {
    const after = cursor.read(text);
    if (after !== undefined) return after;
    context.addIssue({ code: "custom", message: `not a place: ${cursor.form}` });
    return z.NEVER;
  });
}

/** What a query is answered with. */
export function answerSchema(form: QueryForm): z.ZodType {
  const { answer } = form;
  if (answer.kind === "page") return shapes.searchPage;
  return answer.kind === "value" ? answer.schema(shapes) : pageSchema(form, answer);
}

/** A page of a list, with what was given. */
export function pageSchema({ given }: QueryForm, { key, schema }: ListForm) {
  const page = z.object({ [key]: z.array(schema(shapes)), next: z.string().nullable() });
  return given === undefined ? page : z.object({ [given]: z.string(), ...page.shape });
}

/** Answers a query; throws an `HttpError` where there is no such thing. */
export async function answerQuery(session: Session, name: keyof Queries, asked: Asked): Promise<unknown> {
  const form: QueryForm = QUERIES[name], { given, answer } = form;
  if (answer.kind === "list") return await answerPage(session, name as ListName, asked);
  const { [given ?? ""]: first, ...options } = asked;
  const result = await run(session, name, (given ? [first, options] : [options]) as Args<typeof name>);
  if (result === undefined || (answer.kind === "value" && answer.none?.is(result))) throw notThere(form, asked);
  return result;
}

/** Answers a query for a list with a page of it. */
export async function answerPage(session: Session, name: ListName, asked: Asked): Promise<Record<string, unknown>> {
  const form: QueryForm = QUERIES[name], { [form.given ?? ""]: first, ...options } = asked;
  const page = await listPage(session, name, options, first as string | undefined);
  if (page === undefined) throw notThere(form, asked);
  return { ...(form.given && { [form.given]: first }), ...pageJson(name, page) };
}

function notThere({ noun, given }: QueryForm, asked: Asked): HttpError {
  return new HttpError(404, `There is no ${noun} ${given ? asked[given] : ""}`.trimEnd());
}

/** The route of a change. */
export function changeRoute<N extends keyof Changes>(session: Session, metrics: Metrics, name: N): Route {
  const { method, path, summary, given, body, answer, counts }: Change<N> = CHANGES[name];
  return route({
    ...{ method, path, summary },
    query: z.strictObject({ ...(given && { [given]: z.string() }) }),
    ...(body && { raw: { type: "application/json", schema: body.schema(shapes) } }),
    answer: { schema: z.object({ [answer.key]: answer.schema(shapes) }) },
    handle: async ({ query, json }) => {
      const args = [given ? query[given] : body!.check(await json())] as unknown as Args<N>;
      const result: Answer<N> = await run(session, name, args);
      if (counts) metrics.stored(counts(result, ...args));
      return { [answer.key]: result };
    },
  });
}
