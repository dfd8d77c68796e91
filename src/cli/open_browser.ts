import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "../domain/errors.ts";
import { remove, removeNow } from "../files/held.ts";
import { writeSecret } from "../files/secret.ts";
import { systemRoot } from "../files/system_root.ts";

/** Milliseconds in which a program that opens the browser may tell that it cannot. */
const TELLS_WITHIN = 3000;

function pathOf(dataFolder: string): string {
  return join(resolve(dataFolder), "open.html");
}

/** Opens the page of a service in the browser; tells why where that cannot be done. */
export async function openPage(dataFolder: string, page: string): Promise<string | undefined> {
  try {
    const [program, ...args] = opener(await addressFor(dataFolder, page));
    const child = new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
    child.unref();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const status = await Promise.race([
      child.status,
      new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), TELLS_WITHIN)),
    ]);
    clearTimeout(timer);
    return status && !status.success ? `${program} ended with ${status.code}` : undefined;
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "no program that does so was found" : messageOf(error);
  }
}

/** Removes what `openPage` has left. */
export function removePageFile(dataFolder: string): void {
  removeNow(pathOf(dataFolder));
}

/**
 * What the browser is given. Other accounts can see the arguments of programs, but on Windows: there it is the page itself,
 * elsewhere a file that only this account can read, which leads to it.
 */
async function addressFor(dataFolder: string, page: string): Promise<string> {
  if (Deno.build.os === "windows") return page;
  const file = pathOf(dataFolder);
  await remove(file);
  const html = `<!doctype html><meta http-equiv="refresh" content="0; url=${page}"><a href="${page}">usync-db</a>\n`;
  await writeSecret(file, html, () => {});
  return pathToFileURL(file).href;
}

function opener(address: string): [string, ...string[]] {
  if (Deno.build.os === "windows") {
    const rundll32 = join(systemRoot(), "System32", "rundll32.exe");
    return [rundll32, "url.dll,FileProtocolHandler", address];
  }
  return [Deno.build.os === "darwin" ? "open" : "xdg-open", address];
}
