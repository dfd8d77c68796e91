/** The ports that installers of PostgreSQL give it: the first one that is free. */
const USUAL_PORTS = [5432, 5433, 5434, 5435];
const PATIENCE_MS = 1000;

/** What a client asks a PostgreSQL before all else: its length, and "may I use TLS?". The answer is one letter. */
const TLS_REQUEST = Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47);
const ANSWERS = new Set([..."SN"].map((letter) => letter.charCodeAt(0)));

/** The ports of this machine, of those named, that a PostgreSQL listens on. */
export async function findRunning(ports: number[] = USUAL_PORTS): Promise<number[]> {
  const answers = await Promise.all(ports.map(isPostgres));
  return ports.filter((_, i) => answers[i]);
}

async function isPostgres(port: number): Promise<boolean> {
  let connection: Deno.Conn | undefined;
  const timer = setTimeout(() => connection?.close(), PATIENCE_MS);
  try {
    connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(TLS_REQUEST);
    const answer = new Uint8Array(2);
    return await connection.read(answer) === 1 && ANSWERS.has(answer[0]);
  } catch {
    return false; // nothing listens there, or something else
  } finally {
    clearTimeout(timer);
    try {
      connection?.close();
    } catch {
      // the patience was over
    }
  }
}
