import path from "node:path";
import { messageOf, UsyncError } from "../domain/errors.ts";

const WINDOWS = Deno.build.os === "windows";
/** What a virus scanner or indexer causes when it holds a file for a moment: access denied, sharing and lock violation. */
const HELD = /os error (5|32|33|145|1224)\)/;
const RETRY_FOR_MS = 10_000;

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

/** Whether something is at that path. */
export async function exists(target: string): Promise<boolean> {
  try {
    await Deno.lstat(target);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/** The text of a file, undefined where there is none. */
export async function readTextIfThere(file: string): Promise<string | undefined> {
  try {
    return await whileHeld(() => Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Replaces a file in one step: a kill leaves the old or the new text, on disk, never half of one. */
export async function writeAtomically(file: string, text: string, mode = 0o644): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${crypto.randomUUID()}.tmp`);
  try {
    using handle = await Deno.open(temporary, { write: true, createNew: true, mode });
    await writeAll(handle, new TextEncoder().encode(text));
    await handle.sync();
  } catch (error) {
    await remove(temporary);
    throw error;
  }
  await rename(temporary, file);
}

/** Writes every byte: one `write` may take fewer than it is given. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}

/**
 * Turns what the file system said into an error a user can act on; anything else comes back as it is.
 * `action` reads on after "Cannot", such as "unpack PostgreSQL".
 */
export function explainFileError(error: unknown, action: string, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof UsyncError) return error;
  const number = /os error (\d+)\)/.exec(error.message)?.[1];
  const explained = (why: string, hint: string) => new UsyncError(`Cannot ${action}: ${why}`, { hint, cause: error });
  if (number === (WINDOWS ? "112" : "28") || number === (WINDOWS ? "1295" : "122")) {
    return explained(
      `the disk of ${folder} is full`,
      "Free some space there (about 1 GB), then run the command again.",
    );
  }
  if (error instanceof Deno.errors.NotCapable) {
    return new UsyncError(`Cannot ${action}: ${messageOf(error)}`, { cause: error });
  }
  if ((!WINDOWS && number === "30") || (WINDOWS && number === "19")) {
    return explained(
      `${folder} is on a read-only disk`,
      "Choose a data folder that can be written to, with --data DIR.",
    );
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return explained(
      `access to ${folder} was denied (${error.message})`,
      "Make the folder writable for your account, choose another with --data DIR, or close the program that holds it.",
    );
  }
  if (error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists) {
    return explained(
      `a file is where the folder ${folder} should be`,
      "Move that file away, or choose another data folder with --data DIR.",
    );
  }
  return error;
}
