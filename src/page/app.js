// @ts-check
/// <reference lib="dom" />
import { get, service, takeToken } from "./api.js";
import { Connection } from "./connection.js";
import { byId, elementOf, make } from "./dom.js";
import { FileView } from "./file_view.js";
import { FilesView } from "./files_view.js";
import { FoldersView } from "./folders_view.js";
import { GrowthChart } from "./growth_chart.js";
import { ImportPanel } from "./import_panel.js";
import { PathImport } from "./path_import.js";
import { ImportHistory } from "./import_history.js";
import { MovePanel } from "./move_panel.js";
import { showOverview } from "./overview.js";
import { PendingView } from "./pending_view.js";
import { QueryTimes } from "./query_times.js";
import { SettingsView } from "./settings_view.js";
import { VerifyPanel } from "./verify_panel.js";

/** @typedef {{ title: string, show(query: URLSearchParams): unknown, refresh?(): unknown, hide(): void }} View */

const REFRESH_MILLISECONDS = 60_000;
/** However much is written, views are read anew no more often. */
const MILLISECONDS_BETWEEN_CHANGES = 1000;

const growth = new GrowthChart();
const times = new QueryTimes();
const verify = new VerifyPanel(() => refresh());
new ImportPanel(changed);
const paths = new PathImport();
const imports = new ImportHistory();
const moves = new MovePanel(changed);
const files = new FilesView();
const file = new FileView();
/** @type {Record<string, View>} */
const views = {
  overview: { title: "Overview", show() {}, hide() {} },
  files,
  folders: new FoldersView(),
  file,
  pending: new PendingView(),
  settings: new SettingsView(changed),
};
let current = "";
let isLocked = false;
let turns = 0;
/** What the service has counted of changes, and when views were last read anew for some. */
let changes = 0, changesShown = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let changing;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let refreshing;

/** Reads what the overview shows, now and from time to time. */
async function refresh() {
  clearTimeout(refreshing);
  refreshing = setTimeout(() => document.hidden || refresh(), REFRESH_MILLISECONDS);
  const turn = ++turns;
  try {
    const status = await get("/api/status");
    if (turn !== turns) return; // a newer one was asked for meanwhile
    showOverview(status);
    moves.showStatus(status);
    verify.showStatus(status);
    growth.show(status.growth, status.limits);
    times.show(status.latencies, status.slow_queries);
  } catch (error) {
    const { message, hint, status } = /** @type {import("./api.js").ServiceError} */ (error);
    if (status === 0) return; // the connection tells that
    byId("warnings").replaceChildren(make("li", { class: "notice bad" }, `${message} ${hint ?? ""}`));
  }
}

/** Something in the store is another than it was: what is seen of it is read anew, where it stands. */
function changed() {
  clearTimeout(changing);
  changing = undefined;
  changesShown = performance.now();
  refresh();
  paths.refresh();
  imports.refresh();
  views[current]?.refresh?.();
}

/** @param {import("./move_panel.js").MoveState} state */
function listened(state) {
  moves.showState(state);
  if (state.changes === changes) return;
  changes = state.changes;
  const wait = changesShown + MILLISECONDS_BETWEEN_CHANGES - performance.now();
  changing ??= setTimeout(changed, Math.max(0, wait));
}

/** Shows the view that the address names: `#/files?q=holiday`. */
function showView() {
  const match = /^#(?:\/(\w*)(?:\?(.*))?)?$/s.exec(location.hash || "#");
  if (!match) return; // the link to the content, not a view
  const name = match[1] in views ? match[1] : "overview", view = views[name];
  const isOther = name !== current || name === "file";
  if (isOther) views[current]?.hide();
  for (const key of Object.keys(views)) byId(`view-${key}`).hidden = key !== name;
  for (const link of document.querySelectorAll("nav a")) {
    const isHere = link.getAttribute("href") === `#/${name === "overview" ? "" : name === "file" ? "files" : name}`;
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (isOther && current !== "") {
    scrollTo(0, 0);
    byId(`view-${name}`).querySelector("h1")?.focus({ preventScroll: true });
  }
  current = name;
  view.show(new URLSearchParams(match[2]));
  document.title = `${view.title} – usync-db`;
}

/** Comes in with the token of the address, else with the cookie; says why where neither is good. */
async function enter() {
  let reason = "wrong";
  try {
    reason = await takeToken() ? "no cookie" : "none";
    await get("/api/migration");
  } catch (error) {
    if (/** @type {import("./api.js").ServiceError} */ (error).status === 401) return showLocked(reason);
  }
  isLocked = false;
  byId("locked").hidden = true;
  document.body.classList.remove("locked");
  connection.listen();
  showView();
}

const REASONS = {
  none: "This page needs its access token.",
  wrong: "The token in the address is wrong: it belongs to another store, or was replaced.",
  "no cookie": "This browser keeps no cookie for this page, which it needs.",
};

/** @param {string} reason */
function showLocked(reason) {
  isLocked = true;
  byId("locked").hidden = false;
  byId("locked-reason").textContent = REASONS[/** @type {keyof REASONS} */ (reason)];
  document.body.classList.add("locked");
  connection.stop();
}

self.addEventListener("hashchange", ({ oldURL }) => {
  if (location.hash.startsWith("#token=") || isLocked) return enter();
  const before = new URL(oldURL).hash;
  if (/^#\/(files|folders|pending)/.test(before)) file.cameFrom(before);
  showView();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "k" || !(event.ctrlKey || event.metaKey) || elementOf("dialog", HTMLDialogElement).open) return;
  event.preventDefault();
  if (current !== "files") history.pushState(null, "", "#/files");
  showView();
  files.focus();
});
document.addEventListener("visibilitychange", () => document.hidden || (isLocked ? enter() : refresh()));
service.addEventListener("locked", () => isLocked || showLocked("none"));

const connection = new Connection(listened, () => {
  moves.forget();
  changed();
  if (byId(`view-${current}`).querySelector(".notice.bad")) showView(); // it could not be read
});
enter();
