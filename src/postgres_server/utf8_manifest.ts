import path from "node:path";
import { exists } from "../files/read.ts";

/**
 * PostgreSQL's Windows programs take paths in the code page of the system, so a folder like `数据` does not exist for
 * them on a machine set to another language. A manifest beside a program makes UTF-8 its code page (Windows 10 1903 and
 * later); older systems ignore it.
 */
const MANIFEST = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly manifestVersion="1.0" xmlns="urn:schemas-microsoft-com:asm.v1">
  <trustInfo xmlns="urn:schemas-microsoft-com:asm.v3">
    <security>
      <requestedPrivileges><requestedExecutionLevel level="asInvoker" uiAccess="false"/></requestedPrivileges>
    </security>
  </trustInfo>
  <application xmlns="urn:schemas-microsoft-com:asm.v3">
    <windowsSettings>
      <activeCodePage xmlns="http://schemas.microsoft.com/SMI/2019/WindowsSettings">UTF-8</activeCodePage>
    </windowsSettings>
  </application>
</assembly>
`;

/** Puts the manifest beside every program in `bin`, before its first run: Windows remembers that there was none. */
export async function addUtf8Manifests(bin: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(bin)) {
    const manifest = path.join(bin, `${name}.manifest`);
    if (isFile && name.toLowerCase().endsWith(".exe") && !await exists(manifest)) {
      await Deno.writeTextFile(manifest, MANIFEST);
    }
  }
}

/** Whether a path can only be given to programs whose code page is UTF-8. */
export function needsUtf8(folder: string): boolean {
  // deno-lint-ignore no-control-regex -- everything outside ASCII
  return /[^\u0000-\u007f]/.test(folder);
}
