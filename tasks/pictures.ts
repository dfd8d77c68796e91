/**
 * Makes the pictures of the README from the real page, on a store with invented data: `deno task pictures [FOLDER]`. Needs
 * Chromium.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { remove } from "../src/files/held.ts";
import { Service } from "../src/service/service.ts";
import { LocalSession } from "../src/session/local_session.ts";
import { generateFiles } from "./generator/generate_files.ts";

const CHROMIUM = "/usr/bin/chromium";
const SEGMENTS = 120_000;
const SIZE = { width: 1120, height: 700 };

/** A store that looks like one in use: files of NZBs, uploads, and some that are still to post. */
async function fill(session: LocalSession): Promise<void> {
  const load = session.bulkLoad();
  await load.put(generateFiles({ segments: SEGMENTS, seed: 11, kind: "nzb" }));
  await load.put(generateFiles({ segments: SEGMENTS / 4, seed: 12, kind: "usenetsync" }));
  await load.finish();
}

async function takePicture(browser: Browser, page: string, path: string, colorScheme: "light" | "dark"): Promise<void> {
  const context = await browser.newContext({ colorScheme, viewport: SIZE, deviceScaleFactor: 1 });
  const tab = await context.newPage();
  await tab.goto(page);
  await tab.getByRole("link", { name: "Files" }).click();
  await tab.waitForLoadState("networkidle");
  await tab.screenshot({ path, animations: "disabled" });
  await context.close();
}

if (import.meta.main) {
  const folder = Deno.args[0] ?? "docs/pictures", data = await Deno.makeTempDir({ prefix: "usync pictures " });
  mkdirSync(folder, { recursive: true });
  try {
    await using session = await LocalSession.open(join(data, "data"));
    await fill(session);
    const service = await Service.start(session, { port: 0 });
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
    for (const scheme of ["light", "dark"] as const) {
      const page = `${service.url}/#token=${service.token}`;
      await takePicture(browser, page, join(folder, `page-${scheme}.png`), scheme);
    }
    await browser.close();
    await service.close();
  } finally {
    await remove(data);
  }
}
