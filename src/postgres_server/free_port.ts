const USUAL = { first: 5433, last: 5499 };

/** Whether nothing listens on a port of 127.0.0.1. */
export function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse || error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}

/**
 * A port of 127.0.0.1 that is free now: the preferred one, else the first beside PostgreSQL's usual 5432, else any.
 * `avoid` are ports that proved to be of no use.
 */
export function freePort(preferred: number | null, avoid: ReadonlySet<number> = new Set()): number {
  const usable = (port: number) => !avoid.has(port) && isFree(port);
  if (preferred !== null && usable(preferred)) return preferred;
  for (let port = USUAL.first; port <= USUAL.last; port++) {
    if (usable(port)) return port;
  }
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
