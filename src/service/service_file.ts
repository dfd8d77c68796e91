import { join } from "node:path";
import process from "node:process";
import { statSync } from "node:fs";
import { remove, removeNow } from "../files/held.ts";
import { readTextIfThere } from "../files/read.ts";
import { newSecret, readSecret, writeSecret } from "../files/secret.ts";

/** What a service tells those who may read its data folder: the file `service.json`. */
export interface ServiceFile {
  url: string;
  pid: number;
  token: string;
  since: string;
}

function pathOf(dataFolder: string): string {
  return join(dataFolder, "service.json");
}

/**
 * The token of a data folder's services, which lasts from one to the next, so that a page goes on after a restart. It is made
 * anew where there is none, or where others could read it. Who removes the file `service.token` locks all pages out.
 */
export async function lastingToken(dataFolder: string, tell: (message: string) => void): Promise<string> {
  const file = join(dataFolder, "service.token");
  const text = isPrivate(file) ? await readSecret(file) : undefined;
  if (text !== undefined && TOKEN.test(text)) return text;
  const token = newSecret();
  await remove(file);
  await writeSecret(file, token + "\n", tell);
  return token;
}

const TOKEN = /^[\w-]{32}$/;

/** Whether only this account can read a file, as far as its mode tells; on Windows the rights tell, which were narrowed. */
function isPrivate(file: string): boolean {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  return Deno.build.os === "windows" || (mode & 0o077) === 0;
}

/** Writes the file, which only this account can read; one that a killed service has left is replaced. */
export async function writeServiceFile(
  dataFolder: string,
  { url, token, pid = process.pid }: { url: string; token: string; pid?: number },
  tell: (message: string) => void,
): Promise<void> {
  const file: ServiceFile = { url, pid, token, since: new Date().toISOString() };
  await remove(pathOf(dataFolder));
  await writeSecret(pathOf(dataFolder), JSON.stringify(file) + "\n", tell);
}

/** What the file says; undefined where there is none, or none that can be read. */
export async function readServiceFile(dataFolder: string): Promise<ServiceFile | undefined> {
  const text = await readTextIfThere(pathOf(dataFolder));
  try {
    const { url, pid, token, since } = JSON.parse(text ?? "");
    return typeof url === "string" && typeof token === "string" ? { url, pid, token, since } : undefined;
  } catch {
    return undefined;
  }
}

export function removeServiceFile(dataFolder: string): void {
  removeNow(pathOf(dataFolder));
}
