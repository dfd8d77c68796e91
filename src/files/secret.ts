import { randomBytes } from "node:crypto";
import path from "node:path";
import { explainFileError } from "./explain_file_error.ts";
import { LITTLE_BYTES } from "./full_disk.ts";
import { remove, rename } from "./held.ts";
import { readTextIfThere } from "./read.ts";
import { writeAll } from "./replace.ts";
import { restrictOnWindows } from "./restrict.ts";

/** A new random password or token: 32 characters, 192 bits. */
export function newSecret(): string {
  return randomBytes(24).toString("base64url");
}

/** Writes a file that only this account can read, from its first moment on. It must not exist. `tell`: where it cannot be so. */
export async function writeSecret(file: string, text: string, tell: (message: string) => void): Promise<void> {
  const temporary = `${file}.tmp`;
  try {
    await remove(temporary);
    {
      using handle = await Deno.open(temporary, { write: true, createNew: true, mode: 0o600 });
      if (Deno.build.os === "windows") await restrictOnWindows(temporary, tell);
      await writeAll(handle, new TextEncoder().encode(text));
      await handle.sync();
    }
    await rename(temporary, file);
  } catch (error) {
    throw explainFileError(error, `write ${file}`, path.dirname(file), LITTLE_BYTES);
  }
}

/** What such a file holds, undefined where there is none. */
export async function readSecret(file: string): Promise<string | undefined> {
  return (await readTextIfThere(file))?.trim();
}
