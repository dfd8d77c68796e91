import { dirname, join } from "node:path";
import { isRefused, messageOf, OUTSIDE, UsyncError } from "../domain/errors.ts";
import { remove } from "../files/held.ts";
import { replaceFile } from "../files/replace.ts";
import { systemRoot } from "../files/system_root.ts";

/** A program that is to run when the user logs on. */
export interface LogOnProgram {
  /** The path of the program, then what it is given. */
  command: string[];
  /** Where it runs. */
  folder: string;
}

const NAME = "usync-db";

/** Has a program started at every log-on of this account, instead of the one that was before. Gives where that is kept. */
export async function startAtLogOn(program: LogOnProgram): Promise<string> {
  return await attempt(async () => {
    if (Deno.build.os === "windows") return await addRunValue(runValue(program));
    const file = await logOnFile();
    await Deno.mkdir(dirname(file), { recursive: true });
    await replaceFile(file, Deno.build.os === "darwin" ? launchAgent(program) : desktopEntry(program));
    return file;
  });
}

/** Has nothing of ours started at log-on any more. */
export async function startNothingAtLogOn(): Promise<void> {
  await attempt(async () => {
    if (Deno.build.os !== "windows") return await remove(await logOnFile());
    if (await isInRunKey()) await reg("delete", RUN_KEY, "/v", NAME, "/f");
  });
}

async function attempt<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (error instanceof UsyncError) throw error;
    throw new UsyncError(`Cannot change what starts at log-on: ${messageOf(error)}`, {
      hint: isRefused(error) ? OUTSIDE : "Check the rights on that folder.",
      cause: error,
    });
  }
}

const RUN_KEY = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run";
/** Windows reads no longer command from there. */
const MAX_RUN_VALUE = 260;

/** The command of Windows for a program in a window that is minimised. Throws a `UsyncError` when it is too long. */
export function runValue({ command, folder }: LogOnProgram): string {
  const quoted = command.map((part) => /^[\w-]+$/.test(part) ? part : `"${part}"`).join(" ");
  const value = `cmd /c start "${NAME}" /min /d "${folder}" ${quoted}`;
  if (value.length <= MAX_RUN_VALUE) return value;
  throw new UsyncError(`Cannot start at log-on: the paths are too long for Windows (${value.length} characters)`, {
    hint: `All together may have ${MAX_RUN_VALUE}: move the program and its data to a shorter path.`,
  });
}

async function addRunValue(value: string): Promise<string> {
  await reg("add", RUN_KEY, "/v", NAME, "/t", "REG_SZ", "/d", value, "/f");
  return `${RUN_KEY}\\${NAME}`;
}

async function isInRunKey(): Promise<boolean> {
  return (await runReg("query", RUN_KEY, "/v", NAME)).success;
}

async function reg(...args: string[]): Promise<void> {
  const { success, code, stderr } = await runReg(...args);
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim() || `reg ended with ${code}`);
}

function runReg(...args: string[]): Promise<Deno.CommandOutput> {
  return new Deno.Command(join(systemRoot(), "System32", "reg.exe"), { args, stdin: "null" }).output();
}

/** The file that the desktop of Linux, or macOS, starts a program from. */
async function logOnFile(): Promise<string> {
  const { homedir } = await import("node:os"), home = homedir();
  if (Deno.build.os === "darwin") return join(home, "Library", "LaunchAgents", `${NAME}.plist`);
  return join(Deno.env.get("XDG_CONFIG_HOME") || join(home, ".config"), "autostart", `${NAME}.desktop`);
}

/** A file of the XDG autostart specification. */
export function desktopEntry({ command, folder }: LogOnProgram): string {
  // A string of the file has backslashes doubled, and in it an argument has these four marked, and percent signs doubled.
  const exec = command.map((part) => `"${part.replace(/["`$\\]/g, "\\$&").replaceAll("%", "%%")}"`).join(" ");
  return [
    "[Desktop Entry]",
    "Type=Application",
    `Name=${NAME}`,
    "Comment=Serves the database of Usenet segments to this machine",
    `Exec=${exec.replaceAll("\\", "\\\\")}`,
    `Path=${folder.replaceAll("\\", "\\\\")}`,
    "Terminal=false\n",
  ].join("\n");
}

/** A file of macOS' launchd. */
export function launchAgent({ command, folder }: LogOnProgram): string {
  const text = (value: string) =>
    `<string>${value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")}</string>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
  <key>Label</key>${text(NAME)}
  <key>ProgramArguments</key><array>${command.map(text).join("")}</array>
  <key>WorkingDirectory</key>${text(folder)}
  <key>RunAtLoad</key><true/>
</dict></plist>
`;
}
