import { constants, createGunzip } from "node:zlib";
import { InputError } from "../domain/errors.ts";
import { type Packing, startsWith } from "./packing.ts";

const OUTPUT_SIZE = 1024 * 1024;

/** Compressed bytes given to zlib at once: its output of one piece is held in memory, and may be a thousandfold. */
const PIECE = 16 * 1024;

/** Gzip, also of several members; zero bytes behind it are ignored. */
export const GZIP: Packing = {
  name: "gzip",
  endings: [".gz"],
  begins: (start) => startsWith(start, "\x1f\x8b"),
  unpack: gunzip,
};

/** Not a `DecompressionStream`: that stops at the first member and keeps back what came before damage. */
async function* gunzip(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const zlib = createGunzip({ chunkSize: OUTPUT_SIZE });
  let unpacked: Uint8Array[] = [];
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
    return pieces;
  };
  const isOver = () => ended || failure !== undefined;
  try {
    for await (const bytes of packed) {
      for (let at = 0; at < bytes.length && !isOver(); at += PIECE) {
        await run((done) => zlib.write(bytes.subarray(at, at + PIECE), () => done()));
        yield* take();
      }
      if (isOver()) break;
    }
    if (!isOver()) await run(() => zlib.end());
    yield* take();
    if (failure !== undefined) throw damaged(failure);
  } finally {
    zlib.destroy();
  }
}

function damaged(failure: Error): InputError {
  const { errno } = failure as Error & { errno?: number };
  const why = errno === constants.Z_BUF_ERROR
    ? "the gzip data is cut off"
    : failure.message === "incorrect header check"
    ? "something that is not gzip follows the gzip data"
    : `the gzip data is damaged: ${failure.message}`;
  return new InputError(why, {}, { cause: failure });
}
