import { closeSync, existsSync, openSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { removeNow } from "./held.ts";

/** The path of a file in a folder that is removed when it is needed no more, or when the store is opened after a kill. */
export function spillPath(folder: string): string {
  return join(folder, `spill-${crypto.randomUUID()}.tmp`);
}

const SPILLED = /^spill-[-0-9a-f]+\.tmp$/;

/** Removes what killed processes have left in a folder, as far as that can be removed: the next start tries again. */
export function removeSpilled(folder: string): void {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names) if (SPILLED.test(name)) unspill(join(folder, name));
}

/** Removes such a file. One that cannot be removed stays until the store is opened again: what it was for is done. */
export function unspill(path: string): void {
  try {
    removeNow(path);
  } catch {
    // see above
  }
}

/** Writes bytes to a file in a folder until something needs it no more. */
export async function spillBytes(folder: string, bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const path = spillPath(folder);
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
    if (!isWhole) unspill(path);
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
