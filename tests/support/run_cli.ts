import process from "node:process";
import { fileURLToPath } from "node:url";
import { main } from "../../src/cli/main.ts";

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

/** Runs the program to its end, in a process of its own, which takes a while to start. */
export async function runProcess(args: string[], options: CliOptions & { stdin?: string } = {}): Promise<CliResult> {
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

let isRunning = false;

/** Runs a command line in this process, with nobody to ask; one at a time. */
export async function runCli(args: string[], { stdin = "" }: { stdin?: string } = {}): Promise<CliResult> {
  if (isRunning) throw new Error("Two at a time need processes of their own: runProcess.");
  isRunning = true;
  const stdout = capture(Deno.stdout, process.stdout), stderr = capture(Deno.stderr, process.stderr);
  const typed = replaced(Deno.stdin, {
    isTerminal: () => false,
    readable: ReadableStream.from(stdin === "" ? [] : [new TextEncoder().encode(stdin)]),
  });
  try {
    const code = await main(args);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    for (const { restore } of [stdout, stderr, typed]) restore();
    Deno.exitCode = 0;
    isRunning = false;
  }
}

/** Keeps what is written to an output by way of Deno or Node. */
function capture(output: typeof Deno.stdout, nodes: NodeJS.WriteStream): { text(): string; restore(): void } {
  const decoder = new TextDecoder();
  const written: string[] = [];
  const writeSync = (bytes: Uint8Array) => {
    written.push(decoder.decode(bytes, { stream: true }));
    return bytes.length;
  };
  const write = (text: string | Uint8Array) =>
    writeSync(typeof text === "string" ? new TextEncoder().encode(text) : text) > 0;
  const own = replaced(output, { isTerminal: () => false, writeSync }), node = replaced(nodes, { write });
  return {
    text: () => written.join(""),
    restore: () => {
      own.restore();
      node.restore();
    },
  };
}

/** Puts properties in the place of those that an object has, until they are restored. */
function replaced(object: object, properties: Record<string, unknown>): { restore(): void } {
  const names = Object.keys(properties), before = names.map((name) => Object.getOwnPropertyDescriptor(object, name));
  for (const name of names) {
    Object.defineProperty(object, name, { value: properties[name], configurable: true, writable: true });
  }
  return {
    restore() {
      names.forEach((name, i) => {
        if (before[i]) Object.defineProperty(object, name, before[i]);
        else Reflect.deleteProperty(object, name);
      });
    },
  };
}
