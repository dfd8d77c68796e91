import { spawn } from "node:child_process";
import path from "node:path";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { systemRoot } from "../files/system_root.ts";
import type { Account } from "./account.ts";

/** How a program ended. */
export interface ProgramResult {
  /** Exit status. */
  code: number;
  /** What it printed, standard output and standard error together. */
  output: string;
}

/** How to run a program. */
export interface RunOptions {
  account?: Account;
  cwd: string;
}

/**
 * Runs one of PostgreSQL's programs to its end, as `account`.
 * @throws {UsyncError} when it cannot be started
 */
export async function runProgram(program: string, args: string[], options: RunOptions): Promise<ProgramResult> {
  const { account, cwd } = options;
  try {
    const command = new Deno.Command(program, { args, cwd, uid: account?.uid, gid: account?.gid, stdin: "null" });
    const { code, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { code, output: (decoder.decode(stdout) + decoder.decode(stderr)).replaceAll("\r\n", "\n").trim() };
  } catch (error) {
    throw cannotStart(program, account, error);
  }
}

/** What no program on Windows can do without: sockets need the first, pg_ctl starts the server with a shell. */
function windowsEnv(): Record<string, string> {
  const system = path.join(systemRoot(), "System32");
  return { SystemRoot: systemRoot(), ComSpec: path.join(system, "cmd.exe"), PATH: system };
}

/**
 * Runs a program that leaves a server behind, and waits for the program's end, not the server's. Nothing of what they
 * print is read: the server would keep the pipe open. On Windows they get a hidden console of their own: no window
 * appears, and Ctrl+C or the closing of our window does not reach the server. Nor does our environment: it may be set for
 * other programs, and the executable may not read all of it.
 * @throws {UsyncError} when it cannot be started
 */
export function launchServer(program: string, args: string[], options: RunOptions): Promise<void> {
  const { account, cwd } = options;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(cannotStart(program, account, error));
    try {
      const child = spawn(program, args, {
        cwd,
        env: Deno.build.os === "windows" ? windowsEnv() : {},
        uid: account?.uid,
        gid: account?.gid,
        stdio: "ignore",
        windowsHide: true,
      });
      child.on("error", fail);
      child.on("close", () => resolve());
    } catch (error) {
      fail(error);
    }
  });
}

function cannotStart(program: string, account: Account | undefined, cause: unknown): UsyncError {
  const text = messageOf(cause);
  const denied = /EACCES|EPERM|denied|os error 13/i.test(text);
  if (denied && account !== undefined) {
    return new UsyncError(
      `Cannot run ${path.basename(program)} as ${account.name}: a folder above it is closed to others`,
      {
        hint:
          `PostgreSQL does not run as root. Move the data folder (--data DIR) to where others may pass, or open every ` +
          `folder above ${path.dirname(program)} for them (chmod o+x).`,
        cause,
      },
    );
  }
  return new UsyncError(`Cannot run ${program}: ${text}`, {
    hint: "If an antivirus holds it back, allow it there; else run `usync-db postgres install` again.",
    cause,
  });
}
