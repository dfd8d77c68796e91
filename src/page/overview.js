// @ts-check
/// <reference lib="dom" />
import { byId, make } from "./dom.js";
import { formatBytes, formatCount, formatMoment, formatPercent } from "./format.js";
import { limitReachedAt } from "./growth_points.js";

/**
 * @typedef {import("../session/status.ts").Status} Status
 * @typedef {import("../store/tier_policy.ts").LimitUse} LimitUse
 */

const TIERS = /** @type {const} */ ([
  ["sqlite", "One SQLite file", "no set-up"],
  ["sharded", "Several SQLite files", "moves there by itself"],
  ["postgres", "PostgreSQL", "asks first"],
]);

/** From this part of a limit on, the user is to see that it is near; and when so few days are left to it. */
const NEAR = 0.8, NEAR_DAYS = 14;
/** So much of what the store takes on the disk should be free there, and at least so many bytes. */
const FREE_PART = 0.2, FREE_BYTES = 1e9;

const LIMITS = { segments: "Segments", content_bytes: "Content", database_bytes: "Database" };

/**
 * Shows tier, limits, numbers and warnings.
 * @param {Status} status
 */
export function showOverview(status) {
  byId("data-folder").textContent = status.data_folder;
  showTiers(status.tier);
  byId("limits").replaceChildren(...limitsOf(status));
  byId("due").replaceChildren(...dueText(status));
  byId("numbers").replaceChildren(...numbersOf(status));
  showVerdict(status);
  byId("warnings").replaceChildren(
    ...status.warnings.map(({ what, why }) =>
      make(
        "li",
        { class: "notice warn" },
        make("p", {}, make("strong", {}, "Slow: "), what, "."),
        make("p", {}, `Why: ${why}.`),
      )
    ),
    ...noticesOf(status),
    ...backupNotice(status),
    ...damageNotice(status),
  );
}

/** @param {Status} status */
function noticesOf({ folder_warning, inbox }) {
  return [["Data folder", folder_warning], ["Inbox", inbox.warning]].flatMap(([what, warning]) =>
    warning ? [make("li", { class: "notice warn" }, make("strong", {}, `${what}: `), `${warning}`)] : []
  );
}

/** @param {Status} status */
function backupNotice({ backup: { warning, failed } }) {
  if (warning === null) return [];
  const hint = failed?.hint ? make("p", {}, failed.hint) : null;
  return [make("li", { class: "notice warn" }, make("p", {}, make("strong", {}, "Backup: "), `${warning}.`), hint)];
}

/** @param {Status} status */
function damageNotice({ scrub: { warning } }) {
  if (warning === null) return [];
  return [make("li", { class: "notice warn" }, make("p", {}, make("strong", {}, "Damage: "), `${warning}.`))];
}

/**
 * One sentence on how the store is, and why.
 * @param {Status} status
 */
function showVerdict(status) {
  const { warnings, due, unfinished, limits, growth, disk_free_bytes, database_bytes } = status;
  const { scrub, backup, folder_warning, inbox } = status;
  const near = limits.filter(({ used, most }) => used < most && used >= most * NEAR);
  const soon = limits.filter((use) => !near.includes(use)).flatMap(({ limit, used, most }) => {
    const at = used < most ? limitReachedAt(growth, limit, most) : undefined;
    const isSoon = at && at.getTime() - Date.now() < NEAR_DAYS * 86_400_000;
    return isSoon ? [`${LIMITS[limit].toLowerCase()} may reach the limit on ${dayOf(at)}`] : [];
  });
  const isFull = disk_free_bytes !== null && disk_free_bytes < Math.max(FREE_BYTES, database_bytes * FREE_PART);
  const reasons = [
    unfinished ? "a move is not finished" : null,
    due ? "the store has grown out of its tier" : null,
    warnings.length > 0 ? "queries are slower than promised" : null,
    scrub.warning === null ? null : "damage was found",
    backup.warning === null ? null : "the backup is not as it should be",
    isFull ? `the disk has only ${formatBytes(disk_free_bytes)} free` : null,
    ...soon,
    folder_warning ? "the data folder lies where it may be damaged" : null,
    inbox.warning ? "the inbox needs you" : null,
    ...near.map(({ limit, used, most }) =>
      `${LIMITS[limit].toLowerCase()} are at ${formatPercent(used, most)} of the limit`
    ),
  ].filter((reason) => reason !== null);
  const verdict = byId("verdict"), isGood = reasons.length === 0;
  const text = isGood
    ? "All is well: no limit is near, nothing is due, the disk has room, queries are as fast as promised."
    : `Look at this: ${reasons.join("; ")}.`;
  if (verdict.textContent !== text) verdict.textContent = text; // it is read out when it changes
  verdict.className = isGood ? "notice good" : "notice warn";
}

/** @param {Status["tier"]} current */
function showTiers(current) {
  byId("tiers").replaceChildren(...TIERS.map(([tier, name, how]) => {
    const isHere = tier === current;
    return make(
      "li",
      { "aria-current": isHere && "step" },
      make("span", { class: "tier-name" }, name),
      make("span", { class: "muted" }, isHere ? "the store is here" : how),
    );
  }));
}

/** @param {Status} status */
function limitsOf({ limits, growth }) {
  if (limits.length === 0) return [make("p", { class: "muted" }, "PostgreSQL has no limit to watch.")];
  const order = Object.keys(LIMITS);
  return limits.toSorted((a, b) => order.indexOf(a.limit) - order.indexOf(b.limit)).map((use) =>
    limitOf(use, limitReachedAt(growth, use.limit, use.most))
  );
}

/** @param {Date} moment */
function dayOf(moment) {
  return formatMoment(moment.toISOString()).slice(0, 10);
}

/**
 * @param {LimitUse} use
 * @param {Date | undefined} reachedAt when it will be reached, as far as can be told
 */
function limitOf({ limit, used, most }, reachedAt) {
  const format = limit === "segments" ? formatCount : formatBytes;
  const isOver = used >= most, part = isOver ? 1 : used / most;
  const bar = make("span");
  bar.style.setProperty("--part", `${part * 100}%`);
  const id = `limit-${limit}`;
  return make(
    "div",
    { class: "limit" },
    make("span", { id }, LIMITS[limit]),
    make("span", { class: "limit-value" }, format(used), make("span", { class: "muted" }, ` of ${format(most)}`)),
    make("span", { class: isOver ? "limit-part over" : "limit-part" }, isOver ? "reached" : formatPercent(used, most)),
    make(
      "div",
      {
        ...{ role: "meter", "aria-labelledby": id, "aria-valuetext": `${format(used)} of ${format(most)}` },
        ...{ "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.floor(part * 100) },
        class: isOver ? "meter over" : part >= NEAR ? "meter near" : "meter",
      },
      used > 0 ? bar : null,
    ),
    reachedAt && !isOver
      ? make("span", { class: "forecast muted" }, `reached about ${dayOf(reachedAt)}, should it go on growing so`)
      : null,
  );
}

/** @param {Status} status */
function dueText({ due, unfinished, limits }) {
  if (unfinished) {
    return [make("strong", {}, "A move is not finished."), " It goes on where it stopped when you ask for it."];
  }
  if (due === "sharded") return [make("strong", {}, "Due:"), " a move to several SQLite files."];
  if (due === "postgres") return [make("strong", {}, "Due:"), " a move to PostgreSQL."];
  return limits.length === 0 ? [] : ["Nothing is due."];
}

/** @param {Status} status */
function numbersOf(
  {
    files,
    segments,
    posted,
    pending,
    content_bytes,
    database_bytes,
    bytes_per_segment,
    disk_free_bytes,
    cache,
    backup,
    scrub,
  },
) {
  const rows = [
    ["Files", formatCount(files)],
    ["Segments", formatCount(segments)],
    ["Posted", formatCount(posted)],
    ["Still to post", formatCount(pending)],
    ["Content", formatBytes(content_bytes)],
    ["Database", formatBytes(database_bytes)],
    ["Bytes a segment", bytes_per_segment === null ? "–" : String(bytes_per_segment)],
    ["Free on the disk", disk_free_bytes === null ? "–" : formatBytes(disk_free_bytes)],
  ];
  if (backup.last) rows.push(["Last backup", new Date(backup.last.at).toLocaleString()]);
  if (scrub.running) rows.push(["Being checked", formatPercent(scrub.running.segments, Math.max(1, segments))]);
  else if (scrub.last) rows.push(["Last checked", new Date(scrub.last.at).toLocaleString()]);
  const asked = cache ? cache.hits + cache.misses : 0;
  if (cache?.on && asked > 0) rows.push(["Answered from memory", formatPercent(cache.hits, asked)]);
  return rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)));
}
