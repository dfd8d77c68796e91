import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
/** The command that runs the program from source, with all permissions. */
export const SOURCE = [Deno.execPath(), "run", "-A", "--quiet", "--no-check", "--config", CONFIG, MAIN];

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** What is run: from source, with all permissions, unless told. */
  program?: string[];
}

/** Starts the program. */
export function spawnCli(args: string[], options: CliOptions & { stdin?: "null" | "piped" } = {}): Deno.ChildProcess {
  const [command, ...first] = options.program ?? SOURCE;
  return new Deno.Command(command, {
    args: [...first, ...args],
    stdin: options.stdin ?? "null",
    stdout: "piped",
    stderr: "piped",
    cwd: options.cwd,
    env: { NO_COLOR: "1", ...options.env },
  }).spawn();
}

/** Runs the program to its end. */
export async function runCli(args: string[], options: CliOptions & { stdin?: string } = {}): Promise<CliResult> {
  const { stdin, ...rest } = options;
  return await resultOf(spawnCli(args, { ...rest, stdin: stdin === undefined ? "null" : "piped" }), stdin);
}

/** Waits for the end of the program. What it does not read of `stdin`, since it ends or is killed, is lost. */
export async function resultOf(child: Deno.ChildProcess, stdin?: string): Promise<CliResult> {
  if (stdin !== undefined) void new Response(stdin).body!.pipeTo(child.stdin).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
