import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { HttpError } from "./http_error.ts";

/** Sent with every answer: nothing from elsewhere runs in the page, nobody frames it, nothing is guessed or kept. */
const HEADERS = {
  "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cache-Control": "no-store",
};

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
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const origins = hosts.map((host) => `http://${host}`);
  return async ({ req }, next) => {
    if (!hosts.includes(req.header("Host") ?? "")) throw new HttpError(403, "Refused: the Host is foreign");
    const origin = req.header("Origin"), site = req.header("Sec-Fetch-Site");
    if (origin !== undefined && !origins.includes(origin)) throw new HttpError(403, "Refused: the Origin is foreign");
    if (site !== undefined && site !== "same-origin" && site !== "none") {
      throw new HttpError(403, "Refused: the request comes from another site");
    }
    if (req.method !== "GET" && req.method !== "HEAD" && !isToken(req.header("Authorization"), token)) {
      throw new HttpError(
        401,
        "Refused: changes need the token",
        "Send `Authorization: Bearer TOKEN`; the token is in service.json in the data folder.",
      );
    }
    await next();
  };
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
