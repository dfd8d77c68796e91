import path from "node:path";
import { remove } from "../files/held.ts";
import { readTextIfThere } from "../files/read.ts";

const WEEK_MS = 7 * 24 * 3600 * 1000;
const MAX_BYTES = 20e6;

/** The log of the last start: what the server says before it logs by itself. */
export function startLog(logs: string): string {
  return path.join(logs, "start.log");
}

/** Removes logs that are old or have grown large; called while the server is down. */
export async function trimLogs(logs: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(logs)) {
    const file = path.join(logs, name);
    const { mtime, size } = await Deno.stat(file);
    const old = mtime !== null && Date.now() - mtime.getTime() > WEEK_MS;
    if (isFile && name.endsWith(".log") && (old || size > MAX_BYTES || file === startLog(logs))) await remove(file);
  }
}

/** What the logs say about why the last start failed: the last grave lines written since `since`. */
export async function complaints(logs: string, since: Date): Promise<string> {
  const files: { file: string; at: number }[] = [];
  for await (const { name } of Deno.readDir(logs)) {
    const file = path.join(logs, name);
    const at = (await Deno.stat(file)).mtime?.getTime() ?? 0;
    // File systems keep times in steps of up to two seconds.
    if (name.endsWith(".log") && at >= since.getTime() - 2000) files.push({ file, at });
  }
  files.sort((a, b) => a.at - b.at);
  let lines: string[] = [];
  for (const { file } of files) {
    const text = await readTextIfThere(file) ?? "";
    const grave = text.split(/\r?\n/).filter((line) => /(FATAL|PANIC|ERROR|HINT|DETAIL|error|lib\S+):/.test(line));
    lines = [...lines, ...grave.slice(-6)].slice(-6);
  }
  return lines.join("\n");
}
