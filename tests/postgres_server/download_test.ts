import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import path from "node:path";
import { UsyncError } from "../../src/domain/errors.ts";
import { download, type DownloadRequest } from "../../src/postgres_server/download.ts";
import { testFolder } from "./test_folder.ts";
import { type RawRequest, type RawResponse, serveFile, TestServer } from "./test_server.ts";

const FILE = new Uint8Array(randomBytes(3_000_000));
const SHA256 = createHash("sha256").update(FILE).digest("hex");

function request(server: TestServer, folder: string, more: Partial<DownloadRequest> = {}): DownloadRequest {
  return { url: server.url, sha256: SHA256, folder, pauseMs: 1, stallMs: 2000, ...more };
}

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name)).sort();
}

/** Downloads from a server and checks that the file is right and alone. */
async function downloads(respond: (request: RawRequest, index: number) => RawResponse): Promise<RawRequest[]> {
  await using folder = await testFolder();
  await using server = new TestServer(respond);
  const file = await download(request(server, folder.path));
  assert.deepEqual(await Deno.readFile(file), FILE);
  assert.deepEqual(await names(folder.path), [SHA256]);
  return server.requests;
}

Deno.test("a whole file comes in one request, and a second download asks for nothing", async () => {
  await using folder = await testFolder();
  await using server = new TestServer((asked) => serveFile(FILE, asked));
  const seen: number[] = [];
  const report = { message() {}, progress: (_: string, done: number) => void seen.push(done) };
  const file = await download(request(server, folder.path, { report }));
  assert.equal(file, path.join(folder.path, SHA256));
  assert.equal(seen.at(-1), FILE.length);
  assert.equal(await download(request(server, folder.path)), file);
  assert.equal(server.requests.length, 1);
});

Deno.test("a download broken at 20 places resumes each time and ends byte-identical", async () => {
  const cuts = Array.from({ length: 20 }, (_, i) => Math.floor((i + Math.random()) * FILE.length / 21));
  const asked = await downloads((request, index) => {
    const response = serveFile(FILE, request);
    return index < 20 ? { ...response, breakAfter: cuts[index] - (request.from ?? 0) } : response;
  });
  assert.equal(asked.length, 21);
  assert.deepEqual(asked.slice(1).map(({ from }) => from), cuts);
});

Deno.test("a server that ignores ranges is read from the start", async () => {
  const asked = await downloads((request, index) => ({
    ...serveFile(FILE, { ...request, from: undefined }),
    breakAfter: index === 0 ? 1_000_000 : undefined,
  }));
  assert.equal(asked[1].from, 1_000_000);
});

Deno.test("a file that changed on the server meanwhile is read from the start", async () => {
  const other = new Uint8Array(randomBytes(2_000_000));
  const asked = await downloads((request, index) =>
    index === 0 ? { ...serveFile(other, request, '"old"'), breakAfter: 500_000 } : serveFile(FILE, request, '"new"')
  );
  assert.equal(asked[1].ifRange, '"old"');
});

Deno.test("a server that states more bytes than it sends is asked for the rest", async () => {
  const asked = await downloads((request, index) => {
    const response = serveFile(FILE, request);
    return index === 0 ? { ...response, body: FILE.subarray(0, 1_234_567) } : response;
  });
  assert.equal(asked[1].from, 1_234_567);
});

Deno.test("500, 503 and 429 are tried again", async () => {
  const status = ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests"];
  const asked = await downloads((request, index) =>
    status[index] ? { status: status[index] } : serveFile(FILE, request)
  );
  assert.equal(asked.length, 4);
});

Deno.test("416 for a complete part finishes it, for another one starts anew", async () => {
  await using folder = await testFolder();
  await using server = new TestServer((asked) => serveFile(FILE, asked));
  const part = path.join(folder.path, `${SHA256}.part`);
  const note = JSON.stringify({ url: server.url, validator: '"1"' });
  for (const bytes of [FILE, new Uint8Array(FILE.length + 5)]) {
    await Deno.writeFile(part, bytes);
    await Deno.writeTextFile(`${part}.json`, note);
    const file = await download(request(server, folder.path));
    assert.deepEqual(await Deno.readFile(file), FILE);
    await Deno.remove(file);
  }
  assert.deepEqual(server.requests.map(({ from }) => from), [FILE.length, FILE.length + 5, undefined]);
});

Deno.test("a part answered with other bytes than asked for is thrown away", async () => {
  const asked = await downloads((request, index) => {
    if (index === 0) return { ...serveFile(FILE, request), breakAfter: 700_000 };
    return serveFile(FILE, index === 1 ? { ...request, from: 5 } : request);
  });
  assert.deepEqual(asked.map(({ from }) => from), [undefined, 700_000, undefined]);
});

Deno.test("a server that falls silent is dropped and asked again", async () => {
  const asked = await downloads((request, index) => ({
    ...serveFile(FILE, request),
    ...(index === 0 ? { breakAfter: 900_000, hang: true } : {}),
  }));
  assert.equal(asked[1].from, 900_000);
});

Deno.test("wrong bytes leave nothing behind", async () => {
  const wrong = FILE.slice();
  wrong[1_000_000] ^= 1;
  await using folder = await testFolder();
  await using server = new TestServer((asked) => serveFile(wrong, asked));
  await assert.rejects(download(request(server, folder.path)), (error: UsyncError) => {
    assert.match(error.message, /SHA-256/);
    assert.match(error.message, new RegExp(SHA256));
    return error instanceof UsyncError;
  });
  await assert.rejects(Deno.stat(folder.path), Deno.errors.NotFound);
});

Deno.test("404 is not tried again", async () => {
  await using folder = await testFolder();
  await using server = new TestServer(() => ({ status: "404 Not Found" }));
  await assert.rejects(download(request(server, folder.path)), /the server answered 404 Not Found/);
  assert.equal(server.requests.length, 1);
});

Deno.test("a server that never brings a byte is given up, with the part kept", async () => {
  await using folder = await testFolder();
  await using server = new TestServer((asked, index) =>
    index === 0 ? { ...serveFile(FILE, asked), breakAfter: 100_000 } : { status: "500 Internal Server Error" }
  );
  await assert.rejects(download(request(server, folder.path, { attempts: 3 })), /Cannot download .*500/);
  assert.equal(server.requests.length, 3);
  assert.deepEqual(await names(folder.path), [`${SHA256}.part`, `${SHA256}.part.json`]);
});

Deno.test("nobody at the other end is an error that names the address", async () => {
  await using folder = await testFolder();
  const server = new TestServer(() => ({ status: "200 OK" }));
  const { url } = server;
  await server[Symbol.asyncDispose]();
  const asked = { url, sha256: SHA256, folder: folder.path, pauseMs: 1, attempts: 2 };
  await assert.rejects(download(asked), new RegExp(`Cannot download ${url}`));
});

Deno.test("more bytes than are allowed are not taken", async () => {
  await using folder = await testFolder();
  await using server = new TestServer(() => ({ status: "200 OK", body: FILE }));
  await assert.rejects(download(request(server, folder.path, { maxBytes: 1_000_000 })), /more than 1000000 bytes/);
  assert.ok((await Deno.stat(path.join(folder.path, `${SHA256}.part`))).size <= 1_000_000);
});

Deno.test("an abort stops at once and what came is continued", async () => {
  await using folder = await testFolder();
  await using server = new TestServer((asked, index) => ({
    ...serveFile(FILE, asked),
    pauseMs: index === 0 ? 20 : undefined,
  }));
  const stop = new AbortController();
  const report = {
    message() {},
    progress: (_: string, done: number) => void (done > 500_000 && stop.abort(new Error("stopped by the test"))),
  };
  await assert.rejects(download(request(server, folder.path, { report, signal: stop.signal })), /stopped by the test/);
  await download(request(server, folder.path));
  assert.ok(server.requests[1].from! > 500_000);
});
