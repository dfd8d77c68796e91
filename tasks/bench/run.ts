import { readFileSync } from "node:fs";
import process from "node:process";

/** What a program printed and took, from its start to its exit. */
export interface Run {
  stdout: string;
  seconds: number;
  /** User and system time with what it started and waited for; null where the system does not tell (not on Linux). */
  cpuSeconds: number | null;
  /** The most memory that its process had, in MB; null where the system does not tell. */
  memoryMb: number | null;
}

export interface RunOptions {
  /** What it reads from standard input; nothing by default. */
  stdin?: string;
  /** The folder it is started in; that of this process by default. */
  cwd?: string;
}

/** Milliseconds between looks at the memory: the system keeps the peak, so that only the last ones of a life are missed. */
const LOOK_MS = 20;

/**
 * Runs a program to its end. To know its processor time nothing else may run in a child of this process meanwhile.
 * Throws an `Error` with the end of what it wrote to standard error when it fails.
 */
export async function run([program, ...args]: string[], { stdin, cwd }: RunOptions = {}): Promise<Run> {
  const cpuBefore = childrenCpuSeconds(), started = performance.now();
  const child = new Deno.Command(program, {
    args,
    cwd,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let memoryMb: number | null = null;
  const looks = setInterval(() => memoryMb = peakMemoryMb(child.pid) ?? memoryMb, LOOK_MS);
  try {
    if (stdin !== undefined) await new Blob([stdin]).stream().pipeTo(child.stdin);
    const { success, stdout, stderr } = await child.output();
    const seconds = (performance.now() - started) / 1000, cpuAfter = childrenCpuSeconds();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (!success) throw new Error(`${program} failed: ${text(stderr).slice(-2000)}`);
    const cpuSeconds = cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore;
    return { stdout: text(stdout), seconds, cpuSeconds, memoryMb };
  } finally {
    clearInterval(looks);
  }
}

/** The peak memory of a process in MB; null where the system does not tell, or the process is gone. */
export function peakMemoryMb(pid: number): number | null {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(procFile(`${pid}/status`) ?? "")?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024 / 1e6;
}

/** User and system seconds of a process so far; null where the system does not tell. */
export function cpuSecondsOf(pid: number): number | null {
  return ticks(`${pid}/stat`, 11);
}

/** The same of the children of this process that have ended. */
function childrenCpuSeconds(): number | null {
  return ticks(`${process.pid}/stat`, 13);
}

/** Two neighbours of the numbers after a process's name in `stat`, in hundredths of a second, together. */
function ticks(file: string, at: number): number | null {
  const numbers = procFile(file)?.split(") ").at(-1)?.split(" ");
  return numbers === undefined ? null : (Number(numbers[at]) + Number(numbers[at + 1])) / 100;
}

function procFile(name: string): string | null {
  try {
    return readFileSync(`/proc/${name}`, "utf8");
  } catch {
    return null;
  }
}
