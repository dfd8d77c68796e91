import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import {
  accessibilityFaults,
  browserTest,
  drop,
  importSummary,
  openPage,
  PageService,
  settled,
  type WatchedPage,
} from "./served_page.ts";

const HOLIDAY = fileURLToPath(new URL("../testdata/holiday.nzb", import.meta.url));
const UPLOADS = fileURLToPath(new URL("../testdata/uploads.ndjson", import.meta.url));

/** A PostgreSQL server that lets those wait who connect, until it refuses them at its end: so long a move goes on. */
class SlowServer {
  #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  #connections: Deno.Conn[] = [];
  #accepting = this.#accept();

  get url(): string {
    const { port } = this.#listener.addr as Deno.NetAddr;
    return `postgres://user:password@127.0.0.1:${port}/database`;
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) this.#connections.push(connection);
  }

  async end(): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    const fields = new TextEncoder().encode("SFATAL\0C28000\0Mthe server is tired\0\0");
    const error = new Uint8Array([0x45, 0, 0, 0, fields.length + 4, ...fields]); // the protocol's ErrorResponse
    for (const connection of this.#connections) {
      await connection.write(error);
      connection.close();
    }
  }
}

browserTest("every state is accessible, light and dark, wide and narrow", async (browser, data) => {
  await using service = await PageService.start(data);
  const pages: [string, WatchedPage][] = [];
  for (const scheme of ["light", "dark"] as const) {
    for (const width of [360, 1280]) {
      pages.push([`${scheme}, ${width} pixels`, await openPage(browser, service.page, { width, scheme })]);
    }
  }
  /** Brings every page into a state and looks at it there. */
  const check = async (state: string, reach: (page: Page) => Promise<unknown>) => {
    for (const [name, { page }] of pages) {
      await page.bringToFront();
      await reach(page);
      assert.deepEqual(await accessibilityFaults(page), [], `${state}: ${name}`);
    }
  };
  const go = (hash: string) => (page: Page) => page.goto(`${service.url}/${hash}`);

  await check("empty store", (page) => page.getByText("Nothing is due.").waitFor());
  await check("no file", async (page) => {
    await go("#/files")(page);
    await page.getByText("No file is stored yet.").waitFor();
  });
  await check("nothing pending", async (page) => {
    await go("#/pending")(page);
    await page.getByText("Nothing is pending").waitFor();
  });
  await check("import", async (page) => {
    await go("#/")(page);
    await drop(page, [HOLIDAY, UPLOADS, fileURLToPath(import.meta.url)]);
    await importSummary(page);
    await page.getByText("unknown kind of file").waitFor();
  });
  await check("full store", async (page) => {
    await page.reload();
    await page.locator("#numbers", { hasText: "Bytes a segment" }).waitFor();
    for (const summary of await page.locator("summary:visible").all()) await summary.click();
  });
  await check("search", async (page) => {
    await go("#/files?q=part")(page);
    await settled(page);
    assert.ok(await page.locator("#search-results a").count() > 0);
  });
  await check("nothing found", async (page) => {
    await page.getByRole("searchbox").fill("nosuchword");
    await page.getByText("Nothing found.").waitFor();
  });
  await check("file", async (page) => {
    await go(`#/file?${new URLSearchParams({ id: "6f0c1f7e-55b0-4a63-9d1c-0a4f6f0d2b11" })}`)(page);
    await page.locator(".segments tbody tr").first().waitFor();
  });
  await check("no such file", async (page) => {
    await go("#/file?id=none")(page);
    await page.getByText("There is no file none").waitFor();
  });
  await check("pending", async (page) => {
    await go("#/pending")(page);
    await page.locator(".pieces li").first().waitFor();
  });
  await check("settings", async (page) => {
    await go("#/settings")(page);
    await page.getByRole("group", { name: "One SQLite file" }).getByLabel("Segments").fill("-1");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("A whole number").waitFor();
  });

  const slow = new SlowServer();
  await check("dialog", async (page) => {
    await go("#/")(page);
    await page.getByRole("button", { name: "Move the store…" }).click();
    await page.getByLabel("PostgreSQL", { exact: true }).check();
    await page.getByLabel("One that I have already").check();
    await page.getByLabel("Address").fill(slow.url);
  });
  const [[, { page: first }]] = pages;
  await first.getByRole("button", { name: "Move now" }).click();
  await check("move on its way", async (page) => {
    if (page !== first) await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("progressbar").waitFor();
    assert.equal(await page.locator("#move-actions button").count(), 0);
  });
  await check("move seen from elsewhere", async (page) => {
    await go("#/files")(page);
    await page.getByRole("link", { name: "The store moves." }).waitFor();
  });
  await slow.end();
  await check("move that failed", async (page) => {
    await go("#/")(page);
    await page.locator("#move-failure", { hasText: "the server is tired" }).waitFor();
  });
  await check("read-only", async (page) => {
    await page.evaluate("sessionStorage.clear()");
    await page.reload();
    await page.getByText("Read-only.").waitFor();
  });
  for (const [name, { wrong }] of pages) {
    assert.deepEqual(wrong.filter((text) => !/404/.test(text)), [], name); // the file that is not there
  }
});
