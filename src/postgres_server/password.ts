import { randomBytes } from "node:crypto";
import { exists, remove, rename, whileHeld, writeAll } from "./file_access.ts";
import { runProgram, systemRoot } from "./run_program.ts";
import path from "node:path";
import type { Report } from "./report.ts";
import { UsyncError } from "../domain/errors.ts";

/** A new random password: 32 characters, 192 bits. */
export function newPassword(): string {
  return randomBytes(24).toString("base64url");
}

/** Writes a file that only this account can read, from its first moment on. It must not exist. */
export async function writeSecret(file: string, text: string, report: Report): Promise<void> {
  const temporary = `${file}.tmp`;
  await remove(temporary);
  {
    using handle = await Deno.open(temporary, { write: true, createNew: true, mode: 0o600 });
    if (Deno.build.os === "windows") await restrictOnWindows(temporary, report);
    await writeAll(handle, new TextEncoder().encode(text));
    await handle.sync();
  }
  await rename(temporary, file);
}

/**
 * Windows files take the rights of their folder, which below the user's own folder is enough; this makes sure wherever
 * it is. Where it cannot be done it is told.
 */
async function restrictOnWindows(file: string, report: Report): Promise<void> {
  try {
    const user = Deno.env.get("USERNAME");
    if (!user) throw new UsyncError("the name of the user is not known");
    const icacls = path.join(systemRoot(), "System32", "icacls.exe");
    const domain = Deno.env.get("USERDOMAIN");
    const principal = domain ? `${domain}\\${user}` : user;
    const { code, output } = await runProgram(icacls, [file, "/inheritance:r", "/grant:r", `${principal}:F`], {
      cwd: path.dirname(file),
    });
    if (code !== 0) throw new UsyncError(output || `icacls ended with ${code}`);
  } catch (error) {
    if (!(error instanceof UsyncError) && !(error instanceof Deno.errors.NotCapable)) throw error;
    report.message(`The password file has the rights of its folder; they could not be narrowed (${error.message}).`);
  }
}

/** The stored password, undefined where there is none. */
export async function readPassword(file: string): Promise<string | undefined> {
  if (!await exists(file)) return undefined;
  return (await whileHeld(() => Deno.readTextFile(file))).trim();
}
