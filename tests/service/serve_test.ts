import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEFAULT_PORT } from "../../src/service/service.ts";
import { postedRecord } from "../support/records_of.ts";
import { runCli, runProcess, spawnCli } from "../support/run_cli.ts";
import { inDataFolder, inTempFolder } from "../support/temp_folder.ts";
import { type ServeProcess, startServe } from "../support/test_service.ts";

const WINDOWS = Deno.build.os === "windows";
const serviceFile = (data: string) => join(data, "service.json");

/** Ends a service as Ctrl+C does; where signals cannot be sent, kills it. */
async function stop(service: ServeProcess, signal: Deno.Signal = "SIGINT"): Promise<void> {
  service.child.kill(WINDOWS ? "SIGKILL" : signal);
  await service.end();
}

Deno.test("serve prints its address and keeps the token where only the user can read it", () =>
  inDataFolder(async (data) => {
    const service = await startServe(data);
    const { url, token, pid, since } = JSON.parse(readFileSync(serviceFile(data), "utf8"));
    assert.deepEqual([url, token, pid], [service.url, service.token, service.child.pid]);
    assert.ok(token.length >= 32 && Date.parse(since) <= Date.now());
    if (!WINDOWS) assert.equal(statSync(serviceFile(data)).mode & 0o777, 0o600);
    assert.deepEqual(await (await fetch(`${url}/healthz`)).json(), { ok: true });
    await stop(service);
  }));

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test({
    name: `${signal} ends the service in good order`,
    ignore: WINDOWS, // such signals cannot be sent there
    fn: () =>
      inDataFolder(async (data) => {
        const service = await startServe(data);
        const body = JSON.stringify(postedRecord("f", 3)), headers = { Authorization: `Bearer ${service.token}` };
        await (await fetch(`${service.url}/api/file`, { method: "PUT", body, headers })).text();
        const stream = await fetch(`${service.url}/api/migration/events`, { headers });
        service.child.kill(signal);
        await stream.text(); // it is told the end
        assert.deepEqual(await service.end(), { code: 0, signal: null, stderr: "" });
        assert.ok(!existsSync(serviceFile(data)));
        const { stdout } = await runCli(["--data", data, "--json", "files"]);
        assert.equal(JSON.parse(stdout).files.length, 1);
      }),
  });
}

Deno.test({
  name: "serve says how it ends",
  ignore: WINDOWS, // such signals cannot be sent there
  fn: () =>
    inDataFolder(async (data) => {
      const child = spawnCli(["--data", data, "serve", "--no-open", "--port", "0"]);
      const stderr = new Response(child.stderr).text(), stdout = child.stdout.getReader();
      await stdout.read();
      child.kill("SIGTERM");
      assert.equal((await child.status).code, 0);
      assert.equal(await stderr, "The service has ended; what was reported as stored is safe.\n");
      await stdout.cancel();
    }),
});

Deno.test("a busy port is told when it was asked for; else a free one is taken", () =>
  inTempFolder(async (folder) => {
    using busy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { code, stderr } = await runCli([
      "--data",
      join(folder, "a"),
      "serve",
      "--no-open",
      "--port",
      `${busy.addr.port}`,
    ]);
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`Cannot listen on port ${busy.addr.port}`));
    const services = [await startServe(join(folder, "a"), []), await startServe(join(folder, "b"), [])];
    const ports = services.map(({ url }) => Number(new URL(url).port));
    assert.notEqual(ports[0], ports[1]);
    if (!ports.includes(DEFAULT_PORT)) console.warn(`port ${DEFAULT_PORT} is busy here`);
    for (const service of services) await stop(service);
    assert.equal((await runProcess(["serve", "--port", "70000"], { cwd: folder })).code, 2);
  }));

Deno.test("a second service for a folder is refused with the address of the first", () =>
  inDataFolder(async (data) => {
    const service = await startServe(data);
    const { code, stderr } = await runCli(["--data", data, "serve", "--no-open"]);
    assert.equal(code, 1);
    assert.match(stderr, /Cannot serve .*: a service does so already, on /);
    assert.ok(stderr.includes(service.url) && stderr.includes(`${service.child.pid}`), stderr);
    await stop(service);
  }));

Deno.test("what a killed service has left is replaced", () =>
  inDataFolder(async (data) => {
    const first = await startServe(data);
    first.child.kill("SIGKILL");
    await first.end();
    assert.ok(existsSync(serviceFile(data)));
    for (const name of ["spill-00-00.tmp", "open.html"]) writeFileSync(join(data, name), "x");
    const { code, stderr } = await runCli(["--data", data, "--json", "status"]);
    assert.equal(code, 0, stderr);
    assert.ok(!existsSync(join(data, "spill-00-00.tmp")));
    const second = await startServe(data);
    assert.equal(JSON.parse(readFileSync(serviceFile(data), "utf8")).token, second.token);
    assert.ok(!existsSync(join(data, "open.html")));
    await stop(second);
  }));

Deno.test("a stranger on the port of a service that is gone gets nothing to see", () =>
  inDataFolder(async (data) => {
    const seen: string[] = [];
    await using stranger = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url, headers }) => {
      seen.push(new URL(url).pathname, headers.get("Authorization") ?? "");
      return Response.json({ ok: true, proof: "none" });
    });
    const service = await startServe(data);
    const file = {
      ...JSON.parse(readFileSync(serviceFile(data), "utf8")),
      url: `http://127.0.0.1:${stranger.addr.port}`,
    };
    writeFileSync(serviceFile(data), JSON.stringify(file));
    const { code, stderr } = await runCli(["--data", data, "config", "set", "sqlite.max-segments", "5"]);
    assert.equal(code, 1);
    assert.match(stderr, /is in use by another usync-db/);
    assert.deepEqual([...new Set(seen)], ["/healthz", ""]);
    await stop(service);
  }));

Deno.test({
  name: "a start from the desktop serves and opens the page, a second one just opens it",
  ignore: Deno.build.os !== "linux", // elsewhere nothing can stand in for the program that opens the browser
  fn: () =>
    inTempFolder(async (folder) => {
      const bin = join(folder, "bin"), opened = join(folder, "opened");
      mkdirSync(bin);
      const script = `#!/bin/sh\ncat "$(echo "$1" | sed 's/^file:..//; s/%20/ /g; s/%C3%BC/ü/g')" >> '${opened}'\n`;
      writeFileSync(join(bin, "xdg-open"), script);
      chmodSync(join(bin, "xdg-open"), 0o755);
      const start = () =>
        new Deno.Command(Deno.execPath(), {
          args: ["run", "-A", "--quiet", "--no-check", "--config", CONFIG, MAIN],
          cwd: folder,
          env: { DISPLAY: ":7", PATH: `${bin}${delimiter}${Deno.env.get("PATH")}` },
          ...{ stdin: "null", stdout: "null", stderr: "null" },
        }).spawn();
      const pages = () =>
        existsSync(opened) ? [...readFileSync(opened, "utf8").matchAll(/url=([^"]+)"/g)].map(([, url]) => url) : [];
      const first = start();
      while (pages().length < 1) await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal((await start().status).code, 0);
      const [page, again] = pages();
      assert.equal(page, again);
      assert.match(page, /^http:\/\/127\.0\.0\.1:\d+\/#token=.{32}$/);
      assert.equal((await fetch(new URL("/healthz", page))).status, 200);
      first.kill("SIGTERM");
      assert.equal((await first.status).code, 0);
      assert.ok(!existsSync(join(folder, "data", "open.html")));
    }),
});

Deno.test({
  name: "a browser that cannot be opened is told, and the service goes on",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inDataFolder(async (data) => {
      const child = spawnCli(["--data", data, "serve", "--port", "0"], { env: { PATH: "/nowhere" } });
      for await (const bytes of child.stderr) {
        assert.match(
          new TextDecoder().decode(bytes),
          /The browser was not opened .* http:\/\/127\.0\.0\.1:\d+\/#token=/,
        );
        break;
      }
      const { url } = JSON.parse(readFileSync(serviceFile(data), "utf8"));
      assert.equal((await fetch(`${url}/healthz`)).status, 200);
      child.kill("SIGTERM");
      assert.match(
        await new Response(child.stdout).text(),
        /^Serving .* on http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{32}\n$/,
      );
      assert.equal((await child.status).code, 0);
    }),
});

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
