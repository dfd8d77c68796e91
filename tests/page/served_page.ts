import { existsSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import type { CliOptions } from "../support/run_cli.ts";
import { inDataFolder } from "../support/temp_folder.ts";
import { type ServeProcess, startServe } from "../support/test_service.ts";

const CHROMIUM = "/usr/bin/chromium";
/** Nothing of the browser's own goes out to the network. */
const CHROMIUM_ARGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update"],
  "--host-resolver-rules=MAP evil.example 127.0.0.1", // a name that was made to point here
];

/** What keeps these tests from running here. */
const missing = Deno.build.os === "windows"
  ? "no browser for it on Windows"
  : existsSync(CHROMIUM)
  ? undefined
  : `needs ${CHROMIUM}`;

/** The browser of all tests of a file; each closes the windows it has opened. */
let shared: Browser | undefined;

if (missing === undefined) {
  Deno.test.beforeAll(async () => {
    const { chromium } = await import("playwright-core");
    shared = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
  });
  Deno.test.afterAll(() => shared!.close());
}

/** A test with a browser, the path of a data folder that is not there yet, and the folder it is to be in. */
export function browserTest(
  name: string,
  run: (browser: Browser, data: string, folder: string) => Promise<void>,
): void {
  Deno.test({
    name: missing === undefined ? name : `${name} (${missing})`,
    ignore: missing !== undefined,
    sanitizeOps: false, // the connection to the browser outlives the test
    sanitizeResources: false,
    fn: () =>
      inDataFolder(async (data, folder) => {
        try {
          await run(shared!, data, folder);
        } finally {
          for (const context of shared!.contexts()) await context.close();
        }
      }),
  });
}

/** `usync-db serve` in a process of its own. */
export class PageService implements AsyncDisposable {
  #process: ServeProcess;

  private constructor(process: ServeProcess) {
    this.#process = process;
  }

  /** Starts it on a data folder; on any port unless told otherwise. */
  static async start(data: string, port = "0", options?: CliOptions): Promise<PageService> {
    return new PageService(await startServe(data, ["--port", port], options));
  }

  get url(): string {
    return this.#process.url;
  }

  /** The address of the page with the token. */
  get page(): string {
    return `${this.url}/#token=${this.#process.token}`;
  }

  get port(): string {
    return new URL(this.url).port;
  }

  /** Ends it without a warning, as a crash would. */
  async kill(): Promise<void> {
    this.#process.child.kill("SIGKILL");
    await this.#process.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.child.kill("SIGTERM");
    await this.#process.end();
  }
}

/** A page with all that went wrong in it. */
export interface WatchedPage {
  page: Page;
  /** Errors and warnings of the console, requests that failed, were refused or went elsewhere. */
  wrong: string[];
}

export interface PageOptions {
  width?: number;
  scheme?: "light" | "dark";
  locale?: string;
}

/** Opens an address in a window of its own. */
export async function openPage(
  browser: Browser,
  address: string,
  { width = 1280, scheme = "light", locale = "en-US" }: PageOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme, locale });
  const page = await context.newPage(), wrong: string[] = [], { origin } = new URL(address);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) wrong.push(`request to elsewhere: ${request.url()}`);
  });
  page.on("requestfailed", (request) => {
    const { errorText = "" } = request.failure() ?? {};
    // What the page gives up itself: searches that a further letter has overtaken, events when it is left.
    if (errorText !== "net::ERR_ABORTED") wrong.push(`request failed: ${request.url()}: ${errorText}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) wrong.push(`answer ${response.status()}: ${response.url()}`);
  });
  await page.goto(address);
  return { page, wrong };
}

/** Drops files or folders of the disk onto the page, as a user does. */
export async function drop(page: Page, paths: string[]): Promise<void> {
  const devTools = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await devTools.send("Input.dispatchDragEvent", { type, x: 200, y: 300, data });
  }
  await devTools.detach();
}

/** The import panel's summary, when all that was dropped is done. */
export async function importSummary(page: Page): Promise<string> {
  const summary = page.locator("#imports-summary", { hasText: "." });
  await page.locator("#imports-close:enabled").waitFor();
  return await summary.innerText();
}

/** Waits until the results of a search are those of the words in its box. */
export async function settled(page: Page): Promise<void> {
  await page.locator("#search-results[aria-busy=false]").waitFor({ state: "attached" });
}

/** The serious and critical faults that axe finds on the page as it is, and text that has to be scrolled sideways. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  const { default: axe } = await import("axe-core");
  await page.evaluate(axe.source); // over the debugger, which the page's policy does not keep out
  const faults = await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any
    const { axe, document } = globalThis as any;
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    // deno-lint-ignore no-explicit-any
    const bad = violations.filter(({ impact }: any) => impact === "serious" || impact === "critical");
    // deno-lint-ignore no-explicit-any
    return bad.map(({ id, nodes }: any) => `${id}: ${nodes.map((node: any) => node.html).join(" | ").slice(0, 300)}`);
  });
  const wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  return wider === 0 ? faults : [...faults, `${wider} pixels have to be scrolled sideways`];
}
