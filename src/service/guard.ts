import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { HonoRequest, MiddlewareHandler } from "hono";
import { HttpError } from "./http_error.ts";
import { Rate } from "./limits.ts";

/**
 * Sent with every answer: nothing from elsewhere runs in the page, no text becomes markup, nobody frames it, nothing is
 * guessed or kept.
 */
const HEADERS = {
  "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cache-Control": "no-store",
};

/** Refusals in a second; beyond that nobody is told why. */
const REFUSALS = 50;
const FOREIGN = ["Refused: the request does not come from this machine or not from our page"] as const;
const NO_TOKEN = [
  "Refused: changes need the token",
  "Send `Authorization: Bearer TOKEN`; the token is in service.json in the data folder.",
] as const;

/** Adds the headers that every answer has. */
export const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
};

/**
 * Refuses what does not come from this machine's user: a foreign Host (a name that was made to point here), another origin
 * (a page of elsewhere in the user's browser), and changes without the token.
 */
export function guard(port: number, token: string): MiddlewareHandler {
  const refusals = new Rate(REFUSALS);
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const origins = hosts.map((host) => `http://${host}`);
  return async ({ req }, next) => {
    const refusal = hosts.includes(req.header("Host") ?? "") && isOwn(req, origins)
      ? isRead(req) || isToken(req.header("Authorization"), token) ? undefined : new HttpError(401, ...NO_TOKEN)
      : new HttpError(403, ...FOREIGN);
    if (refusal) throw refusals.pass() ? refusal : new HttpError(429, "There are too many requests that are refused");
    await next();
  };
}

function isRead({ method }: HonoRequest): boolean {
  return method === "GET" || method === "HEAD";
}

/** Whether a request comes from no page at all, or from ours. A link from elsewhere may lead to the page. */
function isOwn(req: HonoRequest, origins: string[]): boolean {
  const origin = req.header("Origin"), site = req.header("Sec-Fetch-Site");
  if (origin !== undefined && !origins.includes(origin)) return false;
  if (site === undefined || site === "same-origin" || site === "none") return true;
  return req.path === "/" && req.method === "GET" && req.header("Sec-Fetch-Mode") === "navigate" &&
    req.header("Sec-Fetch-Dest") === "document";
}

/** Takes the same time whatever is wrong. */
function isToken(header: string | undefined, token: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(header ?? ""), hash(`Bearer ${token}`));
}

/** What a service answers to a challenge: only one that has the token can. */
export function proofOf(token: string, challenge: string): string {
  return createHmac("sha256", token).update(challenge).digest("hex");
}
