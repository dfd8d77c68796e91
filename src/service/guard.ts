import type { HonoRequest, MiddlewareHandler } from "hono";
import { hasAccess } from "./access.ts";
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
  "Refused: this needs the token",
  "Send `Authorization: Bearer TOKEN`; the token is in service.json in the data folder. In a browser, open the page at " +
  "the address that `usync-db serve` prints.",
] as const;

/** Adds the headers that every answer has. */
export const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
};

/** What decides who is let in. */
export interface GuardOptions {
  port: number;
  token: string;
  /** Whether a path may be read without the token. */
  isOpen(path: string): boolean | Promise<boolean>;
}

/**
 * Refuses what does not come from this machine's user: a foreign Host (a name that was made to point here), another origin
 * (a page of elsewhere in the user's browser), and whoever has neither the token nor the page's cookie.
 */
export function guard({ port, token, isOpen }: GuardOptions): MiddlewareHandler {
  const refusals = new Rate(REFUSALS);
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const origins = hosts.map((host) => `http://${host}`);
  const refusalOf = async (req: HonoRequest) => {
    if (!hosts.includes(req.header("Host") ?? "") || !isOwn(req, origins)) return new HttpError(403, ...FOREIGN);
    const isRead = req.method === "GET" || req.method === "HEAD";
    if (hasAccess(req, token, origins) || (isRead && await isOpen(req.path))) return undefined;
    return new HttpError(401, ...NO_TOKEN);
  };
  return async ({ req }, next) => {
    const refusal = await refusalOf(req);
    if (refusal) throw refusals.pass() ? refusal : new HttpError(429, "There are too many requests that are refused");
    await next();
  };
}

/** Whether a request comes from no page at all, or from ours. A link from elsewhere may lead to the page. */
function isOwn(req: HonoRequest, origins: string[]): boolean {
  const origin = req.header("Origin"), site = req.header("Sec-Fetch-Site");
  if (origin !== undefined && !origins.includes(origin)) return false;
  if (site === undefined || site === "same-origin" || site === "none") return true;
  return req.path === "/" && req.method === "GET" && req.header("Sec-Fetch-Mode") === "navigate" &&
    req.header("Sec-Fetch-Dest") === "document";
}
