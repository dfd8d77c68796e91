import { constants, createGunzip } from "node:zlib";
import { InputError, messageOf, UsyncError } from "../domain/errors.ts";

const READ_SIZE = 1024 * 1024;

/** Compressed bytes given to zlib at once: its output of one piece is held in memory, and may be a thousandfold. */
const GUNZIP_PIECE = 16 * 1024;

/**
 * The bytes of a file, or of a stream such as standard input, unpacked when they are gzip. Little is held in memory,
 * and the file is closed when the reading ends or is given up.
 *
 * A gzip of several members is read to its end, zero bytes after it are ignored. When it is cut off or damaged, what
 * came before comes first, then an `InputError`. A file that cannot be read throws a `UsyncError`.
 */
export function openBytes(source: string | ReadableStream<Uint8Array>, gzip: boolean): AsyncGenerator<Uint8Array> {
  const bytes = typeof source === "string" ? readFile(source) : readStream(source);
  return gzip ? gunzip(bytes) : bytes;
}

async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  const file = await Deno.open(path).catch((cause) => {
    throw new UsyncError(`Cannot read ${path}: ${whyNot(cause)}`, { cause });
  });
  try {
    while (true) {
      const buffer = new Uint8Array(READ_SIZE);
      const length = await file.read(buffer).catch((cause) => {
        throw new UsyncError(`Cannot read ${path}: ${whyNot(cause)}`, { cause });
      });
      if (length === null) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    file.close();
  }
}

async function* readStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* stream;
}

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "access is denied";
  return messageOf(error);
}

/** Unpacks gzip. Not a `DecompressionStream`: that stops at the first member and keeps back what came before damage. */
async function* gunzip(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const zlib = createGunzip({ chunkSize: READ_SIZE });
  let unpacked: Uint8Array[] = [];
  let anything = false;
  let ended = false; // may come before the bytes end: zlib ignores zero bytes behind the data, and all after them
  let failure: Error | undefined;
  let wake = () => {};
  zlib.on("data", (piece: Uint8Array) => unpacked.push(piece));
  zlib.on("end", () => {
    ended = true;
    wake();
  });
  zlib.on("error", (error: Error) => {
    failure = error;
    wake();
  });
  /** Starts something and waits until it is done, or all is. */
  const run = (start: (done: () => void) => void) =>
    new Promise<void>((resolve) => {
      wake = resolve;
      start(resolve);
    });
  const take = () => {
    const pieces = unpacked;
    unpacked = [];
    anything ||= pieces.length > 0;
    return pieces;
  };
  const isOver = () => ended || failure !== undefined;
  try {
    for await (const bytes of packed) {
      for (let at = 0; at < bytes.length && !isOver(); at += GUNZIP_PIECE) {
        await run((done) => zlib.write(bytes.subarray(at, at + GUNZIP_PIECE), () => done()));
        yield* take();
      }
      if (isOver()) break;
    }
    if (!isOver()) await run(() => zlib.end());
    yield* take();
    if (failure !== undefined) throw damaged(failure, anything);
  } finally {
    zlib.destroy();
  }
}

function damaged(failure: Error, anything: boolean): InputError {
  const { errno } = failure as Error & { errno?: number };
  const why = errno === constants.Z_BUF_ERROR
    ? "the gzip data is cut off"
    : failure.message !== "incorrect header check"
    ? `the gzip data is damaged: ${failure.message}`
    : anything
    ? "something that is not gzip follows the gzip data"
    : "this is not gzip";
  return new InputError(why, {}, { cause: failure });
}
