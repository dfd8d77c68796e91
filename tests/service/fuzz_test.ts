import assert from "node:assert/strict";
import fc from "fast-check";
import { runs } from "../support/effort.ts";
import { postedRecord } from "../support/records_of.ts";
import { inService } from "../support/test_service.ts";

/** Odd requests; USYNC_TEST_RUNS=10000 is the full proof. */
const RUNS = runs(200, 400);

const oddTexts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "",
    "0",
    "-1",
    "1e9",
    "NaN",
    "null",
    "f",
    "f:0:0",
    "%00",
    "../..",
    "__proto__",
    "'; --",
    "x".repeat(5000),
  ),
);
const PATHS = [
  ...["/", "/healthz", "/metrics", "/openapi.json", "/api/status", "/api/settings", "/api/totals", "/api/files"],
  ...["/api/file", "/api/record", "/api/segments", "/api/find", "/api/search", "/api/pending", "/api/records"],
  ...["/api/ready", "/api/import", "/api/optimize", "/api/migration", "/api/migration/back", "/api/verify"],
  ...["/api/migration/discard-old", "/api//file", "/api/%2e%2e/file", "//", "/api/nothing"],
];
const QUERIES = [
  "file_id",
  "message_id",
  "words",
  "limit",
  "after",
  "folder",
  "name",
  "defer",
  "all_or_nothing",
  "tier",
];
const record = JSON.stringify(postedRecord("f", 2));

/** Bodies that are nearly right, and others. */
const bodies = fc.oneof(
  fc.json(),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.uint8Array({ maxLength: 200 }),
  fc.tuple(fc.nat(record.length), fc.string({ maxLength: 3 })).map(([at, text]) =>
    record.slice(0, at) + text + record.slice(at + text.length)
  ),
  fc.constantFrom(
    record,
    `[${record}]`,
    "[".repeat(50_000),
    '{"shards": 1e9}',
    '{"tier": "postgres", "url": "postgres://"}',
  ),
  fc.record({ file_id: fc.constantFrom("f", "g", 1, null), segments: fc.json().map((text) => JSON.parse(text)) }).map((
    value,
  ) => JSON.stringify(value)),
);
const requests = fc.record({
  method: fc.constantFrom("GET", "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"),
  path: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...PATHS) },
    oddTexts.map((text) => `/${encodeURIComponent(text)}`),
  ),
  query: fc.array(fc.tuple(fc.constantFrom(...QUERIES), oddTexts), { maxLength: 3 }),
  type: fc.constantFrom("application/json", "application/x-ndjson", "text/html", ""),
  body: bodies,
});

Deno.test("no request, however odd, is a 500 or breaks the service", () =>
  inService(async ({ service, json }) => {
    assert.equal((await json("/api/file", { method: "PUT", body: record }))[0], 200);
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(requests, async ({ method, path, query, type, body }) => {
        const url = `${service.url}${path}?${new URLSearchParams(query)}`;
        const headers = { Authorization: `Bearer ${service.token}`, ...(type && { "Content-Type": type }) };
        const hasBody = !["GET", "HEAD"].includes(method);
        const response = await fetch(url, {
          ...{ method, headers, body: hasBody ? body as BodyInit : undefined },
          signal: AbortSignal.timeout(60_000),
        });
        // A stream of events does not end by itself.
        if (response.headers.get("Content-Type")?.startsWith("text/event-stream")) await response.body!.cancel();
        else await response.bytes();
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
        assert.ok(response.status < 500, `${response.status} for ${method} ${url}`);
      }),
      { numRuns: RUNS },
    );
    console.log([...statuses].sort().map(([status, count]) => `${count} × ${status}`).join(", "));
    assert.ok(statuses.get(200)! > RUNS / 100 && statuses.get(400)! > RUNS / 100);
    while ((await json<{ running: boolean }>("/api/migration"))[1].running) {
      await new Promise((go) => setTimeout(go, 50));
    }
    assert.equal((await json("/api/file", { method: "PUT", body: JSON.stringify(postedRecord("after", 2)) }))[0], 200);
    assert.equal((await json("/api/file?file_id=after"))[0], 200);
  }));
