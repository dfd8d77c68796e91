import { fileURLToPath } from "node:url";
import { V8_FLAGS } from "../v8_flags.ts";

const STEPS = fileURLToPath(new URL("steps.ts", import.meta.url));
const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** What a step of ours measured, with the most memory that its process had. */
export interface StepResult {
  /** Seconds by what took them. */
  seconds: Record<string, number>;
  /** Other numbers: bytes, latencies in ms. */
  numbers: Record<string, number>;
  /** MB; 0 where the system does not tell. */
  memory: number;
}

/** Runs a step of ours in a process of its own. */
export async function runStep(name: string, ...args: string[]): Promise<StepResult> {
  const { stdout } = await run([Deno.execPath(), "run", V8_FLAGS, "-A", "--quiet", "--no-check", STEPS, name, ...args]);
  return JSON.parse(stdout);
}

/** Runs a command of the program on a data folder. */
export async function runCommand(data: string, ...args: string[]): Promise<void> {
  await run([Deno.execPath(), "run", V8_FLAGS, "-A", "--quiet", "--no-check", MAIN, "--data", data, ...args]);
}

/** Runs a program to its end; gives what it printed and the seconds it took. */
export async function run([program, ...args]: string[], stdin?: string): Promise<{ stdout: string; seconds: number }> {
  const started = performance.now();
  const child = new Deno.Command(program, {
    args,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin));
    await writer.close();
  }
  const { success, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`${program} failed: ${text(stderr).slice(-2000)}`);
  return { stdout: text(stdout), seconds: (performance.now() - started) / 1000 };
}

/** Whether a program is there and ends well with these arguments. */
export async function canRun(program: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false; // not there; on Windows output() itself throws
  }
}
