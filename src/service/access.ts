import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { HonoRequest } from "hono";

/** Seconds for which a browser keeps the page's cookie: as long as browsers allow. */
const COOKIE_SECONDS = 400 * 24 * 3600;

/** What a service answers to a challenge: only one that has the token can. */
export function proofOf(token: string, challenge: string): string {
  return createHmac("sha256", token).update(challenge).digest("hex");
}

/**
 * The page's cookie, as an answer sets it: no script can read it, and no page of elsewhere makes the browser send it. It is
 * made of the token but does not tell it, and stays the same while the token does.
 */
export function accessCookie(token: string): string {
  return `${cookieName(token)}=${cookieValue(token)}; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Strict`;
}

/** Whether a request shows the token, or the page's cookie. `origins`: the page's own. */
export function hasAccess(req: HonoRequest, token: string, origins: string[]): boolean {
  const authorization = req.header("Authorization");
  if (authorization !== undefined) return isSame(authorization, `Bearer ${token}`);
  const cookie = cookieOf(req.header("Cookie") ?? "", cookieName(token));
  if (cookie === undefined || !isSame(cookie, cookieValue(token))) return false;
  const isRead = req.method === "GET" || req.method === "HEAD";
  return isRead || origins.includes(req.header("Origin") ?? ""); // browsers name it with every change
}

/** Cookies know no ports: each store has its own name, so that services beside each other do not overwrite theirs. */
function cookieName(token: string): string {
  return `usync-db-${proofOf(token, "cookie name").slice(0, 12)}`;
}

function cookieValue(token: string): string {
  return proofOf(token, "cookie");
}

function cookieOf(header: string, name: string): string | undefined {
  const pairs = header.split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Takes the same time whatever is wrong. */
function isSame(given: string, expected: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
