import { InputError, messageOf, UsyncError } from "../domain/errors.ts";
import { LineSplitter } from "../formats/line_splitter.ts";
import { BATCHES } from "../service/batch_upload.ts";
import { closedError } from "../store/closed_error.ts";

/** Where a service is, and what it lets in. */
export interface ServiceAddress {
  url: string;
  token: string;
}

/** What goes into the query of an address; what is undefined is left out. */
export type Query = Record<string, string | number | undefined>;

/** What a request sends besides its address. */
interface Sent {
  json?: unknown;
  batches?: ReadableStream<Uint8Array>;
}

/** An answer of a service that is no success. */
interface Failure {
  error: string;
  hint: string | null;
  line?: number;
  column?: number;
}

/** Closes idle connections well before the service does. */
const IDLE_MS = 20_000;

/** A text that an address can hold: half of a surrogate pair becomes NUL, for what would come instead may name another file. */
function inAddress(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed().replaceAll("\ufffd", "\0");
}

/** Talks to a service. What fails is a `UsyncError`, as the service or the connection tells. */
export class ServiceClient {
  readonly #address: ServiceAddress;
  readonly #http: Deno.HttpClient;
  /** Ends what is still being read when the client is closed. */
  readonly #end = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(address: ServiceAddress) {
    this.#address = address;
    const { hostname, port } = new URL(address.url);
    // Straight to the service, whatever proxy the environment names.
    const proxy = { transport: "tcp" as const, hostname, port: Number(port) };
    this.#http = Deno.createHttpClient({ proxy, poolIdleTimeout: IDLE_MS });
  }

  /** Asks for JSON. */
  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.#track(async () => await this.#read(await this.#request("GET", path, query, {})));
  }

  /** Asks for JSON; undefined where the service says that it is not there. */
  find<T>(path: string, query: Query): Promise<T | undefined> {
    return this.#track(async () => {
      const response = await this.#request("GET", path, query, {}, [404]);
      const value = await this.#read<T>(response);
      return response.ok ? value : undefined;
    });
  }

  /** Changes something. */
  send<T>(method: "POST" | "PUT" | "DELETE", path: string, query: Query = {}, sent: Sent = {}): Promise<T> {
    return this.#track(async () => await this.#read(await this.#request(method, path, query, sent)));
  }

  /** The lines of an answer, as they come. */
  async *lines(
    path: string,
    { method = "GET", json }: { method?: string; json?: unknown } = {},
  ): AsyncGenerator<string> {
    if (this.#closing) throw closedError();
    const response = await this.#request(method, path, {}, { json });
    const splitter = new LineSplitter(), decoder = new TextDecoder();
    const batches = async function* () {
      for await (const piece of response.body!) yield* splitter.split(piece);
      yield* splitter.end();
    };
    try {
      for await (const batch of batches()) {
        for (const line of decoder.decode(batch).split("\n")) if (line !== "") yield line;
      }
    } catch (error) {
      throw error instanceof UsyncError ? error : this.#broken(error);
    }
  }

  /** Waits for the requests that were begun, but for those that are still being read. May be called again. */
  close(): Promise<void> {
    return this.#closing ??= (async () => {
      await Promise.allSettled(this.#running);
      this.#end.abort();
      this.#http.close();
    })();
  }

  #track<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(closedError());
    const done = work().finally(() => this.#running.delete(done));
    this.#running.add(done);
    return done;
  }

  /** Throws what the service answers, unless the status is one of `expected`. */
  async #request(
    method: string,
    path: string,
    query: Query,
    { json, batches }: Sent,
    expected: number[] = [],
  ): Promise<Response> {
    const url = new URL(path, this.#address.url);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, inAddress(`${value}`));
    }
    const headers = new Headers();
    headers.set("Authorization", `Bearer ${this.#address.token}`);
    if (json !== undefined) headers.set("Content-Type", "application/json");
    if (batches) headers.set("Content-Type", BATCHES);
    const body = json === undefined ? batches : JSON.stringify(json);
    let response: Response;
    try {
      response = await fetch(url, { method, headers, body, client: this.#http, signal: this.#end.signal });
    } catch (error) {
      throw this.#broken(error);
    }
    if (response.ok || expected.includes(response.status)) return response;
    throw failureError(await this.#read<Failure>(response), response.status);
  }

  async #read<T>(response: Response): Promise<T> {
    try {
      return await response.json();
    } catch (error) {
      throw this.#broken(error);
    }
  }

  #broken(error: unknown): UsyncError {
    if (this.#end.signal.aborted) return closedError();
    const { message, cause } = error as Error;
    return new UsyncError(
      `The service on ${this.#address.url} does not answer: ${cause ? messageOf(cause) : message}`,
      {
        hint: "What was reported as stored is safe. Run the command again; if the service has ended, it works without.",
        cause: error,
      },
    );
  }
}

/** The error that a service has told. */
export function failureError({ error, hint, line, column }: Failure, status = 500): UsyncError {
  return status === 400 ? new InputError(error, { line, column }) : new UsyncError(error, { hint: hint ?? undefined });
}
