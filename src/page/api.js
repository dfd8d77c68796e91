// @ts-check
/// <reference lib="dom" />

/**
 * @typedef {import("../store/store.ts").Tier} Tier
 * @typedef {import("../migration/plan_move.ts").Shape} Shape
 * @typedef {import("../domain/records.ts").FileSummary} FileSummary
 * @typedef {import("../domain/records.ts").Segment} Segment
 * @typedef {import("../domain/records.ts").SegmentOfFile} SegmentOfFile
 * @typedef {import("../store/store.ts").SearchPage} SearchPage
 * @typedef {import("../transfer/import_report.ts").ImportReport} ImportReport
 */

/** An error that the service has told, or that it cannot be reached (`status` is 0 then). */
export class ServiceError extends Error {
  /**
   * @param {string} message
   * @param {string | null} hint
   * @param {number} status
   */
  constructor(message, hint, status) {
    super(message);
    this.hint = hint;
    this.status = status;
  }
}

/** Tells `locked` when the service does not let the page in, and `lost` when it did not answer. */
export const service = new EventTarget();

/**
 * Gives the token of the address to the service, for a cookie that this browser's tabs share. The address must not keep it: it
 * would end up in bookmarks and screenshots. Throws a `ServiceError` when the token is wrong.
 * @returns {Promise<boolean>} whether there was one
 */
export async function takeToken() {
  const token = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (token === undefined) return false;
  history.replaceState(null, "", `${location.pathname}#/`);
  const headers = { "Authorization": `Bearer ${token}` };
  await answerOf(address("/api/access", {}), { method: "POST", headers });
  return true;
}

/**
 * @param {string} path
 * @param {Record<string, string | number | undefined>} query
 */
function address(path, query) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

/**
 * Reads something.
 * @param {string} path
 * @param {Record<string, string | number | undefined>} [query]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export function get(path, query = {}, signal) {
  return answerOf(address(path, query), { signal });
}

/**
 * Reads an answer of JSON lines as it comes.
 * @param {string} path
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<any>}
 */
export async function* lines(path, signal) {
  const response = await responseOf(address(path, {}), { signal });
  if (!response.ok || !response.body) throw refusal(response.status, await response.json().catch(() => null));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = "";;) {
    const { value, done } = await reader.read();
    if (done) return;
    const all = (rest + value).split("\n");
    rest = all.pop() ?? "";
    for (const line of all) yield JSON.parse(line);
  }
}

/**
 * Changes something.
 * @param {"POST" | "PUT" | "DELETE"} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export function send(method, path, body = {}) {
  return answerOf(address(path, {}), {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/**
 * Has the browser save an export of files.
 * @param {string[]} file_ids
 * @param {"nzb" | "ndjson"} format
 */
export async function saveExport(file_ids, format) {
  const response = await responseOf(address("/api/export", {}), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ file_ids, format }),
  });
  if (!response.ok) throw refusal(response.status, await response.json().catch(() => null));
  const name = /filename\*=UTF-8''(.*)$/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ??
    `files.${format}`;
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  [link.href, link.download] = [url, decodeURIComponent(name)];
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser reads it first
}

/**
 * @param {URL} url
 * @param {RequestInit} init
 */
async function responseOf(url, init) {
  try {
    return await fetch(url, { ...init, cache: "no-store" });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw unreachable();
  }
}

/**
 * @param {URL} url
 * @param {RequestInit} init
 */
async function answerOf(url, init) {
  const response = await responseOf(url, init);
  const answer = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer;
  throw refusal(response.status, answer);
}

/** The service did not answer. */
export function unreachable() {
  service.dispatchEvent(new Event("lost"));
  return new ServiceError("Cannot reach the service: it has ended", "Start it again with `usync-db serve`.", 0);
}

/**
 * The service answered that it cannot do that.
 * @param {number} status
 * @param {{ error?: string, hint?: string | null } | null} answer
 */
export function refusal(status, answer) {
  if (status === 401) service.dispatchEvent(new Event("locked"));
  return new ServiceError(
    answer?.error ?? `The service failed with the status ${status}`,
    answer?.hint ?? null,
    status,
  );
}

/**
 * Whether an error only says that nobody waits for the answer any more.
 * @param {unknown} error
 */
export function isAborted(error) {
  return error instanceof DOMException && error.name === "AbortError";
}
