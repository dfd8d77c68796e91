import { InputError } from "../domain/errors.ts";
import { Ending } from "./ending.ts";
import { HttpError } from "./http_error.ts";

/** The most bytes of a JSON body, and of a line of NDJSON. */
export const MOST_JSON_BYTES = 64 * 2 ** 20;
/** The most bytes of all JSON bodies that are being read at a time. */
const MOST_AT_ONCE = 256 * 2 ** 20;

/**
 * The bytes of a body as they come; `patience`: milliseconds for which none may come. Throws an `HttpError` when they stop coming or the service ends, an `InputError` when
 * the request is broken off.
 */
export async function* bytesOf(request: Request, signal: AbortSignal, patience: number): AsyncGenerator<Uint8Array> {
  if (!request.body) return;
  using ending = new Ending(signal);
  const reader = request.body.getReader();
  try {
    while (true) {
      const { done, value } = await inTime(ending.or(reader.read().catch(brokenOff)), patience);
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {}); // the connection may be gone already
  }
}

async function inTime<T>(work: Promise<T>, patience: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => timer = setTimeout(() => reject(lateError(patience)), patience));
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function brokenOff(cause: unknown): never {
  throw new InputError("The request broke off", {}, { cause });
}

function lateError(patience: number): HttpError {
  return new HttpError(408, `The rest of the request did not come within ${patience / 1000} seconds`);
}

let bytesAtOnce = 0;

/** Reads a body of JSON whole. Throws an `HttpError` for a large one, an `InputError` for what is no JSON. */
export async function readJson(bytes: AsyncIterable<Uint8Array>, contentLength: number): Promise<unknown> {
  if (contentLength > MOST_JSON_BYTES) throw tooLarge();
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of bytes) {
      size += piece.length;
      bytesAtOnce += piece.length;
      if (size > MOST_JSON_BYTES) throw tooLarge();
      if (bytesAtOnce > MOST_AT_ONCE) throw new HttpError(429, "There are too many large requests at once");
      pieces.push(piece);
    }
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(concat(pieces, size)));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      throw new InputError(`The request is not JSON: ${error.message}`);
    }
    throw error;
  } finally {
    bytesAtOnce -= size;
  }
}

function tooLarge(): HttpError {
  return new HttpError(413, `The request is larger than ${MOST_JSON_BYTES / 2 ** 20} MB`);
}

function concat(pieces: Uint8Array[], size: number): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
