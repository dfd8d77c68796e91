import { z } from "zod";
import config from "../../deno.json" with { type: "json" };
import type { Route } from "./route.ts";
import { failure } from "./shapes.ts";

type Json = { [key: string]: unknown };

const JSON_TYPE = "application/json";
/** Failures that every operation may answer with. */
const FAILURES = [400, 403, 429, 500, 503];
const BODY_FAILURES = [408, 413];

/** The OpenAPI document of the operations: made of the same schemas that check their requests. */
export function openApi(routes: Route[]): Json {
  const components = new Components();
  const paths: Record<string, Json> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route, components);
  return {
    openapi: "3.1.0",
    info: {
      title: "usync-db",
      version: config.version,
      description: "The database for Usenet segments, on 127.0.0.1. What asks for it needs the token that is in " +
        "`service.json` in the data folder; the page has a cookie instead.",
    },
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  };
}

function operation(route: Route, all: Components): Json {
  const { method, path, summary, isOpen = false, query, json, raw, answer, failures = [] } = route;
  const body = raw ?? (json && { type: JSON_TYPE, schema: json });
  const statuses = [...FAILURES, ...failures, ...(body ? BODY_FAILURES : []), ...(isOpen ? [] : [401])];
  const content = (type: string, schema: Json) => ({ content: { [type]: { schema } } });
  return {
    operationId: `${method}${path.replace(/[^a-z]+(\w)/g, (_, letter) => letter.toUpperCase())}`,
    summary,
    ...(!isOpen && { security: [{ token: [] }] }),
    ...(query && { parameters: parameters(query) }),
    ...(body && { requestBody: { required: true, ...content(body.type, all.schema(body.schema, "input")) } }),
    responses: {
      [answer.status ?? 200]: {
        description: "Done.",
        ...content(answer.type ?? JSON_TYPE, all.schema(answer.schema, "output")),
      },
      ...Object.fromEntries(
        statuses.sort().map((status) => [status, {
          description: "Failed.",
          ...content(JSON_TYPE, all.schema(failure, "output")),
        }]),
      ),
    },
  };
}

function parameters(query: z.ZodType): Json[] {
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: "input", unrepresentable: "any" });
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
}

/** Schemas that have a name, which the others refer to. */
class Components {
  readonly schemas: Json = {};

  schema(schema: z.ZodType, io: "input" | "output"): Json {
    const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io });
    Object.assign(this.schemas, referring($defs));
    return referring(rest);
  }
}

function referring(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
