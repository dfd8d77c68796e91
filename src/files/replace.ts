import { closeSync, fsyncSync, openSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { remove, removeNow, rename, renameNow } from "./held.ts";
import { restrictOnWindowsNow } from "./restrict.ts";

/**
 * Replaces a file that nobody else writes, in one step: a kill leaves the old or the new text, on disk, never half of one,
 * and perhaps `file.new`, which the next time takes.
 */
export async function replaceFile(file: string, text: string, mode = 0o644): Promise<void> {
  const temporary = `${file}.new`;
  try {
    {
      using handle = await Deno.open(temporary, { write: true, create: true, truncate: true, mode });
      await writeAll(handle, new TextEncoder().encode(text));
      await handle.sync();
    }
    await rename(temporary, file);
  } catch (error) {
    await remove(temporary);
    throw error;
  }
}

/** How `replaceFileNow` writes. */
export interface ReplaceOptions {
  /** 0o600 for what only this account may read; Windows does not know it, see `isSecret`. */
  mode?: number;
  /** Whether it holds a password: on Windows, too, only this account may read it, as far as its rights can be narrowed. */
  isSecret?: boolean;
  /** Where it is written first, for a file that others may write, too (default: `file.new`). */
  temporary?: string;
}

/** `replaceFile` for what must be done before anything else runs; the name is durable, too. */
export function replaceFileNow(
  file: string,
  content: string | Uint8Array,
  { mode = 0o644, temporary = `${file}.new`, isSecret = false }: ReplaceOptions = {},
): void {
  try {
    const handle = openSync(temporary, "w", mode);
    try {
      if (isSecret && process.platform === "win32") restrictOnWindowsNow(temporary);
      writeFileSync(handle, content);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameNow(temporary, file);
  } catch (error) {
    removeNow(temporary);
    throw error;
  }
  syncFolder(path.dirname(file));
}

/** Writes every byte: one `write` may take fewer than it is given. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}

/** Makes what is in a file durable. */
export async function syncFile(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true });
  await file.sync();
}

/** Makes the names in a folder durable. Windows does so by itself and cannot open a folder. */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
