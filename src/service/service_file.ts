import { join } from "node:path";
import { rmSync } from "node:fs";
import process from "node:process";
import { readTextIfThere, remove } from "../postgres_server/file_access.ts";
import { writeSecret } from "../postgres_server/password.ts";
import type { Report } from "../postgres_server/mod.ts";

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
  report: Report,
): Promise<void> {
  const file: ServiceFile = { url, pid: process.pid, token, since: new Date().toISOString() };
  await remove(pathOf(dataFolder));
  await writeSecret(pathOf(dataFolder), JSON.stringify(file) + "\n", report);
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
  rmSync(pathOf(dataFolder), { force: true });
}
