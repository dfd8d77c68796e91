import { fileURLToPath } from "node:url";
import { V8_FLAGS } from "../v8_flags.ts";
import { run } from "./run.ts";

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

/** Whether a program is there and ends well with these arguments. */
export async function canRun(program: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false; // not there; on Windows output() itself throws
  }
}
