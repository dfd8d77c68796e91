import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Starts the program from source, as `deno task start` does. */
export function spawnCli(args: string[], options: { stdin?: "null" | "piped"; cwd?: string } = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", "--config", CONFIG, MAIN, ...args],
    stdin: options.stdin ?? "null",
    stdout: "piped",
    stderr: "piped",
    cwd: options.cwd,
    env: { NO_COLOR: "1" },
  }).spawn();
}

/** Runs the program to its end. */
export async function runCli(args: string[], options: { stdin?: string; cwd?: string } = {}): Promise<CliResult> {
  const child = spawnCli(args, { stdin: options.stdin === undefined ? "null" : "piped", cwd: options.cwd });
  return await resultOf(child, options.stdin);
}

/** Waits for the end of the program. What it does not read of `stdin`, since it ends or is killed, is lost. */
export async function resultOf(child: Deno.ChildProcess, stdin?: string): Promise<CliResult> {
  if (stdin !== undefined) void new Response(stdin).body!.pipeTo(child.stdin).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
