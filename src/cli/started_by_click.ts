import { fstatSync } from "node:fs";
import { join } from "node:path";
import { systemRoot } from "../files/system_root.ts";

/**
 * Whether the program was started from the desktop, so that nobody reads what it prints: on Windows by the Explorer, which
 * gives it a console of its own; on Linux in a desktop session without a terminal, with an output that goes nowhere. (On
 * macOS the Finder opens a terminal, so that it is the same as a start from there.)
 */
export async function isStartedByClick(): Promise<boolean> {
  try {
    if (Deno.build.os === "windows") return await parentName() === "explorer.exe";
    return Deno.build.os === "linux" && hasDesktop() && !isRead();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return false; // whoever forbids to look has started it otherwise
    throw error;
  }
}

async function parentName(): Promise<string | undefined> {
  const tasklist = join(systemRoot(), "System32", "tasklist.exe");
  const args = ["/FI", `PID eq ${Deno.ppid}`, "/FO", "CSV", "/NH"];
  const { stdout } = await new Deno.Command(tasklist, { args, stdin: "null", stderr: "null" }).output();
  return /^"([^"]+)"/.exec(new TextDecoder().decode(stdout).trim())?.[1].toLowerCase();
}

function hasDesktop(): boolean {
  return ["DISPLAY", "WAYLAND_DISPLAY"].some((name) => Deno.env.get(name));
}

function isRead(): boolean {
  const output = fstatSync(1);
  return Deno.stdin.isTerminal() || Deno.stdout.isTerminal() || Deno.stderr.isTerminal() ||
    output.isFIFO() || output.isFile();
}
