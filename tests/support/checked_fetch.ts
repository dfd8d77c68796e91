import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

type Schema = { [key: string]: unknown };
/** The part of an OpenAPI document that is looked at. */
export interface OpenApi {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: Schema }> }> }>
  >;
  components: { schemas: Record<string, Schema> };
}

/** Types of which lines are checked one by one. */
const BY_LINES = ["application/x-ndjson", "text/event-stream"];

/** Lines of a stream that are checked, and the largest JSON that is. */
const LINES = 20, LARGEST = 500_000;

/** What was answered, as "get /api/file 200". */
export const seen = new Set<string>();

let document: OpenApi | undefined;
const validators = new Map<string, ValidateFunction>();
let ajv: Ajv2020;

function validatorOf(key: string, schema: Schema): ValidateFunction {
  let validator = validators.get(key);
  if (!validator) validators.set(key, validator = ajv.compile(atRoot(schema)));
  return validator;
}

/** References as the validator knows them. */
function atRoot<T extends Schema>(schema: T): T {
  return JSON.parse(JSON.stringify(schema).replaceAll("#/components/schemas/", "service#/$defs/"));
}

/** The service's description of itself, which all answers are checked by. */
export async function descriptionOf(url: string): Promise<OpenApi> {
  if (document) return document;
  const response = await unchecked(`${url}/openapi.json`);
  document = await response.json() as OpenApi;
  ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ $id: "service", $defs: atRoot(document.components.schemas) });
  return document;
}

const unchecked = globalThis.fetch;
const checkedOrigins = new Set<string>();

/** Checks from now on what a service answers to anybody in this process. */
export function checkService(url: string): void {
  checkedOrigins.add(url);
  globalThis.fetch = (input, init) =>
    (input instanceof URL && checkedOrigins.has(input.origin) ? checkedFetch : unchecked)(input as URL, init);
}

/** As `fetch`, for a service's API; fails when the answer is not as its description says. */
export async function checkedFetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
  const { origin, pathname } = new URL(url), method = (init.method ?? "GET").toLowerCase();
  const { paths } = await descriptionOf(origin), response = await unchecked(url, init);
  const operation = paths[pathname]?.[method];
  if (!operation) {
    assert.ok([404, 405, 403, 401, 429].includes(response.status), `${method} ${pathname}: ${response.status}`);
    return response;
  }
  const name = `${method} ${pathname} ${response.status}`, described = operation.responses[response.status];
  assert.ok(described, `${name} is not described`);
  seen.add(name);
  const type = response.headers.get("Content-Type")!.split(";")[0], schema = described.content?.[type]?.schema;
  assert.ok(schema, `${name}: ${type} is not described`);
  return checkedResponse(response, type, name, validatorOf(name, schema));
}

function checkedResponse(response: Response, type: string, name: string, validate: ValidateFunction): Response {
  const check = (value: unknown) =>
    assert.ok(
      validate(value),
      `${name}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(value)?.slice(0, 500)}`,
    );
  const decoder = new TextDecoder();
  let text = "", lines = 0;
  const checkLines = () => {
    const whole = text.split("\n"), rest = whole.pop()!;
    for (const line of whole) {
      const json = type === "text/event-stream" ? /^data: (.*)/.exec(line)?.[1] : line;
      if (json && lines++ < LINES) check(JSON.parse(json));
    }
    text = lines < LINES ? rest : "";
  };
  const checking = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      if (lines < LINES && text.length < LARGEST) text += decoder.decode(piece, { stream: true });
      if (BY_LINES.includes(type)) checkLines();
      controller.enqueue(piece);
    },
    flush() {
      if (text.length >= LARGEST) return;
      if (type === "application/json") check(JSON.parse(text));
      if (type !== "application/json" && !BY_LINES.includes(type)) check(text);
    },
  });
  const { status, headers } = response;
  return new Response(response.body!.pipeThrough(checking), { status, headers });
}
