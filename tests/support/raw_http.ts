/** Sends bytes to a port of this machine and reads what comes back, up to its end or so many milliseconds of silence. */
export async function rawRequest(url: string, text: string | Uint8Array, silence = 5000): Promise<string> {
  using connection = await connectTo(url);
  await connection.write(typeof text === "string" ? new TextEncoder().encode(text) : text);
  return await readAnswer(connection, silence);
}

export function connectTo(url: string): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(url);
  return Deno.connect({ hostname, port: Number(port) });
}

/** Reads until the end, or until nothing comes for so many milliseconds. */
export async function readAnswer(connection: Deno.Conn, silence = 5000): Promise<string> {
  const decoder = new TextDecoder(), buffer = new Uint8Array(65536);
  let answer = "";
  while (true) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silent = new Promise<null>((resolve) => timer = setTimeout(() => resolve(null), silence));
    const length = await Promise.race([connection.read(buffer).catch(() => null), silent]);
    clearTimeout(timer);
    if (length === null) return answer;
    answer += decoder.decode(buffer.subarray(0, length), { stream: true });
  }
}

/** The status of an answer as text. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1]);
}
