/** What an HTTP response is to be, byte by byte. */
export interface RawResponse {
  status: string;
  headers?: Record<string, string | number>;
  body?: Uint8Array;
  /** Close the connection after so many bytes of the body. */
  breakAfter?: number;
  /** Pause between blocks of 64 kB, in ms. */
  pauseMs?: number;
  /** Say nothing more after the body, and do not close. */
  hang?: boolean;
}

/** A request as far as tests look at it. */
export interface RawRequest {
  method: string;
  /** The first byte asked for; undefined without a Range header. */
  from?: number;
  ifRange?: string;
}

/** An HTTP server on loopback that can break every rule. Answers what `respond` says. */
export class TestServer implements AsyncDisposable {
  readonly requests: RawRequest[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.Conn>();
  readonly #done: Promise<void>;

  constructor(respond: (request: RawRequest, index: number) => RawResponse) {
    this.#done = this.#serve(respond);
  }

  /** The address of the one file it has. */
  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}/postgresql.bin`;
  }

  async #serve(respond: (request: RawRequest, index: number) => RawResponse): Promise<void> {
    const running: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      this.#connections.add(connection);
      running.push(this.#answer(connection, respond));
    }
    await Promise.all(running);
  }

  async #answer(connection: Deno.Conn, respond: (request: RawRequest, index: number) => RawResponse): Promise<void> {
    try {
      const request = parse(await readHead(connection));
      this.requests.push(request);
      await send(connection, respond(request, this.requests.length - 1), request.method === "HEAD");
    } catch {
      // The client went away, which is what many tests are about.
    } finally {
      this.#close(connection);
    }
  }

  #close(connection: Deno.Conn): void {
    if (this.#connections.delete(connection)) connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) this.#close(connection);
    await this.#done;
  }
}

async function readHead(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(8192);
  let text = "";
  while (!text.includes("\r\n\r\n")) {
    const read = await connection.read(buffer);
    if (read === null) throw new Error("closed");
    text += new TextDecoder().decode(buffer.subarray(0, read));
  }
  return text;
}

function parse(head: string): RawRequest {
  const from = /^range: bytes=(\d+)-\r$/im.exec(head)?.[1];
  return {
    method: head.split(" ", 1)[0],
    from: from === undefined ? undefined : Number(from),
    ifRange: /^if-range: (.*)\r$/im.exec(head)?.[1],
  };
}

async function send(connection: Deno.Conn, response: RawResponse, headOnly: boolean): Promise<void> {
  const { status, headers = {}, body = new Uint8Array(), breakAfter = body.length, pauseMs, hang } = response;
  const lines = Object.entries({ Connection: "close", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  await write(connection, new TextEncoder().encode(`HTTP/1.1 ${status}\r\n${lines.join("")}\r\n`));
  if (headOnly) return;
  for (let at = 0; at < breakAfter; at += 65536) {
    await write(connection, body.subarray(at, Math.min(at + 65536, breakAfter)));
    if (pauseMs !== undefined) await new Promise((done) => setTimeout(done, pauseMs));
  }
  // Ends when the client has had enough.
  if (hang) await connection.read(new Uint8Array(1));
}

async function write(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await connection.write(bytes.subarray(done));
}

/** What a proper server answers for a file, ranges and If-Range included. */
export function serveFile(body: Uint8Array, request: RawRequest, etag = '"1"'): RawResponse {
  const common = { "Accept-Ranges": "bytes", ETag: etag };
  if (request.from === undefined || (request.ifRange !== undefined && request.ifRange !== etag)) {
    return { status: "200 OK", headers: { ...common, "Content-Length": body.length }, body };
  }
  if (request.from >= body.length) {
    return { status: "416 Range Not Satisfiable", headers: { "Content-Range": `bytes */${body.length}` } };
  }
  const rest = body.subarray(request.from);
  const range = `bytes ${request.from}-${body.length - 1}/${body.length}`;
  return {
    status: "206 Partial Content",
    headers: { ...common, "Content-Length": rest.length, "Content-Range": range },
    body: rest,
  };
}
