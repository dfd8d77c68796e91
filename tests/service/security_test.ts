import assert from "node:assert/strict";
import { chmodSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { lastingToken } from "../../src/service/service_file.ts";
import { postedRecord } from "../support/records_of.ts";
import { rawRequest, statusOf } from "../support/raw_http.ts";
import { inTempFolder } from "../support/temp_folder.ts";
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
    const { port } = new URL(test.service.url), Authorization = `Bearer ${test.service.token}`;
    const { Cookie } = await pageCookie(test);
    for (const good of [`127.0.0.1:${port}`, `localhost:${port}`]) {
      assert.equal(statusOf(await ask(test, "GET", "/api/totals", { Host: good, Authorization })), 200, good);
    }
    const bad = [
      ...["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.1:${Number(port) + 1}`, `0.0.0.0:${port}`],
      ...[`127.0.0.1:${port}.evil.example`, `localhost.evil.example:${port}`, `[::1]:${port}`, ""],
    ];
    for (const name of bad) {
      for (const path of ["/api/totals", "/metrics", "/healthz", "/", "/openapi.json"]) {
        const answer = await ask(test, "GET", path, { Host: name, Authorization, Cookie });
        assert.ok([400, 403].includes(statusOf(answer)), `${name}: ${answer}`);
        assert.doesNotMatch(answer, /"files"|usync_files/);
      }
    }
    const headers = { Host: "evil.example", Authorization };
    const absolute = await ask(test, "GET", `http://127.0.0.1:${port}/api/totals`, headers);
    assert.ok([400, 403].includes(statusOf(absolute)), absolute);
  }));

Deno.test("other origins can neither read nor write, token or not", () =>
  inService(async (test) => {
    const { service } = test, own = host(service.url), Authorization = `Bearer ${service.token}`;
    const rights = [{ Authorization }, await pageCookie(test)];
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
    for (const [headers, right] of foreign.flatMap((headers) => rights.map((right) => [headers, right]))) {
      for (
        const [method, path] of [["GET", "/api/totals"], ["DELETE", "/api/file?file_id=a"], ["OPTIONS", "/api/file"]]
      ) {
        const answer = await ask(test, method, path, { Host: own, ...right, ...headers });
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
      assert.equal(statusOf(await ask(test, "GET", "/api/totals", { Host: own, Authorization, ...headers })), 200);
    }
    // A link leads to the page, but to nothing else.
    const link = {
      Host: own,
      "Sec-Fetch-Site": "cross-site",
      "Sec-Fetch-Mode": "navigate",
      "Sec-Fetch-Dest": "document",
    };
    assert.notEqual(statusOf(await ask(test, "GET", "/", link)), 403);
    assert.equal(statusOf(await ask(test, "GET", "/api/totals", { ...link, Authorization })), 403);
  }));

/** What the page's browser sends after it has shown the token. */
async function pageCookie({ service }: TestService): Promise<{ Cookie: string }> {
  const headers = { Authorization: `Bearer ${service.token}` };
  const response = await fetch(`${service.url}/api/access`, { method: "POST", headers });
  await response.body!.cancel();
  const cookie = response.headers.get("Set-Cookie")!;
  assert.match(cookie, /^usync-db-[0-9a-f]{12}=[0-9a-f]{64}; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Strict$/);
  assert.ok(!cookie.includes(service.token));
  return { Cookie: cookie.split(";")[0] };
}

Deno.test("the page's cookie reads, and changes what its own page asks for", () =>
  inService(async (test) => {
    const Host = host(test.service.url), { Cookie } = await pageCookie(test), Origin = `http://${Host}`;
    const statuses = async (method: string, path: string, headers: Record<string, string>) =>
      statusOf(await ask(test, method, path, { Host, "Content-Length": "0", ...headers }));
    assert.equal(await statuses("GET", "/api/totals", { Cookie }), 200);
    assert.equal(await statuses("GET", "/api/totals", { Cookie: `a=b; ${Cookie}; c=d` }), 200);
    assert.equal(await statuses("DELETE", "/api/file?file_id=a", { Cookie, Origin }), 200);
    assert.equal(await statuses("DELETE", "/api/file?file_id=a", { Cookie }), 401); // nobody knows from where
    assert.equal(await statuses("DELETE", "/api/file?file_id=a", { Cookie, "Sec-Fetch-Site": "same-origin" }), 401);
    for (const bad of [Cookie.slice(0, -1), `${Cookie}0`, Cookie.replace("usync-db-", "usync-db-0"), `x${Cookie}`]) {
      assert.equal(await statuses("GET", "/api/totals", { Cookie: bad }), 401, bad);
    }
    assert.equal(await statuses("GET", "/api/totals", { Cookie, Authorization: "Bearer wrong" }), 401);
  }));

Deno.test("metrics need the token unless a setting opens them", () =>
  inService(async ({ ask, session }) => {
    const statusOf = async (path: string, method = "GET") => {
      const response = await ask(path, { method, headers: { Authorization: "" } });
      await response.body!.cancel();
      return response.status;
    };
    assert.equal(await statusOf("/metrics"), 401);
    await session.changeSetting("service.open-metrics", 1);
    assert.equal(await statusOf("/metrics"), 200);
    assert.deepEqual([await statusOf("/metrics", "POST"), await statusOf("/api/totals")], [401, 401]);
    await session.changeSetting("service.open-metrics", 0);
    assert.equal(await statusOf("/metrics"), 401);
  }));

Deno.test({
  name: "another account of the machine can read neither the token nor the service's file",
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0, // who else could become somebody else?
  fn: () =>
    inService(async ({ data, service }) => {
      chmodSync(dirname(data), 0o755);
      chmodSync(data, 0o755);
      for (const name of ["service.token", "service.json"]) {
        const read = (uid: number) =>
          new Deno.Command("/bin/cat", { args: [join(data, name)], uid, gid: uid }).output();
        const [own, other] = [await read(0), await read(65534)];
        assert.ok(new TextDecoder().decode(own.stdout).includes(service.token));
        assert.deepEqual([other.code, other.stdout.length], [1, 0]);
        assert.match(new TextDecoder().decode(other.stderr), /Permission denied/);
      }
    }),
});

Deno.test("a token that others could read is replaced, else it lasts", () =>
  inTempFolder(async (data) => {
    const tell = () => {}, file = join(data, "service.token");
    const first = await lastingToken(data, tell);
    assert.equal(await lastingToken(data, tell), first);
    writeFileSync(file, "short\n");
    const second = await lastingToken(data, tell);
    assert.match(second, /^[\w-]{32}$/);
    if (Deno.build.os === "windows") return;
    chmodSync(file, 0o644);
    const third = await lastingToken(data, tell);
    assert.notEqual(third, second);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  }));

Deno.test("all but the page, /healthz and /openapi.json needs the token, and it alone", () =>
  inService(async ({ ask, service, session }) => {
    await session.putFile(postedRecord("kept", 2));
    const { paths } = await (await ask("/openapi.json", { headers: { Authorization: "" } })).json();
    const changes = Object.entries(paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [method.toUpperCase(), path])
    ).filter(([, path]) => !["/healthz", "/openapi.json"].includes(path));
    assert.ok(changes.length >= 28);
    for (const path of ["/", "/assets/app.js", "/healthz"]) {
      const response = await fetch(service.url + path);
      assert.equal(response.status, 200, path);
      assert.ok(!(await response.text()).includes(service.token));
    }
    assert.equal((await ask("/api/nothing", { headers: { Authorization: "" } })).status, 401);
    const { token } = service;
    const wrong = ["", "Bearer", "Bearer ", `Bearer ${token}x`, `Bearer ${token.slice(1)}`, `Basic ${token}`, token];
    for (const [i, [method, path]] of changes.entries()) {
      if (i % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 500)); // so many refusals are told why
      const Authorization = wrong[changes.findIndex((change) => change[1] === path) % wrong.length];
      const response = await ask(`${path}?file_id=kept`, { method, headers: { Authorization } });
      assert.equal(response.status, 401, `${method} ${path}`);
      assert.match((await response.json()).hint, /service\.json/);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
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
