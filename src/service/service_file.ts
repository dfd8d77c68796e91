import { join } from "node:path";
import process from "node:process";
import { remove, removeNow } from "../files/held.ts";
import { readTextIfThere } from "../files/read.ts";
import { writeSecret } from "../files/secret.ts";

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

/** Writes the file, which only this account can read; one that a killed service has left is replaced. */
export async function writeServiceFile(
  dataFolder: string,
  { url, token }: { url: string; token: string },
  tell: (message: string) => void,
): Promise<void> {
  const file: ServiceFile = { url, pid: process.pid, token, since: new Date().toISOString() };
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
