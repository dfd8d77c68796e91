import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { IS_THOROUGH } from "../support/effort.ts";
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

/** How a page may look; the first two have both of everything. */
const LOOKS: ["light" | "dark", number][] = [["light", 360], ["dark", 1280], ["light", 1280], ["dark", 360]];
const LOOKS_TRIED = IS_THOROUGH ? LOOKS : LOOKS.slice(0, 2);

browserTest("every state is accessible, light and dark, wide and narrow", async (browser, data) => {
  await using service = await PageService.start(data);
  const pages: [string, WatchedPage][] = [];
  for (const [scheme, width] of LOOKS_TRIED) {
    pages.push([`${scheme}, ${width} pixels`, await openPage(browser, service.page, { width, scheme })]);
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
    await page.locator(".ranges li").first().waitFor();
  });
  await check("folders", async (page) => {
    await go("#/folders")(page);
    await page.locator(".folder").first().waitFor();
  });
  await check("chosen files and a filter", async (page) => {
    await go("#/files?status=posted")(page);
    await settled(page);
    await page.getByRole("checkbox").first().check();
    await page.getByRole("button", { name: "Save NZB" }).waitFor();
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
    assert.deepEqual(await page.locator("#move-actions button").allInnerTexts(), ["Pause", "Stop…"]);
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
  await check("locked", async (page) => {
    await page.context().clearCookies();
    await page.reload();
    await page.getByText("This page needs its access token.").waitFor();
  });
  for (const [name, { wrong }] of pages) {
    assert.deepEqual(wrong.filter((text) => !/40[14]/.test(text)), [], name); // the file that is not there
  }
});

browserTest("growth and query times are drawn, and told in tables", async (browser, data) => {
  await using service = await PageService.start(data);
  const growth = Array.from({ length: 500 }, (_, i) => ({
    ...{ at: new Date(Date.UTC(2025, 0, 1, i)).toISOString(), files: i, segments: i * 1000 },
    ...{ content_bytes: i * 7.5e8, database_bytes: 1e5 + i * 9e4 },
  }));
  const latencies = {
    "lookup": { count: 123_456, p50: 0.07, p99: 0.39, longest: 8.1 },
    "search": { count: 31, p50: 0.3, p99: 2.7, longest: 61 },
    "bulk write (first)": { count: 1, p50: 2100, p99: 2100, longest: 2100 },
  };
  const warnings = [{ what: "99 of 100 queries should take less than 5 ms", why: "the disk is slow" }];
  for (const [scheme, width] of LOOKS_TRIED) {
    const { page, wrong } = await openPage(browser, service.page, { width, scheme });
    await page.route("**/api/status", async (route) => {
      const status = await (await route.fetch()).json();
      const slow_queries = [{ day: "2025-01-20", count: 2000, slow: 30, p99: 7.25 }];
      const limits = [{ limit: "segments", used: 499_000, most: 1e6 }];
      await route.fulfill({ json: { ...status, limits, growth, latencies, slow_queries, warnings } });
    });
    await page.reload();
    await page.getByText("The disk is slow.").waitFor(); // what is below moves no more
    await page.getByRole("radio", { name: "Database" }).check({ force: true });
    const chart = page.getByRole("img", { name: /^Database: 100.kB at 202\d-.*, 45\.0.MB at 2025-/ });
    await chart.waitFor();
    // The area under the line is there: half of the chart is not the colour of the ground.
    const drawn = await chart.locator("canvas").evaluate((canvas) => {
      const { width, height } = canvas as unknown as { width: number; height: number };
      // deno-lint-ignore no-explicit-any
      const { data } = (canvas as any).getContext("2d").getImageData(0, 0, width, height);
      let count = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 0) count++;
      return count / (width * height);
    });
    assert.ok(drawn > 0.3, `${drawn} of the chart is drawn`);
    await page.getByRole("radio", { name: "Per day" }).check({ force: true });
    await page.getByRole("radio", { name: "30 d" }).check({ force: true });
    await page.getByRole("img", { name: /^Database per day: [\d.]+.MB on 2024-12-31|2025-01-01, / }).waitFor();
    await page.getByRole("radio", { name: "Segments" }).check({ force: true });
    await page.getByRole("radio", { name: "Total" }).check({ force: true });
    await page.getByRole("radio", { name: "24 h" }).check({ force: true });
    await page.getByRole("img", { name: /^Segments: 475,000 at 2025-.*, 499,000 at .*; .* limit, 1,000,000$/ })
      .waitFor();
    await page.getByText("Slow queries by day").click();
    assert.match(await page.locator("#times").innerText(), /2025-01-20\s+2,000\s+30 \(1\.5.%\)\s+7\.3.ms/);
    await page.getByText("As a table").click();
    const rows = page.locator("#growth tbody tr");
    assert.equal(await rows.count(), 39);
    assert.match(await rows.first().innerText(), /499,000\s+499\s+374.GB\s+45\.0.MB$/);
    await page.getByText("Other operations").click();
    const times = await page.locator("#times .times tbody tr").allInnerTexts();
    assert.match(times[0], /^Lookup\s+0\.07.ms\s+0\.39.ms\s+8\.1.ms\s+123\.5K$/);
    assert.match(times[2], /^Bulk write \(first\)\s+2\.1.s/);
    assert.match(
      await page.getByRole("list", { name: "Warnings" }).innerText(),
      /^Slow: .* less than 5 ms\.\s+Why: the disk is slow\.$/,
    );
    assert.deepEqual(await accessibilityFaults(page), []);
    assert.deepEqual(wrong, []);
  }
});
