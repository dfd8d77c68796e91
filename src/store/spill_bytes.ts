import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { messageOf, UsyncError } from "../domain/errors.ts";

/** Writes bytes to a file in a folder until something needs it no more. */
export async function spillBytes(folder: string, bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const path = join(folder, `held-${crypto.randomUUID()}.tmp`); // opening the store removes it after a kill: `removeSpilled`
  const file = attempt(path, () => openSync(path, "wx", 0o600));
  let isWhole = false;
  try {
    for await (const piece of bytes) {
      for (let at = 0; at < piece.length;) at += attempt(path, () => writeSync(file, piece, at));
    }
    isWhole = true;
    return path;
  } finally {
    closeSync(file);
    if (!isWhole) rmSync(path, { force: true });
  }
}

function attempt<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    throw new UsyncError(`Cannot write ${path}: ${messageOf(cause)}`, {
      hint: "An input is kept there while it is read. Free some space and run the command again.",
      cause,
    });
  }
}
