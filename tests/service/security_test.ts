import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { postedRecord, recordOf } from "../support/records_of.ts";
import { rawRequest, statusOf } from "../support/raw_http.ts";
import { testFolder } from "../postgres_server/test_folder.ts";
import { inService, type TestService } from "../support/test_service.ts";

const host = (url: string) => new URL(url).host;

/** Sends a request with just these headers. */
function ask({ service }: TestService, method: string, path: string, headers: Record<string, string>): Promise<string> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return rawRequest(service.url, `${method} ${path} HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`);
}

Deno.test("only this machine can connect", () =>
  inService(async ({ service }) => {
    const port = Number(new URL(service.url).port);
    const others = Deno.networkInterfaces().filter(({ family, address }) =>
      family === "IPv4" && address !== "127.0.0.1"
    );
    for (const { address } of others) {
      await assert.rejects(Deno.connect({ hostname: address, port }), Deno.errors.ConnectionRefused, address);
    }
  }));

Deno.test("a foreign Host is refused, so that no name can be made to point here", () =>
  inService(async (test) => {
    const { port } = new URL(test.service.url);
    for (const good of [`127.0.0.1:${port}`, `localhost:${port}`]) {
      assert.equal(statusOf(await ask(test, "GET", "/api/totals", { Host: good })), 200, good);
    }
    const bad = [
      ...["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.1:${Number(port) + 1}`, `0.0.0.0:${port}`],
      ...[`127.0.0.1:${port}.evil.example`, `localhost.evil.example:${port}`, `[::1]:${port}`, ""],
    ];
    for (const name of bad) {
      for (const path of ["/api/totals", "/metrics", "/healthz", "/", "/openapi.json"]) {
        const answer = await ask(test, "GET", path, { Host: name });
        assert.ok([400, 403].includes(statusOf(answer)), `${name}: ${answer}`);
        assert.doesNotMatch(answer, /"files"|usync_files/);
      }
    }
    const absolute = await ask(test, "GET", `http://127.0.0.1:${port}/api/totals`, { Host: "evil.example" });
    assert.ok([400, 403].includes(statusOf(absolute)), absolute);
  }));

Deno.test("other origins can neither read nor write, token or not", () =>
  inService(async (test) => {
    const { service } = test, own = host(service.url), Authorization = `Bearer ${service.token}`;
    const foreign: Record<string, string>[] = [
      { Origin: "http://evil.example" },
      { Origin: "null" },
      { Origin: `https://${own}` },
      { Origin: `http://127.0.0.1:1` },
      { Origin: `http://${own}.evil.example` },
      { "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" },
      { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe" },
    ];
    for (const headers of foreign) {
      for (
        const [method, path] of [["GET", "/api/totals"], ["DELETE", "/api/file?file_id=a"], ["OPTIONS", "/api/file"]]
      ) {
        const answer = await ask(test, method, path, { Host: own, Authorization, ...headers });
        assert.equal(statusOf(answer), 403, `${JSON.stringify(headers)}: ${answer}`);
        assert.doesNotMatch(answer, /access-control/i);
      }
    }
    const ours: Record<string, string>[] = [
      { Origin: `http://${own}` },
      { "Sec-Fetch-Site": "same-origin" },
      { "Sec-Fetch-Site": "none" },
    ];
    for (const headers of ours) {
      assert.equal(statusOf(await ask(test, "GET", "/api/totals", { Host: own, ...headers })), 200);
    }
    // A link leads to the page, but to nothing else.
    const link = {
      Host: own,
      "Sec-Fetch-Site": "cross-site",
      "Sec-Fetch-Mode": "navigate",
      "Sec-Fetch-Dest": "document",
    };
    assert.notEqual(statusOf(await ask(test, "GET", "/", link)), 403);
    assert.equal(statusOf(await ask(test, "GET", "/api/totals", link)), 403);
  }));

Deno.test("every change needs the token, and it alone", () =>
  inService(async ({ ask, service, session }) => {
    await session.putFile(postedRecord("kept", 2));
    const { paths } = await (await ask("/openapi.json")).json();
    const changes = Object.entries(paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).filter((method) => method !== "get").map((method) => [method.toUpperCase(), path])
    );
    assert.ok(changes.length >= 11);
    const { token } = service;
    const wrong = ["", "Bearer", "Bearer ", `Bearer ${token}x`, `Bearer ${token.slice(1)}`, `Basic ${token}`, token];
    for (const [method, path] of changes) {
      const Authorization = wrong[changes.findIndex((change) => change[1] === path) % wrong.length];
      const response = await ask(`${path}?file_id=kept`, { method, headers: { Authorization } });
      assert.equal(response.status, 401, `${method} ${path}`);
      assert.match((await response.json()).hint, /service\.json/);
    }
    for (const Authorization of wrong) {
      const response = await ask("/api/file?file_id=kept", { method: "DELETE", headers: { Authorization } });
      assert.equal(response.status, 401, Authorization);
      await response.body!.cancel();
    }
    assert.ok(await session.file("kept"));
  }));

Deno.test("whoever tries tokens is soon told nothing any more", () =>
  inService(async ({ ask }) => {
    const statuses = await Promise.all(Array.from({ length: 200 }, async (_, i) => {
      const response = await ask("/api/ready", { method: "POST", headers: { Authorization: `Bearer ${i}` } });
      await response.body!.cancel();
      return response.status;
    }));
    assert.ok(statuses.includes(429), `${statuses}`);
    assert.equal((await ask("/api/ready", { method: "POST" })).status, 200);
  }));

Deno.test("every answer has the headers that keep a browser safe", () =>
  inService(async (test) => {
    for (const path of ["/", "/api/totals", "/api/nothing", "/api/files?limit=0", "/metrics", "/api/records"]) {
      const answer = await ask(test, "GET", path, { Host: host(test.service.url) });
      assert.match(answer, /^content-security-policy: default-src 'none'; script-src 'self'/im, path);
      for (
        const header of ["x-content-type-options: nosniff", "x-frame-options: DENY", "referrer-policy: no-referrer"]
      ) {
        assert.ok(answer.toLowerCase().includes(header.toLowerCase()), `${path}: ${header}`);
      }
      assert.doesNotMatch(answer, /access-control-allow/i);
    }
  }));

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

Deno.test({
  name: "a page from elsewhere in a real browser reads and changes nothing" + (CHROMIUM ? "" : " (no Chromium here)"),
  ignore: CHROMIUM === undefined,
  fn: () =>
    inService(async ({ service, session }) => {
      await using folder = await testFolder(); // the browser's processes write for a moment after it has ended
      await session.putFile(recordOf("secret"));
      const page = evilPage(service.url, service.token);
      const reports: string[] = [];
      let tell = () => {};
      const told = new Promise<void>((resolve) => tell = resolve);
      await using elsewhere = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
        if (request.method === "POST") {
          reports.push(await request.text());
          tell();
          return new Response();
        }
        return new Response(page, { headers: { "Content-Type": "text/html" } });
      });
      const args = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${folder.path}`];
      // A name that does not belong to the service's origin.
      const url = `http://elsewhere.localhost:${elsewhere.addr.port}/`;
      const browser = new Deno.Command(CHROMIUM!, { args: [...args, url], stdout: "null", stderr: "null" }).spawn();
      await told;
      browser.kill("SIGTERM");
      await browser.status;
      const results = JSON.parse(reports[0]) as Record<string, string>;
      assert.deepEqual(Object.keys(results), [
        "read",
        "blind read",
        "write",
        "simple write",
        "frame",
        "script",
        "image",
      ]);
      for (const [name, result] of Object.entries(results)) assert.match(result, /^refused/, `${name}: ${result}`);
      assert.deepEqual((await session.files()).map(({ file_id }) => file_id), ["secret"]);
    }),
});

/** A page that tries what a page can, and reports what came of it. The token is given to it: it must not help. */
function evilPage(url: string, token: string): string {
  return `<!doctype html><script type="module">
    const url = ${JSON.stringify(url)}, headers = { Authorization: "Bearer ${token}" }, results = {};
    const attempt = async (name, run) => {
      try { results[name] = await run(); } catch (error) { results[name] = "refused: " + error; }
    };
    const body = JSON.stringify({ file_id: "evil", path: "", name: "", size: 1 });
    await attempt("read", async () => (await fetch(url + "/api/files")).text());
    await attempt("blind read", async () => {
      const response = await fetch(url + "/api/files", { mode: "no-cors" });
      return response.type === "opaque" ? "refused: opaque" : response.text();
    });
    await attempt("write", async () => (await fetch(url + "/api/file", { method: "PUT", body, headers })).text());
    await attempt("simple write", async () => {
      await fetch(url + "/api/records", { method: "POST", mode: "no-cors", body });
      return "refused: unless it is there";
    });
    await attempt("frame", () => new Promise((resolve) => {
      const frame = document.createElement("iframe");
      frame.onload = () => {
        try { resolve(frame.contentDocument ? "refused: empty" : "refused: not readable"); } catch { resolve("refused"); }
      };
      frame.src = url + "/api/files";
      document.body.append(frame);
    }));
    for (const [name, tag] of [["script", "script"], ["image", "img"]]) {
      await attempt(name, () => new Promise((resolve) => {
        const element = document.createElement(tag);
        element.onload = () => resolve("loaded");
        element.onerror = () => resolve("refused");
        element.src = url + "/api/files";
        document.body.append(element);
      }));
    }
    await fetch("/report", { method: "POST", body: JSON.stringify(results) });
  </script><body></body>`;
}
