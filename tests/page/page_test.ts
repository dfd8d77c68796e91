import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultSource } from "../../src/postgres_server/mod.ts";
import { runCli } from "../support/run_cli.ts";
import {
  accessibilityFaults,
  browserTest,
  drop,
  importSummary,
  openPage,
  PageService,
  settled,
} from "./served_page.ts";

const HOLIDAY = fileURLToPath(new URL("../testdata/holiday.nzb", import.meta.url));
const SHARED = fileURLToPath(new URL("../../../shared/nzb/", import.meta.url));
const samples = ["malformed_files.nzb", "malformed_segments.nzb", "big_buck_bunny.nzb.gz"]
  .map((name) => join(SHARED, name)).filter(existsSync);

browserTest("what is dropped is found, its segments are seen, and a button moves the store", async (browser, data) => {
  await using service = await PageService.start(data);
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
  await settled(page);
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
  await dialog.getByText(
    /^Copies \d+ segments to 10 SQLite files; [\d.]+.MB of the disk must be free, [\d.]+.[GT]B are\.$/,
  ).waitFor();
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

browserTest("all can be done with the keyboard", async (browser, data) => {
  await runCli(["--data", data, "import", HOLIDAY]);
  await using service = await PageService.start(data);
  const { page, wrong } = await openPage(browser, service.page);
  const focused = () => page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id");
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await press("Tab");
  assert.equal(await focused(), "Skip to the content");
  await press("Enter");
  assert.match(page.url(), /#main$/);

  await press("Control+k");
  await page.keyboard.type("holiday");
  await settled(page);
  await press("ArrowDown", "ArrowDown");
  assert.match(`${await focused()}`, /^holiday\.part1/);
  await press("ArrowUp");
  assert.match(`${await focused()}`, /^holiday\.part2/);
  await press("Escape");
  assert.equal(await focused(), "search");
  await press("ArrowDown", "Enter");
  await page.getByRole("heading", { name: "holiday.part2.rar" }).waitFor();
  assert.equal(await page.evaluate("document.activeElement.tagName"), "H1");
  assert.match(await page.title(), /^holiday\.part2\.rar/);

  await page.goBack();
  await page.getByRole("link", { name: "Overview" }).focus();
  await press("Enter");
  await page.getByRole("button", { name: "Move the store…" }).focus();
  await press("Enter");
  await page.getByRole("dialog").waitFor();
  assert.equal(await focused(), "Move the store");
  await press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.equal(await focused(), "Move the store…");
  await page.getByRole("radio", { name: "Segments" }).focus();
  await press("ArrowRight");
  assert.ok(await page.getByRole("radio", { name: "Files" }).isChecked());
  assert.deepEqual(wrong, []);
});

browserTest("a search that further letters have overtaken is given up", async (browser, data) => {
  await runCli(["--data", data, "import", HOLIDAY]);
  await using service = await PageService.start(data);
  const { page, wrong } = await openPage(browser, service.page);
  await page.getByRole("link", { name: "Files" }).click();
  await settled(page);
  const first = Promise.withResolvers<void>(), givenUp: string[] = [];
  await page.route(/words=part1/, async (route) => {
    await first.promise;
    await route.continue();
  });
  page.on("requestfailed", (request) => givenUp.push(new URL(request.url()).searchParams.get("words") ?? ""));
  const asked = page.waitForRequest(/words=part1/);
  await page.getByRole("searchbox").fill("part1");
  await asked;
  await page.getByRole("searchbox").fill("part2");
  await settled(page);
  first.resolve();
  assert.deepEqual(givenUp, ["part1*"]);
  assert.deepEqual(await page.locator("#search-results .name").allInnerTexts(), ["holiday.part2.rar"]);
  assert.deepEqual(wrong, []);
});

browserTest("texts of the store are shown as they are and never become markup", async (browser, data, folder) => {
  const texts = [
    `<script>document.title = "run"</script>`,
    `<img src=x onerror="document.title = 'run'">`,
    `"><svg onload=alert(1)> &lt;b&gt; {{x}} \${x}`,
    "a\u202egpj.exe",
    "שלום-עולם.mkv",
    "letters ".repeat(1250),
    "x".repeat(10_000),
    " ",
  ];
  const records = texts.map((text, i) => ({
    file_id: `../${i}/?&#=%2e ${text.slice(0, 20)}`,
    path: `/hostile/${text}`,
    name: text,
    size: 2 ** 53 - 1,
    subject: `hostile ${text}`,
    poster: text,
    groups: [text],
    meta: { "<b>": text },
    segments: [{ index: 0, size: 1, message_id: `${i}.${text.replaceAll(/\s/g, "")}@x`, status: "uploaded" }],
  }));
  const file = join(folder, "<b>hostile.ndjson");
  await Deno.writeTextFile(file, records.map((record) => JSON.stringify(record)).join("\n"));
  await using service = await PageService.start(data);
  const { page, wrong } = await openPage(browser, service.page, { width: 360 });
  await drop(page, [file]);
  assert.match(await importSummary(page), /^8 files added/);
  assert.equal(await page.locator("#imports-list .name").innerText(), "<b>hostile.ndjson");
  await page.goto(`${service.url}/#/files?q=hostile`);
  await page.locator("#search-state", { hasText: "8 files" }).waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  const names = await page.locator("#search-results .name").allTextContents();
  assert.ok(names.includes(texts[0]) && names.includes(texts[1]) && names.includes(texts[4]));
  assert.ok(names.includes("a\ufffdgpj.exe"), "a mark that turns letters around must be seen");
  for (const record of records) {
    await page.goto(`${service.url}/#/file?${new URLSearchParams({ id: record.file_id })}`);
    await page.locator(".segments tbody tr").waitFor();
    assert.equal(await page.locator("dd", { hasText: "9.01 PB" }).count(), 1);
    assert.deepEqual(await accessibilityFaults(page), [], record.file_id);
    const long = page.locator(".facts-list details").first();
    if (record.name.length < 10_000) continue;
    await long.locator("summary").click();
    assert.ok((await long.innerText()).includes(record.name.trim()));
  }
  assert.deepEqual(await page.evaluate("[...document.querySelectorAll('main script, main b, main svg')]"), []);
  assert.ok(!(await page.title()).startsWith("run"));
  assert.deepEqual(wrong, []);
});

browserTest("of many files and segments, a page at a time is shown", async (browser, data, folder) => {
  const file = join(folder, "many.ndjson");
  const segments = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      ...{ index, size: 750_000, message_id: index % 2 ? null : `${count}-${index}@example.com` },
      status: index % 2 ? "pending" : "uploaded",
    }));
  const record = (id: string, count: number) =>
    JSON.stringify({ file_id: id, path: `/${id}`, name: id, size: count * 750_000, segments: segments(count) });
  const lines = [record("large", 100_000), ...Array.from({ length: 3000 }, (_, i) => record(`small ${i}`, 2))];
  await Deno.writeTextFile(file, lines.join("\n"));
  await using service = await PageService.start(data);
  const { page, wrong } = await openPage(browser, service.page);
  await drop(page, [file]);
  assert.match(await importSummary(page), /^3,001 files added.* 106,000 segments\./);

  await page.getByRole("link", { name: "Files" }).click();
  await page.getByRole("searchbox").fill("small");
  await settled(page);
  const results = page.locator("#search-results a");
  assert.ok(await results.count() <= 100);
  for (let screens = 0; screens < 20; screens++) {
    await page.mouse.wheel(0, 3000);
    await page.waitForTimeout(30);
  }
  // However far it is scrolled, the document has the rows around the window.
  const isFar = "document.querySelectorAll('#search-results ul').length > 6 && scrollY > 5000";
  await page.waitForFunction(isFar);
  assert.ok(await results.count() <= 250, `${await results.count()} rows`);
  await page.evaluate("scrollTo(0, 0)");
  await results.first().waitFor();

  await page.getByRole("searchbox").fill("large");
  await settled(page);
  await page.getByRole("searchbox").press("Enter");
  const place = page.locator("#file [role=status]"), rows = page.locator(".segments tbody tr");
  await place.filter({ hasText: "1 to 100 of 100,000 segments" }).waitFor();
  await page.getByRole("button", { name: "Next page" }).click();
  await place.filter({ hasText: "101 to 200 of 100,000 segments" }).waitFor();
  const goTo = async (number: string) => {
    await page.getByRole("spinbutton", { name: "Segment" }).fill(number);
    await page.getByRole("spinbutton", { name: "Segment" }).press("Enter");
  };
  await goTo("77777");
  await place.filter({ hasText: "77,777 to 77,876 of 100,000 segments" }).waitFor();
  assert.match(await rows.first().innerText(), /^77,777\s.*100000-77776@example\.com/s);
  await page.getByRole("button", { name: "Page before" }).click();
  await place.filter({ hasText: "1 to 100 of 100,000 segments" }).waitFor();
  await goTo("99950");
  await place.filter({ hasText: "99,950 to 100,000 of 100,000 segments" }).waitFor();
  assert.equal(await rows.count(), 51);
  assert.ok(await page.getByRole("button", { name: "Next page" }).isDisabled());

  await page.getByRole("link", { name: "Pending" }).click();
  await page.locator("#pending-state", { hasText: "The first 50 files, failed ones first" }).waitFor();
  const first = page.locator("#pending-list section").first();
  assert.match(await first.innerText(), /^large\s+Cancel\s+50,000 of 100,000 segments done\s+pending Segment 2\s/);
  assert.match(await first.innerText(), /and 988 segments in 988 ranges more\s+and 49,000 more$/);
  await page.getByRole("button", { name: "Show more" }).click();
  await page.locator("#pending-state", { hasText: "The first 100 files" }).waitFor();
  assert.deepEqual(wrong, []);
});

browserTest("without the token the page shows nothing, and says how to get in", async (browser, data) => {
  await runCli(["--data", data, "import", HOLIDAY]);
  await using service = await PageService.start(data);
  const { page } = await openPage(browser, service.url);
  await page.getByText("This page needs its access token.").waitFor();
  assert.match(await page.locator("#locked").innerText(), /usync-db open/);
  assert.equal(await page.locator(".view:visible, nav:visible").count(), 0);
  await page.goto(`${service.url}/#token=wrong`);
  await page.getByText("The token in the address is wrong").waitFor();
  assert.ok(!page.url().includes("token"));
  await page.goto(service.page);
  await page.getByRole("button", { name: "Move the store…" }).waitFor();
  assert.ok(await page.locator("#locked").isHidden());
  await page.context().clearCookies();
  await page.getByRole("link", { name: "Files" }).click();
  await page.getByText("This page needs its access token.").waitFor();
});

browserTest("access lasts: in a second tab, after Ctrl+click, a reload and a restart", async (browser, data) => {
  await runCli(["--data", data, "import", HOLIDAY]);
  const service = await PageService.start(data), { url, port } = service;
  const { page, wrong } = await openPage(browser, service.page);
  await page.getByRole("button", { name: "Move the store…" }).waitFor();
  assert.equal(await page.evaluate("document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })"), "{}");
  const second = await page.context().newPage();
  await second.goto(url);
  await second.getByRole("button", { name: "Move the store…" }).waitFor();
  const opened = page.context().waitForEvent("page");
  await page.getByRole("link", { name: "Files" }).click({ modifiers: ["Control"] });
  await (await opened).locator("#search-state", { hasText: "2 files" }).waitFor();
  await service.kill();
  await using again = await PageService.start(data, port);
  assert.equal(again.page, service.page);
  await page.bringToFront();
  await page.locator("#connection", { hasText: "Connected" }).waitFor();
  await page.reload();
  await drop(page, [HOLIDAY]);
  assert.match(await importSummary(page), /^2 files there already/);
  assert.deepEqual(wrong.filter((text) => !/ERR_CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE/.test(text)), []);
});

browserTest("a service that ends is told, and found again", async (browser, data) => {
  await runCli(["--data", data, "import", HOLIDAY]);
  const service = await PageService.start(data);
  const { page, wrong } = await openPage(browser, service.page);
  await page.locator("#connection", { hasText: "Connected" }).waitFor();
  assert.deepEqual(wrong, []);
  await service.kill();
  await page.locator("#connection", { hasText: "Reconnecting…" }).waitFor();
  await page.getByRole("alert").filter({ hasText: "The service has ended." }).waitFor();
  await page.getByRole("link", { name: "Files" }).click();
  await page.locator("#search-error", { hasText: "Cannot reach the service" }).waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);

  await using _again = await PageService.start(data, service.port);
  await page.locator("#connection", { hasText: "Connected" }).waitFor();
  await page.getByText("The service has ended.").waitFor({ state: "detached" });
  await settled(page);
  assert.match(await page.locator("#search-state").innerText(), /^2 files, 1.69.MB, newest first$/);
});

browserTest("the page says that PostgreSQL has to be installed before it does so", async (browser, data) => {
  await using service = await PageService.start(data);
  const { page } = await openPage(browser, service.page);
  await page.getByRole("button", { name: "Move the store…" }).click();
  await page.getByLabel("PostgreSQL", { exact: true }).check();
  const steps = page.getByRole("dialog").getByRole("listitem"),
    why = await defaultSource(data).then(() => undefined, (error: Error) => error.message);
  if (why !== undefined) {
    await steps.filter({ hasText: why }).waitFor();
    await page.getByRole("button", { name: "Move now" }).click();
    await page.getByRole("alert").filter({ hasText: why }).waitFor();
    assert.ok(await page.getByRole("dialog").isVisible());
  } else await steps.filter({ hasText: /^Installs PostgreSQL into the data folder from \S/ }).waitFor();
});

browserTest("limits are changed, and what they make due is shown", async (browser, data) => {
  await runCli(["--data", data, "import", HOLIDAY]);
  await using service = await PageService.start(data);
  const { page, wrong } = await openPage(browser, service.page);
  await page.getByRole("link", { name: "Settings" }).click();
  const one = page.getByRole("group", { name: "One SQLite file" });
  assert.equal(await one.getByLabel("Segments").inputValue(), "1,000,000");
  assert.equal(await one.getByLabel("Content", { exact: true }).inputValue(), "1");
  await one.getByLabel("Segments").fill("many");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("A whole number from 0 is needed").waitFor();
  assert.equal(await page.evaluate("document.activeElement.id"), "sqlite.max-segments");
  await one.getByLabel("Segments").fill("4");
  await one.getByLabel("Content", { exact: true }).fill("1.5");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  const { stdout } = await runCli(["--data", data, "--json", "config", "get"]);
  const settings = JSON.parse(stdout);
  assert.equal(settings["sqlite.max-segments"], 4);
  assert.equal(settings["sqlite.max-content-bytes"], 1.5e12);
  assert.equal(settings["sharded.max-segments"], 1e7);
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByText("Due: a move to several SQLite files.").waitFor();
  assert.match(await page.getByRole("meter", { name: "Segments" }).getAttribute("aria-valuetext") ?? "", /^4 of 4$/);
  await page.getByRole("button", { name: "Move to several SQLite files…" }).waitFor();
  assert.deepEqual(wrong, []);
});

browserTest("what cannot be imported is told by file; folders are looked through", async (browser, data, folder) => {
  const inside = join(folder, "in", "deeper");
  await Deno.mkdir(inside, { recursive: true });
  await Deno.copyFile(HOLIDAY, join(inside, "holiday.nzb"));
  await Deno.writeTextFile(join(folder, "in", "readme.txt"), "not to be imported");
  await Deno.writeTextFile(join(folder, "cut.nzb"), "<nzb><file");
  await Deno.writeTextFile(join(folder, "lines.ndjson"), '{"file_id":"a","path":"a","name":"a","size":1}\nnothing\n');
  await Deno.writeTextFile(join(folder, "old.db"), "");
  await using service = await PageService.start(data);
  const { page, wrong } = await openPage(browser, service.page);
  await drop(page, ["in", "cut.nzb", "lines.ndjson", "old.db"].map((name) => join(folder, name)));
  assert.match(
    await importSummary(page),
    /^3 files added, .* Not everything could be stored/,
    await page.locator("#imports").innerText(), // what became of each
  );
  const told = (name: string) => page.locator("#imports-list > li", { hasText: name }).innerText();
  assert.match(await told("in/deeper/holiday.nzb"), /2 files added, 4 segments/);
  assert.match(await told("cut.nzb"), /Nothing stored\s+Not stored \(line 1, column \d+\)/);
  assert.match(await told("lines.ndjson"), /1 file added\s+Show\s+Not stored \(line 2\)/);
  assert.match(await told("old.db"), /this is an empty file/);
  assert.equal(await page.locator("#imports-list > li").count(), 4);
  await page.getByRole("button", { name: "Close" }).click();
  assert.ok(await page.locator("#imports").isHidden());
  assert.deepEqual(wrong, []);
});

browserTest(
  "a folder that cannot be read is told, and what lies beside it is imported",
  async (browser, data, folder) => {
    await Deno.mkdir(join(folder, "in"));
    await using service = await PageService.start(data);
    const { page, wrong } = await openPage(browser, service.page);
    await page.evaluate(`const entryOf = DataTransferItem.prototype.webkitGetAsEntry;
    DataTransferItem.prototype.webkitGetAsEntry = function () {
      const entry = entryOf.call(this), failing = { readEntries: (_, fail) => fail(new Error("the disk is gone")) };
      if (entry.isDirectory) entry.createReader = () => failing;
      return entry;
    };`);
    await drop(page, [join(folder, "in"), HOLIDAY]);
    assert.match(await importSummary(page), /^2 files added, .* Not everything could be stored/);
    const told = await page.locator("#imports-list > li", { hasText: "Not stored" }).innerText();
    assert.match(told, /^in\s+Not stored\s+Cannot be read: the disk is gone/);
    assert.deepEqual(wrong, []);
  },
);
