import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCli } from "../support/run_cli.ts";
import { browserTest, drop, importSummary, openPage, ServeProcess } from "./served_page.ts";

const HOLIDAY = fileURLToPath(new URL("../testdata/holiday.nzb", import.meta.url));
const SHARED = fileURLToPath(new URL("../../../shared/nzb/", import.meta.url));
const samples = ["malformed_files.nzb", "malformed_segments.nzb", "big_buck_bunny.nzb.gz"]
  .map((name) => join(SHARED, name)).filter(existsSync);

browserTest("what is dropped is found, its segments are seen, and a button moves the store", async (browser, data) => {
  await using service = await ServeProcess.start(data);
  const { page, wrong } = await openPage(browser, service.page);
  assert.equal(new URL(page.url()).hash, "#/", "the token stays in the address");

  await drop(page, [HOLIDAY, ...samples]);
  assert.match(await importSummary(page), /^\d+ files? added/);
  const row = page.locator("#imports-list > li", { hasText: "holiday.nzb" });
  assert.match(await row.innerText(), /2 files added, 4 segments/);
  if (samples.length > 0) {
    const refused = page.locator("#imports-list > li", { hasText: "malformed_files.nzb" });
    assert.match(await refused.innerText(), /Nothing stored\s+Not stored \(line \d+, column \d+\): \S/);
    assert.match(await importSummary(page), /Not everything could be stored/);
  }

  await page.getByRole("link", { name: "Files" }).click();
  await page.getByRole("searchbox").pressSequentially("holi");
  const found = page.locator("#search-results a");
  await found.filter({ hasText: "holiday.part1.rar" }).waitFor();
  await page.locator("#search-state", { hasText: "2 files" }).waitFor();
  await page.getByRole("searchbox").fill("<b1e07c3f9a5d4e62-1711922460123@nyuu>");
  await found.filter({ hasText: "Segment 1 was posted under this Message-ID" }).waitFor();
  await page.getByRole("searchbox").fill("holiday part1");
  await found.filter({ hasText: "holiday.part2.rar" }).waitFor({ state: "detached" });
  await found.filter({ hasText: "holiday.part1.rar" }).click();
  await page.getByRole("heading", { name: "holiday.part1.rar" }).waitFor();
  const segments = page.locator(".segments tbody tr");
  assert.equal(await segments.count(), 3);
  assert.match(await segments.first().innerText(), /^1\s+740.kB\s+uploaded\s+h7Yc2NpD9sKq4EfU@ngPost\.com/);
  await page.getByRole("link", { name: "← Files" }).click();
  assert.equal(await page.getByRole("searchbox").inputValue(), "holiday part1");

  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("button", { name: "Move the store…" }).click();
  const dialog = page.getByRole("dialog");
  assert.match(await dialog.innerText(), /segments are copied to 10 SQLite files; about [\d.]+.kB of the disk/);
  await dialog.getByLabel("Number of files").fill("3");
  await dialog.getByRole("button", { name: "Move now" }).click();
  await page.getByText(/^The store is on 3 SQLite files now: \d+ files with \d+ segments, every one checked\.$/)
    .waitFor();
  await page.locator("#tiers [aria-current]", { hasText: "Several SQLite files" }).waitFor();

  await page.getByRole("button", { name: "Go back…" }).click();
  await dialog.getByRole("button", { name: "Go back" }).click();
  await page.locator("#tiers [aria-current]", { hasText: "One SQLite file" }).waitFor();
  const { stdout } = await runCli(["--data", data, "--json", "status"]);
  assert.equal(JSON.parse(stdout).tier, "sqlite");
  assert.deepEqual(wrong, []);
});
