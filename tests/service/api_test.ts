import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { defaultSource } from "../../src/postgres_server/mod.ts";
import { Loads } from "../../src/service/loads.ts";
import { descriptionOf, seen } from "../support/checked_fetch.ts";
import { writeUsenetSyncDatabase } from "../../tasks/generator/usenetsync_database.ts";
import { postedRecord, recordOf } from "../support/records_of.ts";
import { ndjson, put, testPageOperations } from "./page_operations.ts";
import { inService } from "../support/test_service.ts";

const sample = (name: string) => readFileSync(new URL(`../testdata/${name}`, import.meta.url));
const lines = (text: string) => text.trimEnd().split("\n").map((line) => JSON.parse(line));

Deno.test("the description of the service is valid OpenAPI", () =>
  inService(async ({ service }) => {
    const document = await descriptionOf(service.url);
    const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    assert.ok(valid, JSON.stringify(errors));
  }));

Deno.test("files are put, read, changed and deleted", () =>
  inService(async ({ json }) => {
    const record = postedRecord("a/b ?&#ü", 70, { name: "holiday", meta: { ["__proto__"]: 1 } }, [3]);
    const query = `file_id=${encodeURIComponent(record.file_id)}`, body = JSON.stringify(record);
    assert.deepEqual(await json("/api/file", { method: "PUT", body }), [200, { outcome: "added" }]);
    assert.deepEqual(await json("/api/file", { method: "PUT", body }), [200, { outcome: "unchanged" }]);
    assert.deepEqual(await json(`/api/record?${query}`), [200, record]);
    const { segments, ...head } = record, counts = { segment_count: 70, posted_count: 69, pending_count: 1 };
    assert.deepEqual(await json(`/api/file?${query}`), [200, { ...head, ...counts }]);
    assert.deepEqual(await json(`/api/segments?${query}`), [200, { file_id: record.file_id, segments, next: null }]);
    const updates = [{ file_id: record.file_id, index: 3, message_id: "<new@x>", status: "uploaded" }, {
      ...{ file_id: "none", index: 1 },
    }];
    assert.deepEqual(await json("/api/segments", { method: "POST", body: JSON.stringify(updates) }), [200, {
      missing: [{ file_id: "none", redundancy: 0, index: 1 }],
    }]);
    const [status, found] = await json<{ found: { segment: { index: number }; file: { name: string } }[] }>(
      "/api/find?message_id=%3Cnew@x%3E",
    );
    assert.deepEqual([status, found.found[0].segment.index, found.found[0].file.name], [200, 3, "holiday"]);
    assert.deepEqual(await json("/api/segment?message_id=%3Cnew@x%3E"), [200, found.found[0].segment]);
    assert.deepEqual(await json(`/api/file?${query}`, { method: "DELETE" }), [200, { deleted: true }]);
    assert.deepEqual(await json(`/api/file?${query}`, { method: "DELETE" }), [200, { deleted: false }]);
    for (
      const path of [
        `file?${query}`,
        `record?${query}`,
        `segments?${query}`,
        "find?message_id=new@x",
        "segment?message_id=new@x",
      ]
    ) {
      const [status, { error }] = await json<{ error: string }>(`/api/${path}`);
      assert.equal(status, 404);
      assert.match(error, /^There is no (file a\/b|segment with the Message-ID new@x)/);
    }
  }));

Deno.test("listings come in pages", () =>
  inService(async (test) => {
    const folder = { folder_id: "d", path: "p", name: "n" };
    await put(test, Array.from({ length: 25 }, (_, i) => postedRecord(`f${i % 10}${i}`, 2, { folder }, [1])));
    for (const path of ["files?folder=d&limit=10", "pending?limit=10", "search?words=f*&limit=10", "newest?limit=10"]) {
      const all: unknown[] = [];
      for (let after = "", pages = 1;; pages++) {
        const [status, page] = await test.json<{ next: string | null; [key: string]: unknown }>(`/api/${path}${after}`);
        assert.equal(status, 200);
        all.push(...(page.files ?? page.segments) as unknown[]);
        if (page.next === null) {
          assert.equal(pages, 3, path);
          break;
        }
        after = `&after=${encodeURIComponent(page.next)}`;
      }
      assert.equal(new Set(all.map((item) => JSON.stringify(item))).size, 25, path);
    }
    const body = JSON.stringify({ words: `${"no ".repeat(30_000)}f*`, limit: 3 });
    assert.deepEqual(await test.json("/api/search", { method: "POST", body }), [200, { files: [], next: null }]);
  }));

Deno.test("records stream in and out", () =>
  inService(async ({ ask, json }) => {
    const records = Array.from({ length: 300 }, (_, i) => postedRecord(`f${String(i).padStart(3, "0")}`, 90));
    const body = ndjson(records.toReversed());
    assert.deepEqual(await json("/api/records", { method: "POST", body }), [200, {
      ...{ added: 300, replaced: 0, unchanged: 0, segments: 27_000 },
    }]);
    assert.deepEqual(lines(await (await ask("/api/records")).text()), records);
    const [, totals] = await json("/api/totals");
    assert.equal(totals.segments, 27_000);
    const verified = lines(await (await ask("/api/verify")).text());
    assert.deepEqual(verified.at(-1), { report: { files: 300, segments: 27_000, problems: [] } });
    const [status, sizes] = await json("/api/optimize", { method: "POST" });
    assert.ok(status === 200 && sizes.database_bytes_after);
  }));

Deno.test("of an upload with a line that is no record, all that is asked to be whole is left out", () =>
  inService(async ({ json }) => {
    const body = ndjson([recordOf("a"), recordOf("b")]) + '\n{"file_id": "c"}\n' + ndjson([recordOf("d")]);
    for (const query of ["?all_or_nothing=1", "?all_or_nothing=1&defer=1", ""]) {
      const [status, failure] = await json(`/api/records${query}`, { method: "POST", body });
      assert.deepEqual([status, failure], [400, { error: "line 4: path: missing", hint: null, line: 4 }]);
      if (query) assert.equal((await json("/api/totals"))[1].files, 0);
    }
    assert.ok((await json("/api/totals"))[1].files as number <= 2);
  }));

Deno.test("deferred uploads are ready to query when that is asked for", () =>
  inService(async ({ json, session }) => {
    for (const id of ["a", "b"]) {
      const body = ndjson([postedRecord(id, 3)]);
      const [, counts] = await json("/api/records?defer=1", { method: "POST", body });
      assert.deepEqual(counts, { added: 1, replaced: 0, unchanged: 0, segments: 3 });
    }
    const empty = { added: 0, replaced: 0, unchanged: 0, segments: 0 };
    assert.deepEqual(await json("/api/batches", { method: "POST", body: new Uint8Array(80) }), [200, empty]);
    assert.deepEqual(await json("/api/ready", { method: "POST" }), [200, {}]);
    assert.equal((await session.findMessageId("2.b@test"))?.file_id, "b");
  }));

Deno.test("the end of a service writes nothing when all is ready, so that going back stays possible", () =>
  inService(async ({ session, service, json }) => {
    await json("/api/records?defer=1", { method: "POST", body: ndjson([postedRecord("f", 3)]) });
    await json("/api/ready", { method: "POST" });
    await session.migrate({ shards: 3 });
    await service.close();
    assert.deepEqual(await session.migrateBack(), { tier: "sqlite", shards: 1 });
  }));

Deno.test("a deferred upload whose sender is gone is finished after a while", () =>
  inService(async ({ session }) => {
    const loads = new Loads(session, 200);
    await loads.run(true, (load) => load.put([postedRecord("a", 3)]));
    assert.equal(await session.findMessageId("2.a@test"), undefined);
    while (!await session.findMessageId("2.a@test")) await new Promise((resolve) => setTimeout(resolve, 20));
  }));

Deno.test("an import takes NZBs, NDJSON and databases, packed or not, and tells what is wrong with them", () =>
  inService(async ({ json, data }) => {
    const send = (name: string, body: Uint8Array<ArrayBuffer> | string) =>
      json<{ notes: { path: string; line: number; bad: boolean }[]; [key: string]: unknown }>(
        `/api/import?name=${encodeURIComponent(name)}`,
        { method: "POST", body },
      );
    const nzb = new Uint8Array(sample("holiday.nzb"));
    const [, first] = await send("été.nzb", nzb);
    assert.deepEqual([first.inputs, first.added, first.notes.filter(({ bad }) => bad)], [1, 2, []]);
    assert.equal((await send("x.NZB.gz", new Uint8Array(gzipSync(nzb))))[1].unchanged, 2);
    assert.equal((await send("x.ndjson", new Uint8Array(sample("uploads.ndjson"))))[1].added, 2);
    const [status, bad] = await send("cut off.nzb", nzb.slice(0, nzb.length / 2));
    assert.deepEqual([status, bad.added, bad.notes.length, bad.notes[0].path], [200, 0, 1, "cut off.nzb"]);
    for (const name of ["x.txt", "x.db", ""]) {
      const [status, { refused, notes: [{ bad }] }] = await send(name, "x");
      assert.deepEqual([status, refused, bad], [200, 1, true]);
    }
    assert.equal((await json("/api/totals"))[1].files, 4);
    const packed = (name: string) => new Uint8Array(sample(`../transfer/testdata/${name}`));
    for (const name of ["holiday.nzb.bz2", "holiday.nzb.xz"]) {
      assert.equal((await send(`C:\\fakepath\\${name}\0`, packed(name)))[1].unchanged, 2);
    }
    const [, zip] = await send("all.zip", packed("all.zip"));
    assert.deepEqual([zip.inputs, zip.refused, zip.unchanged, zip.notes[0].path], [3, 1, 6, "all.zip/bad.nzb"]);
    const path = join(data, "a.db");
    writeUsenetSyncDatabase(path, [
      postedRecord("of a database", 3, { folder: { folder_id: "d", path: "", name: "" } }),
    ]);
    const database = new Uint8Array(readFileSync(path));
    assert.equal((await send("a.db", database))[1].added, 1);
    assert.equal((await send("no name", new Uint8Array(gzipSync(database))))[1].unchanged, 1);
  }));

Deno.test("settings and status are told and changed, and a load that passes a limit moves the store to shards", () =>
  inService(async (test) => {
    const { json } = test;
    const limits = { "sqlite.max-segments": 10, "sharded.max-segments": 1e5 };
    const [status, settings] = await json("/api/settings", { method: "PUT", body: JSON.stringify(limits) });
    assert.equal(status, 200);
    assert.deepEqual({ ...settings, ...limits }, settings);
    assert.deepEqual(await json("/api/settings"), [200, settings]);
    for (const wrong of ['{"nonsense": 1}', '{"sqlite.max-segments": -1}', '{"sqlite.max-segments": "1"}', "[]", "{"]) {
      assert.equal((await json("/api/settings", { method: "PUT", body: wrong }))[0], 400, wrong);
    }
    await put(test, [postedRecord("f", 20)]);
    while ((await json("/api/status"))[1].tier === "sqlite") await new Promise((resolve) => setTimeout(resolve, 50));
    const [, { tier, due, segments }] = await json("/api/status");
    assert.deepEqual([tier, due, segments], ["sharded", null, 20]);
  }));

Deno.test("a migration runs as a job that tells how far it is, one at a time", () =>
  inService(async (test) => {
    const { ask, json } = test;
    await put(test, Array.from({ length: 400 }, (_, i) => postedRecord(`f${i}`, 100)));
    assert.equal((await json("/api/migration"))[1].id, 0);
    const events = (await ask("/api/migration/events")).body!.pipeThrough(new TextDecoderStream()).getReader();
    const start = (wish: object) => json("/api/migration", { method: "POST", body: JSON.stringify(wish) });
    assert.equal((await start({ tier: "none" }))[0], 400);
    const both = await Promise.all([start({ shards: 3 }), start({ shards: 4 })]);
    assert.deepEqual(both.map(([status]) => status).sort(), [202, 409]);
    assert.equal((await json("/api/migration/back", { method: "POST" }))[0], 409);
    type State = { running: boolean; step: unknown; result: { moved: boolean; files: number } | null };
    const states: State[] = [];
    for (let text = ""; states.length < 2 || states.at(-1)!.running;) {
      text += (await events.read()).value;
      const whole = text.split("\n\n");
      text = whole.pop()!;
      for (const event of whole) states.push(JSON.parse(/^event: state\ndata: (.*)$/.exec(event)![1]));
    }
    await events.cancel();
    assert.equal(states[0].running, false);
    assert.ok(states.some(({ running, step }) => running && step));
    assert.deepEqual([states.at(-1)!.result!.moved, states.at(-1)!.result!.files], [true, 400]);
    assert.deepEqual((await json("/api/migration"))[1], states.at(-1));
    assert.deepEqual(await json("/api/migration/back", { method: "POST" }), [200, { tier: "sqlite", shards: 1 }]);
    assert.equal((await json("/api/migration/back", { method: "POST" }))[0], 409);
    assert.equal((await start({ shards: 2 }))[0], 202);
    const stop = (wish: object) => json("/api/migration/stop", { method: "POST", body: JSON.stringify(wish) });
    const [code, stopped] = await stop({});
    const isDone = stopped.result !== null; // it had ended before
    assert.deepEqual([code, stopped.running, stopped.error], [200, false, null]);
    assert.deepEqual((await json("/api/status"))[1].unfinished, isDone ? null : { tier: "sharded", shards: 2 });
    assert.equal((await stop({ discard: true }))[0], 200);
    assert.equal((await json("/api/status"))[1].unfinished, null);
    if (isDone) await json("/api/migration/back", { method: "POST" });
    assert.ok(Array.isArray((await json("/api/migration/servers"))[1].ports));
    assert.equal((await start({ shards: 1 }))[0], 202);
    const finished = async () => {
      while (true) {
        const [, state] = await json<State & { error: { error: string } | null }>("/api/migration");
        if (!state.running) return state;
      }
    };
    assert.match((await finished()).error!.error, /Cannot use 1 shards/);
    await start({ tier: "sharded" });
    await finished();
    assert.deepEqual(await json("/api/migration/discard-old", { method: "POST" }), [200, { discarded: 1, left: [] }]);
    await start({});
    assert.deepEqual((await finished()).result, { moved: false });
  }));

Deno.test("what a move needs is told before it starts", () =>
  inService(async ({ data, session, json }) => {
    const { database_bytes } = await session.totals();
    const [, few] = await json<{ disk_bytes: number; free_bytes: number }>(
      "/api/migration/needs?tier=sharded&shards=2",
    );
    const [, many] = await json<{ disk_bytes: number }>("/api/migration/needs?tier=sharded&shards=20");
    assert.ok(few.disk_bytes >= database_bytes && many.disk_bytes > few.disk_bytes);
    assert.deepEqual(few, { ...few, install: null });
    assert.ok(few.free_bytes > 0);
    const why = await defaultSource(data).then(() => undefined, (error: Error) => error.message);
    const [status, answer] = await json("/api/migration/needs?tier=postgres");
    if (why === undefined) assert.ok(status === 200 && (answer.install as { from: string }).from !== "");
    else assert.deepEqual([status, answer.error], [409, why]);
    assert.equal((await json("/api/migration/needs"))[0], 400);
  }));

Deno.test("a migration that lacks its server says so before it starts", () =>
  inService(async ({ json }) => {
    assert.equal((await json("/api/migration?tier=postgres"))[1].lacks_server, true);
    assert.equal((await json("/api/migration"))[1].lacks_server, false);
    const [status, { error, hint }] = await json("/api/migration", { method: "POST", body: '{"tier": "postgres"}' });
    assert.equal(status, 409);
    assert.match(`${error}`, /PostgreSQL is not installed/);
    assert.match(`${hint}`, /"install"/);
    const install = { source: { kind: "archive", file: "/nowhere/x.zip" } };
    const body = JSON.stringify({ tier: "postgres", install });
    assert.equal((await json("/api/migration", { method: "POST", body }))[0], 202);
    let state: Record<string, unknown>;
    do [, state] = await json("/api/migration"); while (state.running);
    assert.match((state.error as { error: string }).error, /x\.zip/);
  }));

Deno.test("a backup is made and a store is repaired, with a report at the end", () =>
  inService(async (test) => {
    await put(test, [postedRecord("a", 2), postedRecord("b", 1)]);
    const body = JSON.stringify({ folder: `${test.data} backup` });
    const told = lines(await (await test.ask("/api/backup", { method: "POST", body })).text());
    const { files, segments, problems } = told.at(-1).report;
    assert.deepEqual([files, segments, problems], [2, 3, []]);
    const repaired = lines(await (await test.ask("/api/repair", { method: "POST", body: "{}" })).text());
    assert.deepEqual(repaired.at(-1).report, { found: [], put_back: [], left_behind: null, files: 2, segments: 3 });
  }));

Deno.test("wrong input is a 400 that names the place", () =>
  inService(async ({ json }) => {
    const cases: [string, RequestInit, RegExp][] = [
      ["/api/files?limit=0", {}, /^limit: /],
      ["/api/files?limit=1e9", {}, /^limit: /],
      ["/api/files?limits=1", {}, /limits/],
      ["/api/file", {}, /^file_id: /],
      ["/api/pending?after=x", {}, /^after: /],
      ["/api/search?words=a&after=x", {}, /^after: /],
      ["/api/file", { method: "PUT", body: "{}" }, /^file_id: missing/],
      ["/api/file", { method: "PUT", body: "[" }, /not JSON/],
      ["/api/file", { method: "PUT", body: new Uint8Array([0x22, 0xff, 0x22]) }, /not JSON/],
      ["/api/backup", { method: "POST", body: '{"folder": "relative"}' }, /^folder: not an absolute path/],
      ["/api/segments", { method: "POST", body: "[null]" }, /^0: /],
      ["/api/segments", { method: "POST", body: '[{"file_id": "a", "index": 4e9}]' }, /^index: /],
      ["/api/records?defer=2", { method: "POST" }, /^defer: /],
      ["/api/records", { method: "POST", body: "x" }, /^line 1: not JSON/],
    ];
    for (const [path, init, message] of cases) {
      const [status, { error }] = await json<{ error: string }>(path, init);
      assert.equal(status, 400, `${path}: ${error}`);
      assert.match(error, message, path);
    }
    assert.equal((await json("/api/nothing"))[0], 404);
    assert.equal((await json("/api/totals", { method: "POST" }))[0], 405);
  }));

Deno.test("the service tells of itself", () =>
  inService(async ({ ask, json }) => {
    assert.deepEqual(await json("/healthz"), [200, { ok: true }]);
    assert.match(await (await ask("/metrics")).text(), /^usync_files 0$/m);
    assert.equal((await json("/openapi.json"))[1].openapi, "3.1.0");
  }));

testPageOperations();

Deno.test("the token is exchanged for the page's cookie", () =>
  inService(async ({ ask }) => {
    const response = await ask("/api/access", { method: "POST" });
    assert.match(response.headers.get("Set-Cookie")!, /^usync-db-/);
    assert.deepEqual(await response.json(), {});
    assert.equal((await ask("/api/access", { method: "POST", headers: { Authorization: "Bearer x" } })).status, 401);
  }));

Deno.test("every operation was answered in these tests as it is described", () =>
  inService(async ({ service }) => {
    const { paths } = await descriptionOf(service.url);
    const successes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { responses }]) =>
        `${method} ${path} ${Object.keys(responses).find((status) => status < "300")}`
      )
    );
    assert.deepEqual(successes.filter((name) => !seen.has(name)), []);
  }));
