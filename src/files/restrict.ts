import path from "node:path";
import { messageOf } from "../domain/errors.ts";
import { systemRoot } from "./system_root.ts";

/**
 * Windows files take the rights of their folder, which below the user's own folder is enough; this makes sure wherever it is,
 * for a file that is there. Where it cannot be done it is told.
 */
export async function restrictOnWindows(file: string, tell: (message: string) => void): Promise<void> {
  try {
    check(await restriction(file).output());
  } catch (error) {
    tell(`${file} has the rights of its folder; they could not be narrowed (${messageOf(error)}).`);
  }
}

/** `restrictOnWindows` for what must be done before anything else runs; where it cannot be done the rights are the folder's. */
export function restrictOnWindowsNow(file: string): void {
  try {
    check(restriction(file).outputSync());
  } catch {
    // see above
  }
}

function restriction(file: string): Deno.Command {
  const user = Deno.env.get("USERNAME");
  if (!user) throw new Error("the name of the user is not known");
  const icacls = path.join(systemRoot(), "System32", "icacls.exe");
  const domain = Deno.env.get("USERDOMAIN");
  const principal = domain ? `${domain}\\${user}` : user;
  return new Deno.Command(icacls, { args: [file, "/inheritance:r", "/grant:r", `${principal}:F`], stdin: "null" });
}

function check({ code, stderr }: Deno.CommandOutput): void {
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr).trim() || `icacls ended with ${code}`);
}
