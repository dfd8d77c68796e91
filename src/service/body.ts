import { InputError } from "../domain/errors.ts";
import { HttpError } from "./http_error.ts";

/** The most bytes of a JSON body, and of a line of NDJSON. */
export const MOST_JSON_BYTES = 64 * 2 ** 20;

/** Seconds that a client may leave a body without a byte. */
const IDLE_SECONDS = 60;

/** The bytes of a body as they come. Throws an `HttpError` when they stop coming. */
export async function* bytesOf(request: Request): AsyncGenerator<Uint8Array> {
  if (!request.body) return;
  const reader = request.body.getReader();
  try {
    while (true) {
      const { done, value } = await inTime(reader.read().catch(brokenOff));
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {}); // the connection may be gone already
  }
}

function brokenOff(cause: unknown): never {
  throw new InputError("The request broke off", {}, { cause });
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new HttpError(408, `The rest of the request did not come within ${IDLE_SECONDS} seconds`)),
      IDLE_SECONDS * 1000,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Reads a body of JSON whole. Throws an `HttpError` for a large one, an `InputError` for what is no JSON. */
export async function readJson(request: Request): Promise<unknown> {
  const tooLarge = () => new HttpError(413, `The request is larger than ${MOST_JSON_BYTES / 2 ** 20} MB`);
  if (Number(request.headers.get("Content-Length") ?? 0) > MOST_JSON_BYTES) throw tooLarge();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of bytesOf(request)) {
    size += piece.length;
    if (size > MOST_JSON_BYTES) throw tooLarge();
    pieces.push(piece);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(await new Blob(pieces as BlobPart[]).bytes()));
  } catch (error) {
    throw new InputError(`The request is not JSON: ${(error as Error).message}`);
  }
}
