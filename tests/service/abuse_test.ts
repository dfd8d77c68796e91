import assert from "node:assert/strict";
import { MOST_JSON_BYTES } from "../../src/service/body.ts";
import { MOST_CONNECTIONS, MOST_UPLOADS } from "../../src/service/limits.ts";
import { postedRecord } from "../support/records_of.ts";
import { connectTo, rawRequest, readAnswer, statusOf } from "../support/raw_http.ts";
import { inService, type TestService } from "../support/test_service.ts";

const WINDOWS = Deno.build.os === "windows";

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const encoder = new TextEncoder();

function head({ service }: TestService, method: string, path: string, headers: string[] = []): Uint8Array<ArrayBuffer> {
  const all = [`Host: ${new URL(service.url).host}`, `Authorization: Bearer ${service.token}`, ...headers];
  return encoder.encode(`${method} ${path} HTTP/1.1\r\n${all.join("\r\n")}\r\n\r\n`);
}

/** Sends without end, or so many bytes, until that is not possible any more; counts them. */
async function pour(connection: Deno.TcpConn, chunked: boolean, most: number): Promise<number> {
  const piece = new Uint8Array(2 ** 20).fill(0x61),
    framed = [encoder.encode("100000\r\n"), piece, encoder.encode("\r\n")];
  let sent = 0;
  try {
    while (sent < most) {
      for (const part of chunked ? framed : [piece]) {
        for (let at = 0; at < part.length;) at += await connection.write(part.subarray(at));
      }
      sent += piece.length;
    }
  } catch {
    // the other side has closed
  }
  return sent;
}

for (const chunked of [false, true]) {
  Deno.test(`10 GB of JSON are stopped early (${chunked ? "in chunks" : "with a length"})`, () =>
    inService(async (test) => {
      const length = chunked ? "Transfer-Encoding: chunked" : "Content-Length: 10000000000";
      for (const [method, path] of [["PUT", "/api/file"], ["POST", "/api/segments"], ["POST", "/api/migration"]]) {
        using connection = await connectTo(test.service.url);
        await connection.write(head(test, method, path, [length]));
        const [answer, sent] = await Promise.all([readAnswer(connection), pour(connection, chunked, 1e10)]);
        assert.equal(statusOf(answer), 413, answer);
        assert.ok(sent < 4 * MOST_JSON_BYTES, `${path}: ${sent} bytes were taken`);
      }
      assert.equal((await test.json("/api/totals"))[0], 200);
    }));
}

Deno.test("a line of an upload that does not end is stopped, whole or in parts", () =>
  inService(async (test) => {
    for (const path of ["/api/records", "/api/records?all_or_nothing=1"]) {
      using connection = await connectTo(test.service.url);
      await connection.write(head(test, "POST", path, ["Transfer-Encoding: chunked"]));
      await connection.write(encoder.encode("1\r\n\n\r\n"));
      const [answer, sent] = await Promise.all([readAnswer(connection), pour(connection, true, 1e10)]);
      assert.equal(statusOf(answer), 413, answer);
      assert.match(answer, /line 2: longer than 64 MB/);
      assert.ok(sent < 4 * MOST_JSON_BYTES, `${path}: ${sent} bytes were taken`);
    }
  }));

Deno.test("who is slow with headers, with a body or in reading is cut off, and meanwhile holds up nobody", () =>
  inService(async (test) => {
    const { service, session, json } = test;
    await session.putFiles(Array.from({ length: 3000 }, (_, i) => postedRecord(`f${i}`, 100)));
    const slow: [string, Promise<string>][] = [];
    const begin = async (name: string, bytes: Uint8Array, reads: boolean) => {
      const connection = await connectTo(service.url);
      await connection.write(bytes);
      const end = reads ? readAnswer(connection, 20_000) : untilClosed(connection);
      slow.push([name, end.finally(() => connection.close())]);
    };
    for (let i = 0; i < 50; i++) {
      await begin("headers", encoder.encode(i % 2 ? "" : "GET /api/totals HTTP/1.1\r\nHost: "), true);
    }
    for (let i = 0; i < MOST_UPLOADS - 1; i++) {
      const path = `/api/records${i % 2 ? "?all_or_nothing=1" : ""}`;
      await begin("body", head(test, "POST", path, ["Content-Length: 1000"]), true);
    }
    await begin("body", head(test, "PUT", "/api/file", ["Content-Length: 1000"]), true);
    for (let i = 0; i < 4; i++) await begin("answer", head(test, "GET", "/api/records"), false);
    // Everything goes on: what is quick, a write, a bulk write, a migration that needs a moment without writes.
    assert.equal((await json("/api/totals"))[0], 200);
    const body = JSON.stringify(postedRecord("new", 3));
    assert.equal((await json("/api/file", { method: "PUT", body }))[0], 200);
    assert.equal((await json("/api/records", { method: "POST", body }))[0], 200);
    assert.equal((await json("/api/migration", { method: "POST", body: '{"shards": 2}' }))[0], 202);
    while ((await json("/api/migration"))[1].running) await sleep(20);
    assert.equal((await json("/api/status"))[1].tier, "sharded");
    const statuses = await Promise.all(slow.map(async ([name, end]) => `${name} ${statusOf(await end) || "closed"}`));
    assert.deepEqual([...new Set(statuses)].sort(), ["answer closed", "body 408", "headers 408"]);
    assert.equal((await json("/api/totals"))[1].files, 3001);
  }, { patience: { headers: 4000, body: 5000, answer: 6000 } }));

/** Waits until the other side has closed a connection that nobody reads. */
async function untilClosed(connection: Deno.TcpConn): Promise<string> {
  await sleep(9000);
  const buffer = new Uint8Array(2 ** 20);
  let end: unknown;
  try {
    while (await connection.read(buffer) !== null);
  } catch (error) {
    end = error; // cut off
  }
  return `${end ?? ""}`;
}

Deno.test("uploads at the same time are bounded, and so are connections; both are free again after", () =>
  inService(async (test) => {
    const { service, json } = test;
    const uploads = await Promise.all(Array.from({ length: MOST_UPLOADS }, async () => {
      const connection = await connectTo(service.url);
      await connection.write(head(test, "POST", "/api/records", ["Content-Length: 10"]));
      return connection;
    }));
    while ((await json("/api/records", { method: "POST", body: "" }))[0] !== 429) await sleep(10);
    assert.equal((await json("/api/totals"))[0], 200);
    for (const connection of uploads) connection.close();
    while ((await json("/api/records", { method: "POST", body: "" }))[0] === 429) await sleep(10);
    const idle = await Promise.all(Array.from({ length: MOST_CONNECTIONS + 100 }, () => connectTo(service.url)));
    const refused = (await Promise.all(idle.map((connection) => readAnswer(connection, 300)))).length;
    assert.equal(refused, idle.length);
    for (const connection of idle) connection.close();
    let answer = "";
    while (statusOf(answer) !== 200) answer = await rawRequest(service.url, head(test, "GET", "/healthz"), 500);
  }));

Deno.test({
  name: `idle connections give way to new ones${WINDOWS ? " (Wine does not get a thousand answered)" : ""}`,
  ignore: WINDOWS,
  fn: () =>
    inService(async (test) => {
      const { service } = test;
      const idle = await Promise.all(Array.from({ length: MOST_CONNECTIONS }, async () => {
        const connection = await connectTo(service.url);
        await connection.write(head(test, "GET", "/healthz"));
        return connection;
      }));
      await sleep(500);
      let tries = 1;
      while (statusOf(await rawRequest(service.url, head(test, "GET", "/healthz"), 300)) !== 200) tries++;
      assert.ok(tries < 10, `${tries} tries`);
      for (const connection of idle) connection.close();
    }),
});
