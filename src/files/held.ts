import path from "node:path";
import { renameSync, rmSync } from "node:fs";

const WINDOWS = Deno.build.os === "windows";
/** What a virus scanner or indexer causes when it holds a file for a moment: access denied, sharing and lock violation. */
const HELD = /os error (5|32|33|145|1224)\)/;
const RETRY_FOR_MS = 10_000, RETRY_NOW_FOR_MS = 2_000;

function isHeld(error: unknown): boolean {
  return WINDOWS && error instanceof Error && !(error instanceof Deno.errors.NotFound) &&
    (HELD.test(error.message) || error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.Busy);
}

/** Repeats `action` with growing pauses while, on Windows, another program holds the file; up to ten seconds. */
export async function whileHeld<T>(
  action: () => Promise<T>,
  options: { held?: (error: unknown) => boolean; forMs?: number } = {},
): Promise<T> {
  const { held = isHeld, forMs = RETRY_FOR_MS } = options;
  const end = Date.now() + forMs;
  for (let pause = 20;; pause = Math.min(pause * 2, 1000)) {
    try {
      return await action();
    } catch (error) {
      if (!held(error) || Date.now() + pause > end) throw error;
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}

/** Renames, waiting for other programs to let go. */
export function rename(from: string, to: string): Promise<void> {
  return whileHeld(() => Deno.rename(from, to));
}

/** `rename` for what must be done before anything else runs; it waits for two seconds at most. */
export function renameNow(from: string, to: string): void {
  nowWhileHeld(() => renameSync(from, to));
}

/** `remove` for what must be done before anything else runs; it waits for two seconds at most. */
export function removeNow(target: string): void {
  nowWhileHeld(() => rmSync(target, { recursive: true, force: true }));
}

const CODES = new Set(["EPERM", "EACCES", "EBUSY"]);

function nowWhileHeld(action: () => void): void {
  const end = Date.now() + RETRY_NOW_FOR_MS;
  for (let pause = 10;; pause *= 2) {
    try {
      return action();
    } catch (error) {
      if (!WINDOWS || !CODES.has((error as { code?: string }).code!) || Date.now() + pause > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    }
  }
}

/** A folder that filled again while it was emptied: an initdb goes on for a moment after its program was killed. */
const isFilledAgain = (error: unknown) => error instanceof Error && /os error (39|66)\)/.test(error.message);

/** Removes a file or a whole folder if it is there, waiting for other programs to let go. */
export async function remove(target: string): Promise<void> {
  try {
    const held = (error: unknown) => isHeld(error) || isFilledAgain(error);
    await whileHeld(() => Deno.remove(target, { recursive: true }), { held });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Removes a folder and what is in it, one by one: the executable may not remove a folder at once in whose depth a program
 * could be that it may run.
 */
export async function removeBelow(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) await remove(path.join(folder, name));
  await whileHeld(() => Deno.remove(folder));
}
