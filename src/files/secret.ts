import { randomBytes } from "node:crypto";
import path from "node:path";
import { messageOf } from "../domain/errors.ts";
import { explainFileError } from "./explain_file_error.ts";
import { LITTLE_BYTES } from "./full_disk.ts";
import { remove, rename } from "./held.ts";
import { readTextIfThere } from "./read.ts";
import { writeAll } from "./replace.ts";
import { systemRoot } from "./system_root.ts";

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

/**
 * Windows files take the rights of their folder, which below the user's own folder is enough; this makes sure wherever
 * it is. Where it cannot be done it is told.
 */
async function restrictOnWindows(file: string, tell: (message: string) => void): Promise<void> {
  try {
    const user = Deno.env.get("USERNAME");
    if (!user) throw new Error("the name of the user is not known");
    const icacls = path.join(systemRoot(), "System32", "icacls.exe");
    const domain = Deno.env.get("USERDOMAIN");
    const principal = domain ? `${domain}\\${user}` : user;
    const { code, stderr } = await new Deno.Command(icacls, {
      args: [file, "/inheritance:r", "/grant:r", `${principal}:F`],
      stdin: "null",
    }).output();
    if (code !== 0) throw new Error(new TextDecoder().decode(stderr).trim() || `icacls ended with ${code}`);
  } catch (error) {
    tell(`${file} has the rights of its folder; they could not be narrowed (${messageOf(error)}).`);
  }
}

/** What such a file holds, undefined where there is none. */
export async function readSecret(file: string): Promise<string | undefined> {
  return (await readTextIfThere(file))?.trim();
}
