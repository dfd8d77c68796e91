import assert from "node:assert/strict";
import { Service } from "../../src/service/service.ts";
import { LocalSession } from "../../src/session/local_session.ts";
import { recordOf } from "../support/records_of.ts";
import { browserTest, openPage } from "./served_page.ts";

browserTest("a page from elsewhere reads and changes nothing, though the browser has access", async (browser, data) => {
  await using session = await LocalSession.open(data);
  const service = await Service.start(session, { port: 0 }), { port } = new URL(service.url);
  await session.putFile(recordOf("secret"));
  await using elsewhere = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(evilPage(service.url, service.token), { headers: { "Content-Type": "text/html" } }),
  );
  try {
    const { page } = await openPage(browser, `${service.url}/#token=${service.token}`);
    await page.getByRole("button", { name: "Move the store…" }).waitFor();
    // Another site; and one that is the same site to the browser, which sends cookies there.
    for (const host of ["elsewhere.localhost", "127.0.0.1"]) {
      await page.goto(`http://${host}:${elsewhere.addr.port}/`);
      await page.waitForFunction("document.body.textContent !== 'trying'");
      const results = JSON.parse(await page.innerText("body")) as Record<string, string>;
      const tried = ["read", "blind read", "write", "with cookie", "simple write", "frame", "script", "image"];
      assert.deepEqual(Object.keys(results), tried);
      for (const [name, result] of Object.entries(results)) assert.match(result, /^refused/, `${host}, ${name}`);
    }
    assert.deepEqual((await session.files()).map(({ file_id }) => file_id), ["secret"]);
    // A name of elsewhere that was made to point here (DNS rebinding).
    for (const path of ["/", "/api/files", `/#token=${service.token}`]) {
      const response = await page.goto(`http://evil.example:${port}${path}`);
      assert.equal(response?.status(), 403, path);
      assert.doesNotMatch(await page.content(), /secret/);
    }
  } finally {
    await service.close();
  }
});

/** A page that tries what a page can, and keeps what came of it. The token is given to it: it must not help. */
function evilPage(url: string, token: string): string {
  return `<!doctype html><script type="module">
    const url = ${JSON.stringify(url)}, headers = { Authorization: "Bearer ${token}" }, results = {};
    const attempt = async (name, run) => {
      try { results[name] = await run(); } catch (error) { results[name] = "refused: " + error; }
    };
    const body = JSON.stringify({ file_id: "evil", path: "", name: "", size: 1 });
    await attempt("read", async () => (await fetch(url + "/api/files")).text());
    await attempt("blind read", async () => {
      const response = await fetch(url + "/api/files", { mode: "no-cors", credentials: "include" });
      return response.type === "opaque" ? "refused: opaque" : response.text();
    });
    await attempt("write", async () => (await fetch(url + "/api/file", { method: "PUT", body, headers })).text());
    await attempt("with cookie", async () => (await fetch(url + "/api/files", { credentials: "include" })).text());
    await attempt("simple write", async () => {
      await fetch(url + "/api/records", { method: "POST", mode: "no-cors", credentials: "include", body });
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
    document.body.textContent = JSON.stringify(results);
  </script><body>trying</body>`;
}
