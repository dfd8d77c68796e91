import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { runCli } from "../support/run_cli.ts";
import { LOOSE_SCHEMA } from "../formats/usenetsync_databases.ts";
import { browserTest, drop, importSummary, openPage, PageService, settled } from "./served_page.ts";

const HOLIDAY = fileURLToPath(new URL("../testdata/holiday.nzb", import.meta.url));
const UPLOADS = fileURLToPath(new URL("../testdata/uploads.ndjson", import.meta.url));

/** A small database of UsenetSync. */
function writeDatabase(path: string): void {
  using db = new DatabaseSync(path);
  db.exec(LOOSE_SCHEMA);
  db.exec(`INSERT INTO folders (folder_id, path, name) VALUES ('f1', '/videos', 'videos');
    INSERT INTO files (file_id, folder_id, path, name, size) VALUES ('u1', 'f1', '/videos/summer.mkv', 'summer.mkv', 1500)`);
  const insert = db.prepare(
    `INSERT INTO segments (file_id, segment_index, size, message_id, subject, newsgroup, upload_status)
    VALUES ('u1', ?, 750, ?, 'summer', 'alt.binaries.test', ?)`,
  );
  insert.run(0, "s0@example.com", "uploaded");
  insert.run(1, null, "failed");
}

/** What a click has the browser save. */
async function savedBy(page: Page, click: () => Promise<void>): Promise<[string, string]> {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return [download.suggestedFilename(), readFileSync(await download.path(), "utf8")];
}

browserTest("a database is imported by its path, found, retried, and saved as the same NZB as by the command", async (
  browser,
  data,
  folder,
) => {
  writeDatabase(join(folder, "usenetsync.db"));
  await using service = await PageService.start(data);
  const { page, wrong } = await openPage(browser, service.page);
  await page.getByLabel("Or a file or folder of this computer").fill(`"${join(folder, "usenetsync.db")}"`);
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByText("1 file added, 2 segments.").waitFor();
  assert.equal(await page.getByRole("link", { name: "Show" }).getAttribute("href"), "#/files?folder=f1");
  await page.getByLabel("Or a file or folder of this computer").fill(join(folder, "nowhere.db"));
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.locator("#path-state", { hasText: "there is no such file or folder" }).waitFor();

  await page.getByRole("link", { name: "Folders" }).click();
  await page.locator(".folder", { hasText: "1 file · 1.50 kB · 50 % posted · 1 segment to post" }).waitFor();
  const [name, nzb] = await savedBy(page, () => page.getByRole("link", { name: "NZB of videos" }).click());
  assert.equal(name, "videos.nzb");
  const { stdout } = await runCli(["--data", data, "export", "--folder", "f1", "--format", "nzb"]);
  assert.equal(nzb, stdout);
  await page.getByRole("link", { name: "videos", exact: true }).click();
  await page.locator("#search-results a", { hasText: "summer.mkv" }).click();
  await page.getByRole("button", { name: "Retry failed" }).click();
  await page.locator(".segments", { hasText: "pending" }).waitFor();
  assert.equal(await page.locator(".segments", { hasText: "failed" }).count(), 0);

  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("button", { name: "Check everything" }).click();
  await page.getByText("1 file with 2 segments, every one is as it was stored.").waitFor();

  await page.getByRole("link", { name: "Pending" }).click();
  await page.locator(".ranges", { hasText: "pending Segment 2" }).waitFor();
  await page.getByRole("button", { name: "Cancel: summer.mkv" }).click();
  await page.getByText("Nothing is pending").waitFor();
  assert.deepEqual(wrong, []);
});

browserTest("chosen files are saved, and deleted unless that is undone; views follow what others write", async (
  browser,
  data,
) => {
  await using service = await PageService.start(data);
  const { page, wrong } = await openPage(browser, service.page);
  await page.getByRole("link", { name: "Files" }).click();
  await page.getByText("No file is stored yet.").waitFor();
  await runCli(["--data", data, "import", HOLIDAY, UPLOADS]); // through the service, as from anywhere
  await page.locator("#search-state", { hasText: /4 files, .*, newest first/ }).waitFor();

  await page.getByRole("checkbox", { name: "holiday.part1.rar" }).check();
  await page.getByRole("checkbox", { name: "holiday.part2.rar" }).check();
  await page.getByText("2 files chosen, 1.69 MB").waitFor();
  const [, nzb] = await savedBy(page, () => page.getByRole("button", { name: "Save NZB" }).click());
  assert.equal(nzb.match(/<file /g)?.length, 2);

  const shown = async () => (await page.locator("#search-results .name").allInnerTexts()).sort();
  const files = async () => JSON.parse((await runCli(["--data", data, "--json", "files"])).stdout).files.length;
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByText("Deleting 2 files in").waitFor();
  await page.locator("#search-results a", { hasText: "holiday" }).first().waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await page.locator("#search-results a", { hasText: "holiday.part2.rar" }).waitFor();
  assert.deepEqual([(await shown()).length, await files()], [4, 4]);

  await page.getByRole("button", { name: "Choose all" }).click();
  await page.getByText("4 files chosen").waitFor();
  await page.getByRole("button", { name: "Choose none" }).click();
  await page.getByRole("checkbox", { name: "notes.txt" }).check();
  await page.clock.install(); // ten seconds pass at once
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByText("Deleting 1 file in").waitFor();
  assert.equal(await files(), 4);
  await page.clock.runFor(10_000);
  await page.getByText("Deleting 1 file in").waitFor({ state: "hidden" });
  while (await files() !== 3) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(wrong, []);
});

browserTest("files are filtered, and the address keeps what they are filtered by", async (browser, data) => {
  await runCli(["--data", data, "import", HOLIDAY, UPLOADS]);
  await using service = await PageService.start(data);
  const { page, wrong } = await openPage(browser, service.page);
  await page.getByRole("link", { name: "Files" }).click();
  await page.getByText("Order and filter").click();
  await page.getByLabel("Status").selectOption("To post");
  await page.locator("#search-state", { hasText: "2 files" }).waitFor();
  assert.match(page.url(), /#\/files\?status=pending$/);
  await page.getByLabel("Order").selectOption("Smallest first");
  await page.locator("#search-state", { hasText: "2 files, smallest first" }).waitFor();
  await page.getByLabel("From MB").fill("1");
  await page.getByLabel("From MB").press("Enter");
  await page.locator("#search-state", { hasText: /^1 file,/ }).waitFor();
  await page.reload();
  await page.locator("#search-state", { hasText: /^1 file,/ }).waitFor();
  assert.equal(await page.getByLabel("From MB").inputValue(), "1");
  await page.getByRole("button", { name: "Clear" }).click();
  await page.locator("#search-state", { hasText: "4 files" }).waitFor();
  await settled(page);
  assert.deepEqual(wrong, []);
});

browserTest(
  "amounts are read in the user's language, and what cannot be is refused and kept",
  async (browser, data) => {
    await using service = await PageService.start(data);
    const setting = async () => JSON.parse((await runCli(["--data", data, "--json", "config", "get"])).stdout);
    for (const [locale, typed, expected] of [["de-DE", "1,5", 1.5e12], ["en-US", "2.5", 2.5e12]] as const) {
      const { page } = await openPage(browser, service.page, { locale });
      await page.getByRole("link", { name: "Settings" }).click();
      const content = page.getByRole("group", { name: "One SQLite file" }).getByLabel("Content", { exact: true });
      await content.fill(typed);
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Saved.").waitFor();
      assert.equal((await setting())["sqlite.max-content-bytes"], expected, locale);
      assert.equal(await content.inputValue(), typed);
      const wrong = locale === "de-DE" ? "1.5" : "1,5";
      await content.fill(wrong);
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("A whole number from 0 is needed").waitFor();
      await runCli(["--data", data, "config", "set", "sqlite.max-segments", "2M"]); // others write meanwhile
      await page.waitForTimeout(1500);
      assert.equal(await content.inputValue(), wrong);
      assert.equal((await setting())["sqlite.max-content-bytes"], expected);
    }
  },
);

browserTest("a store that has just moved can go back, until something is changed", async (browser, data) => {
  await runCli(["--data", data, "import", HOLIDAY]);
  await runCli(["--data", data, "migrate", "--shards", "2"]);
  await using service = await PageService.start(data);
  const { page } = await openPage(browser, service.page);
  const back = page.getByRole("button", { name: "Go back…" });
  await back.waitFor();
  await page.getByRole("button", { name: "Remove the old store…" }).click();
  await page.getByText(/will be removed for good, which frees [\d.]+\s[kM]B\./).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await runCli(["--data", data, "import", HOLIDAY]);
  await runCli(["--data", data, "import", UPLOADS]);
  await back.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Remove the old store…" }).waitFor();
});

browserTest("a folder is made the inbox, and what comes of files put there is seen in the history", async (
  browser,
  data,
  folder,
) => {
  const inbox = join(folder, "in");
  mkdirSync(inbox);
  await using service = await PageService.start(data);
  const { page, wrong } = await openPage(browser, service.page);
  await page.getByText("Inbox and history of imports").click();
  await page.getByText("Nothing was imported yet.").waitFor();
  await page.getByLabel("A folder that is watched").fill(`"${inbox}"`);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Files put there are imported from now on.").waitFor();
  copyFileSync(HOLIDAY, join(inbox, "holiday.nzb"));
  writeFileSync(join(inbox, "bad.nzb"), "<nzb><file>");
  const row = page.locator("#history-list > li", { hasText: "bad.nzb and 1 more" });
  await page.locator("#history-list > li", { hasText: " · Inbox · 2 files, 4 segments stored; 1 not stored" })
    .waitFor();
  assert.match(await row.innerText(), /^bad\.nzb and 1 more[^]*\nbad\.nzb: not well-formed/);
  await page.getByLabel("A folder that is watched").fill("relative");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("inbox: not an absolute path: relative").waitFor();
  assert.deepEqual(wrong.filter((what) => !what.includes("400")), []);
});

browserTest("an import over the page is cancelled, and what was not sent is told", async (browser, data, folder) => {
  await using service = await PageService.start(data);
  const { page } = await openPage(browser, service.page);
  const inputs = ["first.ndjson", "second.ndjson"].map((name) => join(folder, name));
  for (const input of inputs) await Deno.copyFile(UPLOADS, input);
  await page.route(/api\/import\?/, () => {}); // it is never answered
  await drop(page, inputs);
  await page.locator("#imports-list .name", { hasText: "first.ndjson" }).waitFor();
  await page.locator("#imports").getByRole("button", { name: "Cancel" }).click();
  assert.equal(await importSummary(page), "Cancelled. Nothing stored. 1 file not sent.");
  assert.match(await page.locator("#imports-list > li").innerText(), /^first\.ndjson\s+Cancelled$/);
});

browserTest("a file's page follows what becomes of it, where the user stands", async (browser, data) => {
  await runCli(["--data", data, "import", HOLIDAY, UPLOADS]);
  await using service = await PageService.start(data);
  const { page } = await openPage(browser, service.page);
  const id = "6f0c1f7e-55b0-4a63-9d1c-0a4f6f0d2b11";
  await page.goto(`${service.url}/#/file?${new URLSearchParams({ id })}`);
  const cancel = page.getByRole("button", { name: "Cancel posting" });
  await cancel.focus();
  const posted = await page.locator(".tools p").innerText();
  const headers = { Authorization: `Bearer ${new URL(service.page).hash.slice("#token=".length)}` };
  const body = JSON.stringify({ file_ids: [id], from: ["pending", "uploading", "failed"], status: "cancelled" });
  await fetch(`${service.url}/api/set-status`, { method: "POST", headers, body });
  await cancel.waitFor({ state: "detached" });
  await page.locator(".segments", { hasText: "cancelled" }).waitFor();
  assert.notEqual(await page.locator(".tools p").innerText(), posted);

  await page.goto(`${service.url}/#/files?q=holiday`);
  await page.locator("#search-results a", { hasText: "holiday.part1" }).click();
  await page.locator(".facts-list").getByRole("link", { name: /@/ }).click(); // to all of the poster's files
  await page.locator("#search-state", { hasText: "2 files, newest first" }).waitFor();
});
